/* What each pixel of a resized row or column is made of. */
#ifndef PNG2BMP_WEIGHTS_H
#define PNG2BMP_WEIGHTS_H

#include "base/cancel.h"
#include "fit.h"

/* The weights of a pixel add up to this. Their absolute values add up to less than twice as much.
 */
#define WEIGHTS_ONE 16384

/* A pixel is made of `count` pixels, from `first` on. */
typedef struct weights_span {
    uint32_t first, count;
} weights_span;

/* The most that a pixel is made of: at least 1, and no more than there are. */
uint64_t weights_most(const fit_side *side);

/* The weights of pixel i, 0 to side->to - 1, go to `weights`; weights and scratch have room for
 * weights_most. Lanczos with three lobes, stretched, where the side gets shorter; else Catmull and
 * Rom's cubic, which keeps the values of pixels that stay where they are. What would lie outside
 * the image has no weight. Computed with whole numbers, which are the same on every machine.
 * If it is cancelled, they are 0. */
weights_span weights_of(const fit_side *side, uint32_t i, int16_t *weights, int32_t *scratch,
                        cancel_check *cancel);

/* The pixel whose area has the middle of pixel i in it. */
uint32_t weights_nearest(const fit_side *side, uint32_t i);

#endif
