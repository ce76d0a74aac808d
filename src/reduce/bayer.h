/* Bayer's index matrix of 8 x 8: B. E. Bayer, "An optimum method for two-level rendition of
 * continuous-tone pictures", 1973. */
#ifndef PNG2BMP_BAYER_H
#define PNG2BMP_BAYER_H

#include <stddef.h>
#include <stdint.h>

/* 0 to 63, by its construction: interleave the bits of x ^ y and y, lowest first. */
static inline int bayer(size_t x, uint32_t y)
{
    unsigned index = 0;

    for (unsigned bit = 0; bit < 3; bit++) {
        index = index << 1 | (unsigned)((x ^ y) >> bit & 1);
        index = index << 1 | (y >> bit & 1);
    }
    return (int)index;
}

#endif
