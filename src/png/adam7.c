#include "adam7.h"

#include <string.h>

static uint32_t steps(uint32_t size, uint32_t start, uint32_t step)
{
    return size > start ? (size - start - 1) / step + 1 : 0;
}

adam7_pass adam7_pass_of(unsigned pass, uint32_t width, uint32_t height)
{
    static const uint8_t x0[ADAM7_PASSES] = {0, 4, 0, 2, 0, 1, 0};
    static const uint8_t y0[ADAM7_PASSES] = {0, 0, 4, 0, 2, 0, 1};
    static const uint8_t dx[ADAM7_PASSES] = {8, 8, 4, 4, 2, 2, 1};
    static const uint8_t dy[ADAM7_PASSES] = {8, 8, 8, 4, 4, 2, 2};

    return (adam7_pass){.x0 = x0[pass],
                        .y0 = y0[pass],
                        .dx = dx[pass],
                        .dy = dy[pass],
                        .width = steps(width, x0[pass], dx[pass]),
                        .height = steps(height, y0[pass], dy[pass])};
}

uint32_t adam7_scanlines(uint32_t width, uint32_t height)
{
    uint32_t scanlines = 0;

    for (unsigned i = 0; i < ADAM7_PASSES; i++) {
        const adam7_pass pass = adam7_pass_of(i, width, height);

        scanlines += pass.width > 0 ? pass.height : 0;
    }
    return scanlines;
}

/* With a constant pixel size each copy is one or two moves. */
static inline void scatter(uint8_t *row, const uint8_t *src, const adam7_pass *pass,
                           size_t pixel_bytes)
{
    const size_t step = pixel_bytes * pass->dx;

    row += pixel_bytes * pass->x0;
    for (uint32_t x = 0; x < pass->width; x++, row += step, src += pixel_bytes)
        memcpy(row, src, pixel_bytes);
}

void adam7_scatter(uint8_t *row, const uint8_t *src, const adam7_pass *pass, size_t pixel_bytes)
{
    switch (pixel_bytes) {
    case 1:
        scatter(row, src, pass, 1);
        break;
    case 2:
        scatter(row, src, pass, 2);
        break;
    case 3:
        scatter(row, src, pass, 3);
        break;
    default:
        scatter(row, src, pass, 4);
        break;
    }
}

void adam7_scatter_bits(uint8_t *row, const uint8_t *src, const adam7_pass *pass, unsigned bits)
{
    const size_t   per_byte = 8 / bits;
    const unsigned mask = (1u << bits) - 1;
    size_t         to = pass->x0;

    for (size_t x = 0; x < pass->width; x++, to += pass->dx) {
        const unsigned pixel =
            (unsigned)src[x / per_byte] >> (8 - bits * (x % per_byte + 1)) & mask;

        const unsigned shift = 8 - bits * (unsigned)(to % per_byte + 1);

        row[to / per_byte] = (uint8_t)((row[to / per_byte] & ~(mask << shift)) | pixel << shift);
    }
}
