/* A PNG to rows of a BMP. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "target.h"

/* Writes every row, padding included. Not for conversions with halves_are_needed: see whole.h. */
png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report);

#endif
