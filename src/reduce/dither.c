#include "dither.h"

#include <string.h>

#include "base/bytes.h"
#include "bayer.h"

/* ---- State -------------------------------------------------------------------- */

size_t dither_errors(png2bmp_dither rule, size_t width)
{
    return diffusion_bytes(rule, width, sizeof(dither_error));
}

/* R. W. Floyd and L. Steinberg, 1976, as in mono.c: 7/16 ahead, 3/16, 5/16 and 1/16 below. The
 * highest number gives back the whole error when the product is rounded. */
static const dither_shares whole = {7 << 11, 3 << 11, 5 << 11, INT16_MAX};
static const dither_shares seven_eighths = {7 * 7 << 8, 7 * 3 << 8, 7 * 5 << 8, 7 << 12};

static void open_state(dither_state *state, png2bmp_dither rule, void *errors, size_t width)
{
    *state = (dither_state){.rule = rule,
                            .width = width,
                            .shares = whole,
                            .rows = diffusion_open(rule, errors, width, sizeof(dither_error))};
}

/* How far apart the grays of a palette are, in samples, if they are evenly spread; 0: it has other
 * colours. */
static int spread_of_grays(const nearest *palette)
{
    int least = 255, most = 0;

    for (unsigned i = 0; i < palette->count; i++) {
        const uint8_t *bgr = palette->bgr[palette->all[i]];

        if (bgr[0] != bgr[1] || bgr[1] != bgr[2])
            return 0;
        least = bgr[0] < least ? bgr[0] : least;
        most = bgr[0] > most ? bgr[0] : most;
    }
    return palette->count > 1 ? (most - least) / (int)(palette->count - 1) : 0;
}

/* How far apart the colours of a palette are, in samples: about as far as in a regular cube with
 * cbrt(entries) levels a side. */
static int spread_of(unsigned entries)
{
    unsigned sixteenths = 32; /* of a level; at least two levels */

    while (sixteenths * sixteenths * sixteenths < entries * 4096)
        sixteenths++;
    return (int)(255 * 16 / (sixteenths - 16));
}

void dither_open_palette(dither_state *state, png2bmp_dither rule, nearest *palette,
                         unsigned entries, bool is_chosen, diffuse_fn diffuse, void *errors,
                         size_t width)
{
    open_state(state, rule, errors, width);
    state->palette = palette;
    if (is_chosen)
        state->shares = seven_eighths;
    state->diffuse = diffuse;
    const int grays = is_chosen ? 0 : spread_of_grays(palette);

    for (unsigned i = 0; i < 3; i++)
        state->spread[i] = grays > 0 ? grays : spread_of(entries);
}

void dither_open_levels(dither_state *state, png2bmp_dither rule, const uint8_t levels[3],
                        void *errors, size_t width)
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

/* wanted: in sixteenths. */
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
            const unsigned level = (nearest_sample(wanted[i]) * max + 127) / 255;

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
        if (x % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        /* Drawings have long runs of one colour. */
        if (x == 0 || memcmp(bgr, bgr - 3, 3) != 0)
            c = choose(state, (const int[3]){bgr[0] * 16, bgr[1] * 16, bgr[2] * 16});
        put(indices, out, x, &c);
    }
}

static void ordered_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        const int step = 2 * bayer(x, state->y) + 1 - 64; /* -63 to 63, of 128ths */
        int       wanted[3];
        choice    c;

        if (x % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        for (unsigned i = 0; i < 3; i++)
            wanted[i] = 16 * clamp(bgr[i] + step * state->spread[i] / 128, 0, 255);
        c = choose(state, wanted);
        put(indices, out, x, &c);
    }
}

/* Rounded to the nearest. Right shifts of negative numbers are left to the compiler; the product is
 * above -2^30. */
static ALWAYS_INLINE int share_of(int v, int share)
{
    return ((v * share + (1 << 14) + (1 << 30)) >> 15) - (1 << 15);
}

/* Takes a colour for a pixel with the errors that have come to it, and says what is left over, in
 * sixteenths. Errors may lead a little beyond the range of samples: nearly white beside white needs
 * that. More would only grow where the palette has no colour that could make up for it. */
static ALWAYS_INLINE choice take(const dither_state *state, const uint8_t *bgr,
                                 const int16_t *error, const int *ahead, int left_over[3])
{
    int    wanted[3];
    choice c;

    for (unsigned i = 0; i < 3; i++)
        wanted[i] = clamp(bgr[i] * 16 + error[i] + ahead[i], NEAREST_LEAST, NEAREST_MOST);
    c = choose(state, wanted);
    for (unsigned i = 0; i < 3; i++)
        left_over[i] = wanted[i] - c.bgr[i] * 16;
    return c;
}

/* Of a row that is walked to the right (step 1) or to the left (-1). */
static ALWAYS_INLINE size_t first_of(const dither_state *state, int step)
{
    return step > 0 ? 0 : state->width - 1;
}

/* Forgets what was given to pixels beyond both ends. */
static void drop_margins(const dither_state *state, dither_error *row)
{
    memset(row - DIFFUSION_MARGIN, 0, DIFFUSION_MARGIN * sizeof *row);
    memset(row + state->width, 0, DIFFUSION_MARGIN * sizeof *row);
}

/* error[x] is read for this row before the share of the next row is stored in its place. */
static ALWAYS_INLINE void floyd_steinberg_row(const dither_state *state, uint8_t *indices,
                                              uint8_t *out, const uint8_t *bgr, int step)
{
    const dither_shares shares = state->shares;
    size_t              x = first_of(state, step);
    dither_error       *error = (dither_error *)state->rows.error + x;
    int                 ahead[3] = {0, 0, 0}, below[3] = {0, 0, 0};

    for (size_t left = state->width; left > 0; left--, x += (size_t)step, error += step) {
        int    left_over[3];
        choice c;

        if (left % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        c = take(state, bgr + 3 * x, *error, ahead, left_over);

        put(indices, out, x, &c);
        for (unsigned i = 0; i < 3; i++) {
            const int to_ahead = share_of(left_over[i], shares.ahead);
            const int to_behind = share_of(left_over[i], shares.behind);
            const int to_below = share_of(left_over[i], shares.below);

            error[-step][i] = (int16_t)(error[-step][i] + to_behind);
            error[0][i] = (int16_t)(to_below + below[i]);
            below[i] = share_of(left_over[i], shares.all) - to_ahead - to_behind - to_below;
            ahead[i] = to_ahead;
        }
    }
    drop_margins(state, state->rows.error);
}

static ALWAYS_INLINE void add_to(int16_t *error, int share)
{
    *error = (int16_t)(*error + share);
}

/* As in mono.c. */
static ALWAYS_INLINE void atkinson_row(dither_state *state, uint8_t *indices, uint8_t *out,
                                       const uint8_t *bgr, int step)
{
    const int     all = state->shares.all;
    size_t        x = first_of(state, step);
    dither_error *error = (dither_error *)state->rows.error + x;
    dither_error *below = (dither_error *)state->rows.below + x;
    int           ahead[3] = {0, 0, 0}, after[3] = {0, 0, 0};

    for (size_t left = state->width; left > 0; left--, x += (size_t)step) {
        int    left_over[3];
        choice c;

        if (left % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        c = take(state, bgr + 3 * x, *error, ahead, left_over);

        put(indices, out, x, &c);
        for (unsigned i = 0; i < 3; i++) {
            const int share = share_of(left_over[i], all) / 8;

            ahead[i] = after[i] + share;
            after[i] = share;
            add_to(&below[-step][i], share);
            add_to(&below[0][i], share);
            add_to(&below[step][i], share);
            error[0][i] = (int16_t)share;
        }
        error += step;
        below += step;
    }
    drop_margins(state, state->rows.below);
    state->rows = (diffusion_rows){state->rows.below, state->rows.error};
}

/* Groups go to the right and to the left in turns: errors that always go one way make worms. Groups
 * of two rows would be better by up to 0.2 dB, and slower; larger ones are worse (npm run
 * bench:palettes). */
static bool is_to_left(const dither_state *state)
{
    return state->y / DITHER_GROUP % 2 != 0;
}

static void floyd_steinberg(const dither_state *state, uint8_t *indices, uint8_t *out,
                            const uint8_t *bgr, bool to_left)
{
    if (to_left)
        floyd_steinberg_row(state, indices, out, bgr, -1);
    else
        floyd_steinberg_row(state, indices, out, bgr, 1);
}

static void atkinson(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    if (is_to_left(state))
        atkinson_row(state, indices, out, bgr, -1);
    else
        atkinson_row(state, indices, out, bgr, 1);
}

void diffuse_c(const dither_state *state, const dither_rows *rows, bool to_left)
{
    for (unsigned i = 0; i < DITHER_GROUP; i++)
        floyd_steinberg(state, rows->indices + i * rows->index_pitch, NULL,
                        rows->bgr + i * rows->pitch, to_left);
}

static void dither_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    switch (state->rule) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        floyd_steinberg(state, indices, out, bgr, is_to_left(state));
        break;
    case PNG2BMP_DITHER_ATKINSON:
        atkinson(state, indices, out, bgr);
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

/* Kernels do not ask whether they are cancelled. Longer rows are done one by one. */
#define MOST_AT_ONCE (1u << 20)

void dither_to_indices(dither_state *state, const dither_rows *rows, unsigned count)
{
    if (state->rule == PNG2BMP_DITHER_FLOYD_STEINBERG && count == DITHER_GROUP &&
        state->y % DITHER_GROUP == 0 && state->width <= MOST_AT_ONCE) {
        cancel_before(state->cancel, DITHER_GROUP * state->width);
        state->diffuse(state, rows, is_to_left(state));
        state->y += DITHER_GROUP;
        return;
    }
    for (unsigned i = 0; i < count; i++)
        dither_row(state, rows->indices + i * rows->index_pitch, NULL, rows->bgr + i * rows->pitch);
}

void dither_row_of_levels(dither_state *state, uint8_t *bgr)
{
    dither_row(state, NULL, bgr, bgr);
}
