#include "dither.h"

#include <string.h>

#include "bayer.h"
#include "bytes.h"

/* ---- State -------------------------------------------------------------------- */

size_t dither_errors(png2bmp_dither rule, size_t width)
{
    return diffusion_ints(rule, width, 3);
}

static void open_state(dither_state *state, png2bmp_dither rule, int *errors, size_t width)
{
    *state = (dither_state){
        .rule = rule, .width = width, .eighths = 8, .rows = diffusion_open(rule, errors, width, 3)};
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
                         unsigned entries, bool is_chosen, int *errors, size_t width)
{
    open_state(state, rule, errors, width);
    state->palette = palette;
    state->eighths = is_chosen ? 7 : 8;
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

static ALWAYS_INLINE int clamp(int v, int least, int most)
{
    return v < least ? least : v > most ? most : v;
}

static ALWAYS_INLINE choice choose(const dither_state *state, const int wanted[3])
{
    choice c;

    if (state->palette) {
        c.index = nearest_of(state->palette, wanted);
        memcpy(c.bgr, nearest_color(state->palette, c.index), 3);
    } else {
        c.index = 0;
        for (unsigned i = 0; i < 3; i++) {
            const unsigned max = state->levels[i];
            const unsigned level = ((unsigned)clamp(wanted[i], 0, 255) * max + 127) / 255;

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

/* ---- The rules ---------------------------------------------------------------------- */

static void nearest_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    choice c = {{0, 0, 0}, 0};

    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        /* Drawings have long runs of one colour. */
        if (x == 0 || memcmp(bgr, bgr - 3, 3) != 0)
            c = choose(state, (const int[3]){bgr[0], bgr[1], bgr[2]});
        put(indices, out, x, &c);
    }
}

static void ordered_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        const int step = 2 * bayer(x, state->y) + 1 - 64; /* -63 to 63, of 128ths */
        int       wanted[3];
        choice    c;

        for (unsigned i = 0; i < 3; i++)
            wanted[i] = clamp(bgr[i] + step * state->spread[i] / 128, 0, 255);
        c = choose(state, wanted);
        put(indices, out, x, &c);
    }
}

/* Errors are carried so far beyond the range of samples: nearly white beside white needs it. More
 * would only grow, where the palette has no colour that could make up for it. */
enum {
    LEAST = NEAREST_LEAST * 16,
    MOST = NEAREST_MOST * 16
};

/* Takes a colour for a pixel with the errors that have come to it, and says what is left over. All
 * are in sixteenths. */
static ALWAYS_INLINE choice take(const dither_state *state, const uint8_t *bgr, const int *error,
                                 const int *ahead, int left_over[3])
{
    int    wanted[3], sixteenths[3];
    choice c;

    for (unsigned i = 0; i < 3; i++) {
        sixteenths[i] = clamp(bgr[i] * 16 + error[i] + ahead[i], LEAST, MOST);
        wanted[i] = ((sixteenths[i] - LEAST + 8) >> 4) + NEAREST_LEAST;
    }
    c = choose(state, wanted);
    for (unsigned i = 0; i < 3; i++)
        left_over[i] = (sixteenths[i] - c.bgr[i] * 16) * state->eighths / 8;
    return c;
}

/* Errors of a row go ahead and below. `step` is 1 where it is walked to the right, else -1. */
static ALWAYS_INLINE size_t first_of(const dither_state *state, int step)
{
    return step > 0 ? 0 : state->width - 1;
}

/* What was given to pixels beyond both ends. */
static void drop_margins(const dither_state *state, int *error)
{
    memset(error - 3 * DIFFUSION_MARGIN, 0, 3 * DIFFUSION_MARGIN * sizeof *error);
    memset(error + 3 * state->width, 0, 3 * DIFFUSION_MARGIN * sizeof *error);
}

/* R. W. Floyd and L. Steinberg, 1976, as in mono.c: 7/16 go ahead, 3/16, 5/16 and 1/16 below; the
 * last share is what the others leave. One row of errors serves two. */
static ALWAYS_INLINE void floyd_steinberg_row(dither_state *state, uint8_t *indices, uint8_t *out,
                                              const uint8_t *bgr, int step)
{
    size_t x = first_of(state, step);
    int   *error = state->rows.error + 3 * x;
    int    ahead[3] = {0, 0, 0}, below[3] = {0, 0, 0};

    for (size_t left = state->width; left > 0; left--, x += (size_t)step, error += 3 * step) {
        int          left_over[3];
        const choice c = take(state, bgr + 3 * x, error, ahead, left_over);

        put(indices, out, x, &c);
        for (int i = 0; i < 3; i++) {
            const int to_ahead = left_over[i] * 7 / 16;
            const int to_below_behind = left_over[i] * 3 / 16;
            const int to_below = left_over[i] * 5 / 16;

            error[i - 3 * step] += to_below_behind;
            error[i] = to_below + below[i];
            below[i] = left_over[i] - to_ahead - to_below_behind - to_below;
            ahead[i] = to_ahead;
        }
    }
    drop_margins(state, state->rows.error);
}

/* As in mono.c. */
static ALWAYS_INLINE void atkinson_row(dither_state *state, uint8_t *indices, uint8_t *out,
                                       const uint8_t *bgr, int step)
{
    size_t x = first_of(state, step);
    int   *error = state->rows.error + 3 * x, *below = state->rows.below + 3 * x;
    int    ahead[3] = {0, 0, 0}, after[3] = {0, 0, 0};

    for (size_t left = state->width; left > 0; left--, x += (size_t)step) {
        int          left_over[3];
        const choice c = take(state, bgr + 3 * x, error, ahead, left_over);

        put(indices, out, x, &c);
        for (int i = 0; i < 3; i++) {
            const int share = left_over[i] / 8;

            ahead[i] = after[i] + share;
            after[i] = share;
            below[i - 3 * step] += share;
            below[i] += share;
            below[i + 3 * step] += share;
            error[i] = share;
        }
        error += 3 * step;
        below += 3 * step;
    }
    drop_margins(state, state->rows.below);
    below = state->rows.below;
    state->rows = (diffusion_rows){below, state->rows.error};
}

/* Two rows to the right, two to the left: errors that always go one way make worms, and measured
 * (npm run bench:palettes) this is better than always to the right, or than turning at every row.
 */
static void diffuse(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    const bool to_left = (state->y & 2) != 0;

    if (state->rule == PNG2BMP_DITHER_ATKINSON) {
        if (to_left)
            atkinson_row(state, indices, out, bgr, -1);
        else
            atkinson_row(state, indices, out, bgr, 1);
    } else if (to_left) {
        floyd_steinberg_row(state, indices, out, bgr, -1);
    } else {
        floyd_steinberg_row(state, indices, out, bgr, 1);
    }
}

static void dither_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    switch (state->rule) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
    case PNG2BMP_DITHER_ATKINSON:
        diffuse(state, indices, out, bgr);
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
