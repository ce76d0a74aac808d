#include "adam7.h"

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
