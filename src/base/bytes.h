/* Numbers in memory, and arithmetic on sizes. */
#ifndef PNG2BMP_BYTES_H
#define PNG2BMP_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define UNLIKELY(condition) __builtin_expect(condition, 0)
#elif defined(_MSC_VER)
#define ALWAYS_INLINE __forceinline
#define UNLIKELY(condition) (condition)
#else
#define ALWAYS_INLINE inline
#define UNLIKELY(condition) (condition)
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define IS_LITTLE_ENDIAN 1
#else
#define IS_LITTLE_ENDIAN 0
#endif

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The next multiple; the caller makes sure that it does not overflow. */
static inline uint64_t round_up(uint64_t n, unsigned multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Big-endian, as in a PNG: PNG specification, section 7.1. */
static inline uint32_t load_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t load_be32(const uint8_t *p)
{
    return load_be16(p) << 16 | load_be16(p + 2);
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Little-endian, as in deflate and BMP, at any address. */
static inline uint64_t load_le64(const uint8_t *p)
{
    uint64_t v = 0;

    if (IS_LITTLE_ENDIAN)
        memcpy(&v, p, sizeof v);
    else
        for (unsigned i = 0; i < 8; i++)
            v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static inline uint32_t load_le32(const uint8_t *p)
{
    uint32_t v = 0;

    if (IS_LITTLE_ENDIAN)
        memcpy(&v, p, sizeof v);
    else
        for (unsigned i = 0; i < 4; i++)
            v |= (uint32_t)p[i] << 8 * i;
    return v;
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
    if (IS_LITTLE_ENDIAN)
        memcpy(p, &v, sizeof v);
    else
        for (unsigned i = 0; i < 8; i++)
            p[i] = (uint8_t)(v >> 8 * i);
}

static inline void store_le16(uint8_t *p, uint16_t v)
{
    if (IS_LITTLE_ENDIAN) {
        memcpy(p, &v, sizeof v);
    } else {
        p[0] = (uint8_t)v;
        p[1] = (uint8_t)(v >> 8);
    }
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
    store_le16(p, (uint16_t)v);
    store_le16(p + 2, (uint16_t)(v >> 16));
}

#endif
