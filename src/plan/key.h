/* The entry of a palette that transparent pixels get, and no others: ALPHA_KEY with a palette that
 * is given or chosen. */
#ifndef PNG2BMP_KEY_H
#define PNG2BMP_KEY_H

#include "base/opaque.h"

/* How many entries the palette needs, with that of the key; 0: as many as there may be. Needs
 * plan->png, options and bmp.format. */
unsigned key_entries(const png2bmp_plan *plan);

/* Settles plan->options.key_index: the index; KEY_ANY, if the format has no palette and transparent
 * pixels get a colour that others should not have; or else KEY_NONE. An entry of options.palette
 * gets the background's colour. Needs key_entries's and
 * bmp.bits_per_pixel. */
png2bmp_status key_settle(png2bmp_plan *plan, png2bmp_report *report);

#endif
