/* Luma to black and white. */
#include "mono.h"

#include <string.h>

#include "bayer.h"

size_t mono_errors(png2bmp_dither rule, size_t width)
{
    return diffusion_ints(rule, width, 1);
}

void mono_open(mono_state *state, png2bmp_dither rule, const png2bmp_options *options, int *errors,
               size_t width)
{
    *state = (mono_state){.dither = rule,
                          .threshold = options->threshold,
                          .white = options->invert ? 0 : 1,
                          .rows = diffusion_open(rule, errors, width, 1)};
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

/* The 64 steps of the matrix are spread evenly around the threshold. */
static void ordered_row(const mono_state *state, uint8_t *dst, const uint8_t *luma_row,
                        size_t width)
{
    for (size_t x = 0; x < width; x++) {
        const int step = 4 * bayer(x, state->y) + 2 - 128;

        put_pixel(state, dst, x, luma_row[x] >= state->threshold + step);
    }
}

/* R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976: 7/16 of the
 * error go right, 3/16, 5/16 and 1/16 to the row below. Errors are integers in sixteenths of a
 * level, and the last share is what the others leave: nothing is lost, and every machine gives the
 * same picture.
 *
 * One row of errors serves two: error[x] is read for this row before the share of the next row is
 * stored in its place. */
static void floyd_steinberg_row(mono_state *state, uint8_t *dst, const uint8_t *luma_row,
                                size_t width)
{
    int *error = state->rows.error;
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

/* B. Atkinson's rule, from the Macintosh of 1984: an eighth of the error goes to each of six
 * neighbours (two to the right, three below, one two rows below), the rest is dropped, which
 * increases contrast. Errors are in sixteenths. */
static void atkinson_row(mono_state *state, uint8_t *dst, const uint8_t *luma_row, size_t width)
{
    int *error = state->rows.error, *below = state->rows.below;
    int  right[2] = {0, 0}; /* for the next pixel, and for the one after it */

    for (size_t x = 0; x < width; x++) {
        const int  wanted = luma_row[x] * 16 + error[x] + right[0];
        const bool white = wanted >= state->threshold * 16;
        const int  share = (white ? wanted - 255 * 16 : wanted) / 8;

        put_pixel(state, dst, x, white);
        right[0] = right[1] + share;
        right[1] = share;
        below[(ptrdiff_t)x - 1] += share;
        below[x] += share;
        below[x + 1] += share;
        error[x] = share; /* already read, so free for the row after the next */
    }
    below[-1] = below[width] = 0;
    state->rows = (diffusion_rows){below, error};
}

void mono_row(mono_state *state, uint8_t *dst, const uint8_t *luma_row, size_t width)
{
    memset(dst, 0, (width + 7) / 8);
    switch (state->dither) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        floyd_steinberg_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_ATKINSON:
        atkinson_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_ORDERED:
        ordered_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_NONE:
        threshold_row(state, dst, luma_row, width);
        break;
    case PNG2BMP_DITHER_DEFAULT:
    case PNG2BMP_DITHER_COUNT: /* the caller has chosen */
        break;
    }
    state->y++;
}
