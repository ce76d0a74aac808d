/* A PNG, or raw pixels, to rows of a BMP. Both write every row, padding included; they are not for
 * conversions with halves_are_needed: see whole.h. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "target.h"

png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report);

png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, const png2bmp_control *control,
                           png2bmp_report *report);

#endif
