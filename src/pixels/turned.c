#include "turned.h"

#include <string.h>

#include "base/bytes.h"

/* ---- In reverse ---------------------------------------------------------------------- */

static ALWAYS_INLINE void reverse(uint8_t *dst, const uint8_t *last, size_t count, size_t bytes)
{
    for (size_t i = 0; i < count; i++)
        memcpy(dst + i * bytes, last - i * bytes, bytes);
}

/* With a constant pixel size each copy is one or two moves. last: the pixel to begin with. */
static void reverse_bytes(uint8_t *dst, const uint8_t *last, size_t count, size_t bytes)
{
    switch (bytes) {
    case 1:
        reverse(dst, last, count, 1);
        break;
    case 2:
        reverse(dst, last, count, 2);
        break;
    case 3:
        reverse(dst, last, count, 3);
        break;
    case 4:
        reverse(dst, last, count, 4);
        break;
    case 6:
        reverse(dst, last, count, 6);
        break;
    default:
        reverse(dst, last, count, 8);
        break;
    }
}

/* The pixels of a byte. */
static unsigned reversed(unsigned byte, unsigned bits)
{
    byte = (byte >> 4 | byte << 4) & 0xff;
    if (bits < 4)
        byte = (byte >> 2 & 0x33) | (byte & 0x33) << 2;
    if (bits < 2)
        byte = (byte >> 1 & 0x55) | (byte & 0x55) << 1;
    return byte;
}

/* Bytes of `count` pixels. Their bits can be more than a size_t of 32 bits holds. */
static size_t bytes_of(size_t count, unsigned bits)
{
    return count / 8 * bits + (count % 8 * bits + 7) / 8;
}

/* The unused bits of the last byte come first, and are shifted out. */
static void reverse_bits(uint8_t *dst, const uint8_t *src, size_t width, unsigned bits, size_t from,
                         size_t end)
{
    const size_t   size = bytes_of(width, bits), end_byte = bytes_of(end, bits);
    const unsigned unused = (8 - (unsigned)(width % 8) * bits % 8) % 8;

    for (size_t i = from / 8 * bits; i < end_byte; i++) {
        const unsigned next = i + 1 < size ? reversed(src[size - 2 - i], bits) : 0;

        dst[i] = (uint8_t)((reversed(src[size - 1 - i], bits) << 8 | next) << unused >> 8);
    }
}

void turn_reverse(uint8_t *dst, const uint8_t *src, size_t width, unsigned bits, size_t from,
                  size_t count)
{
    const size_t bytes = bits / 8;

    if (bits < 8)
        reverse_bits(dst, src, width, bits, from, from + count);
    else
        reverse_bytes(dst + from * bytes, src + (width - 1 - from) * bytes, count, bytes);
}

/* ---- Columns ------------------------------------------------------------------------- */

/* Row after row of the source, since what is side by side there is in the cache together. */
static ALWAYS_INLINE void gather(uint8_t *dst, size_t pitch, unsigned rows,
                                 const turn_columns *from, size_t width, size_t bytes)
{
    for (size_t x = 0; x < width; x++)
        for (unsigned y = 0; y < rows; y++)
            memcpy(dst + y * pitch + x * bytes,
                   from->src + (ptrdiff_t)x * from->down + (ptrdiff_t)y * from->across, bytes);
}

void turn_gather(uint8_t *dst, size_t pitch, unsigned rows, const turn_columns *from, size_t width)
{
    switch (from->pixel_bytes) {
    case 1:
        gather(dst, pitch, rows, from, width, 1);
        break;
    case 2:
        gather(dst, pitch, rows, from, width, 2);
        break;
    case 3:
        gather(dst, pitch, rows, from, width, 3);
        break;
    default:
        gather(dst, pitch, rows, from, width, 4);
        break;
    }
}

/* ---- Places --------------------------------------------------------------------------- */

static ALWAYS_INLINE void scatter(const turn_places *to, const uint8_t *src, size_t count,
                                  ptrdiff_t bytes)
{
    const ptrdiff_t step = to->row_step + to->x_step * bytes;
    uint8_t *const  dst = to->row + to->x * bytes;

    for (ptrdiff_t i = 0; i < (ptrdiff_t)count; i++)
        memcpy(dst + i * step, src + i * bytes, (size_t)bytes);
}

static void scatter_bits(const turn_places *to, const uint8_t *src, size_t count, unsigned bits)
{
    const size_t   per_byte = 8 / bits;
    const unsigned mask = (1u << bits) - 1;

    for (size_t i = 0; i < count; i++) {
        const size_t   x = (size_t)(to->x + (ptrdiff_t)i * to->x_step);
        const unsigned from = 8 - bits * (unsigned)(i % per_byte + 1);
        const unsigned shift = 8 - bits * (unsigned)(x % per_byte + 1);
        const unsigned pixel = (unsigned)src[i / per_byte] >> from & mask;
        uint8_t *const byte = to->row + (ptrdiff_t)i * to->row_step + x / per_byte;

        *byte = (uint8_t)((*byte & ~(mask << shift)) | pixel << shift);
    }
}

void turn_scatter(const turn_places *to, const uint8_t *src, size_t count, unsigned bits)
{
    switch (bits) {
    case 8:
        scatter(to, src, count, 1);
        break;
    case 16:
        scatter(to, src, count, 2);
        break;
    case 24:
        scatter(to, src, count, 3);
        break;
    case 32:
        scatter(to, src, count, 4);
        break;
    default:
        scatter_bits(to, src, count, bits);
        break;
    }
}
