/* Samples in, one BMP row out: the plain C definitions. */
#ifndef PNG2BMP_PIXELS_H
#define PNG2BMP_PIXELS_H

#include "base/kernels.h"

#define DECLARE_C(name, from, to) DECLARE_ROW(name, c)
ROW_KINDS(DECLARE_C)
#undef DECLARE_C

/* The highest of `width` palette indices of 1, 2, 4 or 8 bits. */
unsigned indices_highest(const uint8_t *samples, size_t width, unsigned depth);

#endif
