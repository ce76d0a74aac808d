/* Which way up the image is written: rotate, flip and flop, as one. */
#ifndef PNG2BMP_TURN_H
#define PNG2BMP_TURN_H

#include "base/opaque.h"

/* Sets plan->turn and plan->density. Needs the options and plan->about. */
void turn_plan(png2bmp_plan *plan);

/* Warns if Exif asks for a turn, and the options say nothing of it. */
png2bmp_status turn_warn(const png2bmp_plan *plan, png2bmp_report *report);

/* Whether the pixels of a row of the PNG have places apart from each other in the BMP, all of which
 * must be there: it is interlaced, or its rows become columns. */
bool turn_scatters(const png2bmp_plan *plan);

/* Whether the rows of the turned image can be made one after the other, from the top. */
bool turn_keeps_order(const png2bmp_plan *plan);

/* Pixels of the image after it was turned. */
uint32_t turn_width(const png2bmp_plan *plan);
uint32_t turn_height(const png2bmp_plan *plan);

/* Makes it the plan of the turned image, which is not turned any more. */
void turn_settle(png2bmp_plan *plan);

#endif
