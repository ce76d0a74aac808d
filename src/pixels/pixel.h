/* Operations on one pixel: blend, reduce to 8 bits, extract from a packed byte. These are the
 * definitions that all rows must match. */
#ifndef PNG2BMP_PIXEL_H
#define PNG2BMP_PIXEL_H

#include <stdbool.h>

#include "base/bytes.h"

/* round((c * a + bg * (255 - a)) / 255); 255 is odd, so there is no exact half. */
static inline uint8_t blend8(unsigned c, unsigned a, unsigned bg)
{
    return (uint8_t)((c * a + bg * (255 - a) + 127) / 255);
}

/* The same at 16 bits; the sum is at most 65535 * 65535 + 32767, below 2^32. */
static inline uint32_t blend16(uint32_t c, uint32_t a, uint32_t bg)
{
    return (c * a + bg * (65535 - a) + 32767) / 65535;
}

/* (v * 255 + 32767) / 65535 without a division: equal for all 65536 values, as
 * test/c/check_kernels.c shows. Or the high byte. */
static inline uint8_t reduce16(uint32_t v, bool truncate)
{
    return (uint8_t)(truncate ? v >> 8 : (v * 255 + 32895) >> 16);
}

static inline void store3(uint8_t *dst, const uint8_t *bgr)
{
    dst[0] = bgr[0];
    dst[1] = bgr[1];
    dst[2] = bgr[2];
}

static inline void store4(uint8_t *dst, uint8_t b, uint8_t g, uint8_t r, uint8_t a)
{
    dst[0] = b;
    dst[1] = g;
    dst[2] = r;
    dst[3] = a;
}

/* Pixel x of a row with 8 / depth pixels per byte, leftmost in the high bits: PNG specification,
 * section 7.2. */
static inline unsigned packed_sample(const uint8_t *src, size_t x, unsigned depth)
{
    const size_t   per_byte = 8 / depth;
    const unsigned shift = (unsigned)(per_byte - 1 - x % per_byte) * depth;

    return (unsigned)src[x / per_byte] >> shift & ((1u << depth) - 1);
}

#endif
