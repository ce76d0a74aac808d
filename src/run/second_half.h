/* The second half of a conversion that has two: see plan/halves.h. */
#ifndef PNG2BMP_SECOND_HALF_H
#define PNG2BMP_SECOND_HALF_H

#include "base/cancel.h"

/* From the pixels that the first half has made (halves_bytes) to all of the BMP but its profile. */
png2bmp_status second_half(const png2bmp_plan *plan, const uint8_t *data, uint8_t *bmp,
                           cancel_check *cancel);

#endif
