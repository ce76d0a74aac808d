#include "dither.h"

#include <string.h>

#include "bayer.h"
#include "bytes.h"

/* Pixels around a row of errors, so that the neighbours of the first and the last need no
 * question. */
enum {
    MARGIN = 2
};

/* ---- State -------------------------------------------------------------------- */

static size_t row_of_errors(size_t width)
{
    return 3 * (width + 2 * MARGIN);
}

/* Floyd and Steinberg look one row ahead, Atkinson two. */
static size_t rows_of_errors(png2bmp_dither rule)
{
    switch (rule) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        return 1;
    case PNG2BMP_DITHER_ATKINSON:
        return 2;
    case PNG2BMP_DITHER_DEFAULT: /* the caller has chosen */
    case PNG2BMP_DITHER_ORDERED:
    case PNG2BMP_DITHER_NONE:
    case PNG2BMP_DITHER_COUNT:
        break;
    }
    return 0;
}

size_t dither_errors(png2bmp_dither rule, size_t width)
{
    return rows_of_errors(rule) * row_of_errors(width);
}

static void open_state(dither_state *state, png2bmp_dither rule, int *errors, size_t width)
{
    *state = (dither_state){.rule = rule, .width = width};
    memset(errors, 0, dither_errors(rule, width) * sizeof *errors);
    if (rows_of_errors(rule) > 0)
        state->error = errors + 3 * MARGIN;
    if (rows_of_errors(rule) > 1)
        state->error_below = state->error + row_of_errors(width);
}

/* How far apart the colours of a palette lie: as if they stood in a regular cube of cbrt(entries)
 * levels a side, in samples. */
static int spread_of(unsigned entries)
{
    unsigned sixteenths = 32; /* of a level; at least two levels */

    while (sixteenths * sixteenths * sixteenths < entries * 4096)
        sixteenths++;
    return (int)(255 * 16 / (sixteenths - 16));
}

void dither_open_palette(dither_state *state, png2bmp_dither rule, nearest *palette,
                         unsigned entries, int *errors, size_t width)
{
    open_state(state, rule, errors, width);
    state->palette = palette;
    for (unsigned i = 0; i < 3; i++)
        state->spread[i] = spread_of(entries);
}

void dither_open_levels(dither_state *state, png2bmp_dither rule, const unsigned levels[3],
                        int *errors, size_t width)
{
    open_state(state, rule, errors, width);
    for (unsigned i = 0; i < 3; i++) {
        state->levels[i] = levels[i];
        state->spread[i] = (int)(255 / levels[i]);
    }
}

/* ---- One pixel -------------------------------------------------------------------- */

/* The colour that is taken for a pixel, and its index. */
typedef struct choice {
    uint8_t  bgr[3];
    unsigned index;
} choice;

static ALWAYS_INLINE choice choose(const dither_state *state, const uint8_t wanted[3])
{
    choice c;

    if (state->palette) {
        c.index = nearest_of(state->palette, wanted);
        memcpy(c.bgr, nearest_color(state->palette, c.index), 3);
    } else {
        c.index = 0;
        for (unsigned i = 0; i < 3; i++) {
            const unsigned max = state->levels[i], level = (wanted[i] * max + 127) / 255;

            c.bgr[i] = (uint8_t)((level * 255 + max / 2) / max);
        }
    }
    return c;
}

static ALWAYS_INLINE void put(uint8_t *indices, uint8_t *bgr, size_t x, const choice *c)
{
    if (indices)
        indices[x] = (uint8_t)c->index;
    else
        memcpy(bgr + 3 * x, c->bgr, 3);
}

static ALWAYS_INLINE int clamp(int v, int most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

/* ---- The rules ---------------------------------------------------------------------- */

static void nearest_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    choice c = {{0, 0, 0}, 0};

    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        /* Drawings have long runs of one colour. */
        if (x == 0 || memcmp(bgr, bgr - 3, 3) != 0)
            c = choose(state, bgr);
        put(indices, out, x, &c);
    }
}

static void ordered_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        const int step = 2 * bayer(x, state->y) + 1 - 64; /* -63 to 63, of 128ths */
        uint8_t   wanted[3];
        choice    c;

        for (unsigned i = 0; i < 3; i++)
            wanted[i] = (uint8_t)clamp(bgr[i] + step * state->spread[i] / 128, 255);
        c = choose(state, wanted);
        put(indices, out, x, &c);
    }
}

/* What a pixel should be, errors included, in sixteenths; what was taken; and the difference. What
 * lies beyond the samples' range is dropped: no colour could ever make up for it. */
static ALWAYS_INLINE choice take(const dither_state *state, const uint8_t *bgr, const int *error,
                                 const int *right, int left_over[3])
{
    uint8_t wanted[3];
    int     sixteenths[3];
    choice  c;

    for (unsigned i = 0; i < 3; i++) {
        sixteenths[i] = clamp(bgr[i] * 16 + error[i] + right[i], 255 * 16);
        wanted[i] = (uint8_t)((sixteenths[i] + 8) >> 4);
    }
    c = choose(state, wanted);
    for (unsigned i = 0; i < 3; i++)
        left_over[i] = sixteenths[i] - c.bgr[i] * 16;
    return c;
}

/* R. W. Floyd and L. Steinberg, 1976, as in mono.c: 7/16 go right, 3/16, 5/16 and 1/16 below; the
 * last share is what the others leave. One row of errors serves two. */
static void floyd_steinberg_row(dither_state *state, uint8_t *indices, uint8_t *out,
                                const uint8_t *bgr)
{
    int *error = state->error;
    int  right[3] = {0, 0, 0}, below[3] = {0, 0, 0};

    for (size_t x = 0; x < state->width; x++, bgr += 3, error += 3) {
        int          left_over[3];
        const choice c = take(state, bgr, error, right, left_over);

        put(indices, out, x, &c);
        for (int i = 0; i < 3; i++) {
            const int to_right = left_over[i] * 7 / 16;
            const int to_below_left = left_over[i] * 3 / 16;
            const int to_below = left_over[i] * 5 / 16;

            error[i - 3] += to_below_left;
            error[i] = to_below + below[i];
            below[i] = left_over[i] - to_right - to_below_left - to_below;
            right[i] = to_right;
        }
    }
    memset(state->error - 3, 0, 3 * sizeof *state->error);
}

/* As in mono.c. */
static void atkinson_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    int *error = state->error, *below = state->error_below;
    int  right[3] = {0, 0, 0}, after[3] = {0, 0, 0};

    for (size_t x = 0; x < state->width; x++, bgr += 3, error += 3, below += 3) {
        int          left_over[3];
        const choice c = take(state, bgr, error, right, left_over);

        put(indices, out, x, &c);
        for (int i = 0; i < 3; i++) {
            const int share = left_over[i] / 8;

            right[i] = after[i] + share;
            after[i] = share;
            below[i - 3] += share;
            below[i] += share;
            below[i + 3] += share;
            error[i] = share;
        }
    }
    memset(below, 0, 3 * sizeof *below);
    below = state->error_below;
    memset(below - 3, 0, 3 * sizeof *below);
    state->error_below = state->error;
    state->error = below;
}

static void dither_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    switch (state->rule) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        floyd_steinberg_row(state, indices, out, bgr);
        break;
    case PNG2BMP_DITHER_ATKINSON:
        atkinson_row(state, indices, out, bgr);
        break;
    case PNG2BMP_DITHER_ORDERED:
        ordered_row(state, indices, out, bgr);
        break;
    case PNG2BMP_DITHER_NONE:
        nearest_row(state, indices, out, bgr);
        break;
    case PNG2BMP_DITHER_DEFAULT:
    case PNG2BMP_DITHER_COUNT: /* the caller has chosen */
        break;
    }
    state->y++;
}

void dither_row_to_indices(dither_state *state, uint8_t *indices, const uint8_t *bgr)
{
    dither_row(state, indices, NULL, bgr);
}

void dither_row_of_levels(dither_state *state, uint8_t *bgr)
{
    dither_row(state, NULL, bgr, bgr);
}
