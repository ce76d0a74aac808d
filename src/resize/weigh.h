/* The two sums that resizing is made of, in plain C: the definition of the kernels weigh_across and
 * weigh_down (base/kernels.h). */
#ifndef PNG2BMP_WEIGH_H
#define PNG2BMP_WEIGH_H

#include "base/kernels.h"
#include "weights.h"

/* Light that is added up: 1 is this. */
#define WEIGH_BITS 28
#define WEIGH_ONE (1 << WEIGH_BITS)

void weigh_across_c(int16_t *dst, const int16_t *line, const weights_span *columns,
                    const int16_t *weights, size_t taps, size_t count);
void weigh_down_c(int32_t *sums, const int16_t *rows, size_t pitch, const int16_t *weights,
                  size_t row_count, size_t count);

#endif
