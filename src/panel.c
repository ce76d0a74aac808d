#include "panel.h"

#include <string.h>

/* Rec. 601: 0.299 R + 0.587 G + 0.114 B. In 65536ths the weights still add up to
 * one, so gray stays as it is. */
static uint8_t luma(const uint8_t *bgr)
{
    return (uint8_t)((bgr[0] * 7471u + bgr[1] * 38470u + bgr[2] * 19595u + 32768u) >> 16);
}

void panel_luma(uint8_t *dst, const uint8_t *bgr, size_t width)
{
    for (size_t x = 0; x < width; x++)
        dst[x] = luma(bgr + 3 * x);
}

/* The nearest of max + 1 levels. */
static unsigned nearest_level(unsigned v, unsigned max)
{
    return (v * max + 127) / 255;
}

void panel_rgb565(uint8_t *dst, const uint8_t *bgr, size_t width)
{
    for (size_t x = 0; x < width; x++, bgr += 3) {
        const unsigned pixel = nearest_level(bgr[2], 31) << 11 | nearest_level(bgr[1], 63) << 5 |
                               nearest_level(bgr[0], 31);

        dst[2 * x] = (uint8_t)pixel;
        dst[2 * x + 1] = (uint8_t)(pixel >> 8);
    }
}

/* ---- Black and white ------------------------------------------------------ */

/* One before the row and one behind it, so that the neighbours of the first and
 * the last pixel need no question. */
size_t mono_errors(size_t width)
{
    return width + 2;
}

void mono_open(mono_state *state, const png2bmp_options *options, int *errors, size_t width)
{
    *state = (mono_state){.dither = options->dither,
                          .threshold = options->threshold,
                          .white = options->invert ? 0 : 1,
                          .error = errors};
    memset(errors, 0, mono_errors(width) * sizeof *errors);
}

static void put_bit(uint8_t *row, size_t x, unsigned bit)
{
    row[x / 8] |= (uint8_t)(bit << (7 - x % 8));
}

static void put_pixel(const mono_state *state, uint8_t *dst, size_t x, bool white)
{
    put_bit(dst, x, white ? state->white : 1 - state->white);
}

static void threshold_row(const mono_state *state, uint8_t *dst, const uint8_t *luma_row,
                          size_t width)
{
    for (size_t x = 0; x < width; x++)
        put_pixel(state, dst, x, luma_row[x] >= state->threshold);
}

/* Bayer's index matrix of 8 x 8, by its construction: interleave the bits of x ^ y
 * and y, lowest first. B. E. Bayer, "An optimum method for two-level rendition of
 * continuous-tone pictures", 1973. */
static int bayer(size_t x, uint32_t y)
{
    unsigned index = 0;

    for (unsigned bit = 0; bit < 3; bit++) {
        index = index << 1 | (unsigned)((x ^ y) >> bit & 1);
        index = index << 1 | (y >> bit & 1);
    }
    return (int)index;
}

/* The 64 steps of the matrix lie evenly around the threshold. */
static void ordered_row(const mono_state *state, uint8_t *dst, const uint8_t *luma_row,
                        size_t width)
{
    for (size_t x = 0; x < width; x++) {
        const int step = 4 * bayer(x, state->y) + 2 - 128;

        put_pixel(state, dst, x, luma_row[x] >= state->threshold + step);
    }
}

/* R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale",
 * 1976: of the error 7/16 go right, 3/16, 5/16 and 1/16 to the row below. The
 * errors are integers of 1/16 level, and the last share is what the others leave:
 * nothing is lost, and every machine gives the same picture.
 *
 * One row of errors serves two: error[x] is read for this row before the share of
 * the next row is put in its place. */
static void floyd_steinberg_row(mono_state *state, uint8_t *dst, const uint8_t *luma_row,
                                size_t width)
{
    int *error = state->error + 1;
    int  right = 0; /* to the next pixel of this row */
    int  below = 0; /* to the pixel under the next one, from this one */

    error[-1] = 0;
    for (size_t x = 0; x < width; x++) {
        const int  wanted = luma_row[x] * 16 + error[x] + right;
        const bool white = wanted >= state->threshold * 16;
        const int  left_over = white ? wanted - 255 * 16 : wanted;
        const int  to_right = left_over * 7 / 16;
        const int  to_below_left = left_over * 3 / 16;
        const int  to_below = left_over * 5 / 16;

        put_pixel(state, dst, x, white);
        error[(ptrdiff_t)x - 1] += to_below_left;
        error[x] = to_below + below;
        below = left_over - to_right - to_below_left - to_below;
        right = to_right;
    }
}

void mono_row(mono_state *state, uint8_t *dst, const uint8_t *luma_row, size_t width)
{
    memset(dst, 0, (width + 7) / 8);
    switch (state->dither) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        floyd_steinberg_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_ORDERED:
        ordered_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_NONE:
        threshold_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_COUNT: /* refused by the plan */
        break;
    }
    state->y++;
}
