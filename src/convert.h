/* What save.c shares with convert.c and encode.c: conversions whose rows go to a
 * target. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "target.h"

/* Writes the header: plan->bmp.header_length bytes. */
void convert_header(uint8_t *dst, const png2bmp_plan *plan);

/* Writes every row out of a PNG, padding included. 'mono1' out of an interlaced
 * image is not for this function but for png2bmp_run. */
png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report);

/* The same out of raw pixels. */
png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, const png2bmp_control *control,
                           png2bmp_report *report);

#endif
