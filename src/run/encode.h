/* Raw pixels to rows of a BMP. Every row is written, padding included. Not for conversions with
 * halves_are_needed: see run.c. */
#ifndef PNG2BMP_ENCODE_H
#define PNG2BMP_ENCODE_H

#include "base/cancel.h"
#include "target.h"

png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, cancel_check *cancel);

#endif
