/* Palette indices as stored in the file. */
#include "pixel.h"
#include "pixels.h"

/* The highest of the samples that are at the bits of `mask` in each byte, where they are. All
 * arithmetic is on bytes, so that the compiler vectorises it: one sample after the other took a
 * fifth of the time of a 4-bit image. Bytes are not shifted: WebAssembly has that, but CPUs do not.
 */
static uint8_t highest_at(const uint8_t *bytes, size_t count, uint8_t mask)
{
    uint8_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t index = bytes[i] & mask;

        highest = index > highest ? index : highest;
    }
    return highest;
}

unsigned indices_highest(const uint8_t *samples, size_t width, unsigned depth)
{
    const size_t   whole = width * depth / 8; /* bytes without unused bits */
    const unsigned mask = (1u << depth) - 1;
    unsigned       highest = 0;

    if (depth == 8) /* without a mask */
        return highest_at(samples, width, 0xff);
    for (unsigned shift = 0; shift < 8; shift += depth) {
        const unsigned index = highest_at(samples, whole, (uint8_t)(mask << shift)) >> shift;

        highest = index > highest ? index : highest;
    }
    for (size_t x = whole * 8 / depth; x < width; x++) {
        const unsigned index = packed_sample(samples, x, depth);

        highest = index > highest ? index : highest;
    }
    return highest;
}
