/* Palette indices as stored in the file. */
#ifndef PNG2BMP_INDICES_H
#define PNG2BMP_INDICES_H

#include <stddef.h>
#include <stdint.h>

/* The highest of `width` palette indices of 1, 2, 4 or 8 bits. */
unsigned indices_highest(const uint8_t *samples, size_t width, unsigned depth);

#endif
