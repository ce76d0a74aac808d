/* Where an image goes in a size that is asked for: how large it becomes, and what of that is seen.
 */
#ifndef PNG2BMP_FIT_H
#define PNG2BMP_FIT_H

#include "png2bmp.h"

/* One side. `from` pixels are resized to `to`, of which `count`, from `first` on, are made. They
 * take the places from `at` on of `canvas` pixels. */
typedef struct fit_side {
    uint32_t from, to, first, count, at, canvas;
} fit_side;

typedef struct fit_sides {
    fit_side x, y;
} fit_sides;

/* For an image of this size. options: one of width and height is not 0; if the other is, it follows
 * from the ratio of the image. */
fit_sides fit_of(uint32_t width, uint32_t height, const png2bmp_options *options);

/* Whether there are places around the image. */
bool fit_has_bars(const fit_sides *sides);

#endif
