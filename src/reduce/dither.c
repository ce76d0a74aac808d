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

void dither_numbers_open(dither_numbers *numbers, bool is_linear)
{
    light_open(&numbers->scale, is_linear);
    for (unsigned channel = 0; channel < 3; channel++)
        memcpy(numbers->of[channel], numbers->scale.of, sizeof numbers->scale.of);
    numbers->are_stored = !is_linear;
}

void dither_numbers_fit(dither_numbers *numbers, const uint8_t (*colors)[3], unsigned count)
{
    light_fit(numbers->of, &numbers->scale, colors, count);
    numbers->are_stored = false;
}

static void open_state(dither_state *state, const dither_setup *setup)
{
    *state = (dither_state){
        .rule = setup->rule,
        .numbers = setup->numbers,
        .has_ends = !setup->numbers->are_stored,
        .width = setup->width,
        .shares = whole,
        .rows = diffusion_open(setup->rule, setup->errors, setup->width, sizeof(dither_error))};
}

/* For each sample, the numbers of `at` below and above its own: with a threshold in the middle, as
 * many pixels get the upper as its light asks for. */
static void fill_ends(int16_t low[256], int16_t high[256], const int16_t of[256], const int16_t *at,
                      unsigned count)
{
    unsigned i = 0;

    for (unsigned sample = 0; sample < 256; sample++) {
        while (i + 2 < count && at[i + 1] <= of[sample])
            i++;
        low[sample] = at[i];
        high[sample] = at[count > 1 ? i + 1 : i];
    }
}

/* The matrix reaches from one of these samples to the next. They have the picture's numbers, or,
 * being colours of the palette, the scale's. */
static void open_ends(dither_state *state, const bool there[3][256], bool are_of_palette)
{
    dither_numbers *numbers = state->numbers;

    if (state->rule != PNG2BMP_DITHER_ORDERED || !state->has_ends)
        return;
    for (unsigned channel = 0; channel < 3; channel++) {
        const int16_t *of = are_of_palette ? numbers->scale.of : numbers->of[channel];
        int16_t        at[256];
        unsigned       count = 0;

        for (unsigned sample = 0; sample < 256; sample++)
            if (there[channel][sample])
                at[count++] = of[sample];
        fill_ends(numbers->low[channel], numbers->high[channel], numbers->of[channel], at, count);
    }
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

/* The colours of other palettes than grays are taken for those of a regular cube. */
static void open_ends_of_palette(dither_state *state, bool is_gray)
{
    const nearest *palette = state->palette;
    bool           there[3][256] = {{false}};

    for (unsigned channel = 0; channel < 3; channel++) {
        for (unsigned i = 0; i < palette->count && is_gray; i++)
            there[channel][palette->bgr[palette->all[i]][channel]] = true;
        for (int sample = 0; sample < 256 && !is_gray; sample += state->spread[channel])
            there[channel][sample] = true;
        there[channel][255] |= !is_gray;
    }
    open_ends(state, (const bool(*)[256])there, is_gray);
}

void dither_open_palette(dither_state *state, const dither_setup *setup,
                         const dither_palette *palette, diffuse_fn diffuse)
{
    const bool is_gray = palette->gray_step > 0 && !palette->is_chosen;

    open_state(state, setup);
    state->palette = palette->nearest;
    state->has_ends |= palette->is_seen;
    if (palette->is_chosen)
        state->shares = seven_eighths;
    state->diffuse = diffuse;
    for (unsigned i = 0; i < 3; i++)
        state->spread[i] = is_gray ? palette->gray_step : spread_of(palette->entries);
    open_ends_of_palette(state, is_gray);
}

/* The sample of a level, of 0 to most. */
static ALWAYS_INLINE unsigned sample_of_level(unsigned level, unsigned most)
{
    return (level * 255 + most / 2) / most;
}

void dither_open_levels(dither_state *state, const dither_setup *setup, const uint8_t levels[3])
{
    bool there[3][256] = {{false}};

    open_state(state, setup);
    for (unsigned i = 0; i < 3; i++) {
        state->levels[i] = levels[i];
        state->spread[i] = (int)(255 / levels[i]);
        for (unsigned level = 0; level <= levels[i]; level++)
            there[i][sample_of_level(level, levels[i])] = true;
    }
    open_ends(state, (const bool(*)[256])there, true);
}

/* ---- One pixel -------------------------------------------------------------------- */

/* The colour taken for a pixel: its index in the palette, or its samples; and its numbers. */
typedef struct choice {
    int16_t  number[3];
    uint8_t  bgr[3];
    unsigned index;
} choice;

static ALWAYS_INLINE int clamp(int v, int least, int most)
{
    return v < least ? least : v > most ? most : v;
}

static ALWAYS_INLINE choice choose(const dither_state *state, const int wanted[3])
{
    const light_scale *scale = &state->numbers->scale;
    choice             c;

    if (state->palette) {
        memset(c.bgr, 0, sizeof c.bgr);
        c.index = nearest_of(state->palette, wanted);
        memcpy(c.number, nearest_number(state->palette, c.index), sizeof c.number);
    } else {
        c.index = 0;
        for (unsigned i = 0; i < 3; i++) {
            const unsigned most = state->levels[i];
            const unsigned level = (nearest_sample(scale, wanted[i]) * most + 127) / 255;

            c.bgr[i] = (uint8_t)sample_of_level(level, most);
            c.number[i] = scale->of[c.bgr[i]];
        }
    }
    return c;
}

/* bgr: NULL, if indices are wanted. */
static ALWAYS_INLINE void put(uint8_t *indices, uint8_t *bgr, size_t x, const choice *c)
{
    if (bgr)
        memcpy(bgr + 3 * x, c->bgr, 3);
    else if (indices)
        indices[x] = (uint8_t)c->index;
}

/* ---- The rules ---------------------------------------------------------------------- */

static ALWAYS_INLINE bool is_hole(bool holes, const uint8_t *indices, size_t x)
{
    return holes && indices && indices[x] != 0;
}

/* It has its own colour, and the index of all holes. */
static ALWAYS_INLINE choice hole_of(const dither_state *state, const uint8_t bgr[3])
{
    return (choice){{0, 0, 0}, {bgr[0], bgr[1], bgr[2]}, state->hole};
}

static void nearest_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    const int16_t(*of)[256] = (const int16_t(*)[256])state->numbers->of;
    choice c = {{0, 0, 0}, {0, 0, 0}, 0};
    bool   is_chosen = false;

    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        if (x % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        if (is_hole(state->has_holes, indices, x)) {
            c = hole_of(state, bgr);
            put(indices, out, x, &c);
            is_chosen = false;
            continue;
        }
        /* Drawings have long runs of one colour. */
        if (!is_chosen || memcmp(bgr, bgr - 3, 3) != 0)
            c = choose(state, (const int[3]){of[0][bgr[0]], of[1][bgr[1]], of[2][bgr[2]]});
        put(indices, out, x, &c);
        is_chosen = true;
    }
}

/* What a pixel should be, moved by a step of the matrix, in 128ths of the way between colours. */
static ALWAYS_INLINE int moved(const dither_state *state, unsigned channel, uint8_t sample,
                               int step)
{
    const dither_numbers *numbers = state->numbers;
    const int low = numbers->low[channel][sample], high = numbers->high[channel][sample];

    if (!state->has_ends)
        return 16 * clamp(sample + step * state->spread[channel] / 128, 0, 255);
    return clamp(numbers->of[channel][sample] + step * (high - low) / 128, low, high);
}

static void ordered_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    for (size_t x = 0; x < state->width; x++, bgr += 3) {
        const int step = 2 * bayer(x, state->y) + 1 - 64; /* -63 to 63, of 128ths */
        int       wanted[3];
        choice    c;

        if (x % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        if (is_hole(state->has_holes, indices, x)) {
            c = hole_of(state, bgr);
            put(indices, out, x, &c);
            continue;
        }
        for (unsigned i = 0; i < 3; i++)
            wanted[i] = moved(state, i, bgr[i], step);
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

/* Takes a colour for a pixel with the errors that have come to it, and says what is left over.
 * Errors may lead a little beyond the range of numbers: nearly white beside white needs
 * that. More would only grow where the palette has no colour that could make up for it. */
static ALWAYS_INLINE choice take(const dither_state *state, const uint8_t *bgr,
                                 const int16_t *error, const int *ahead, int left_over[3])
{
    int    wanted[3];
    choice c;

    for (unsigned i = 0; i < 3; i++)
        wanted[i] =
            clamp(state->numbers->of[i][bgr[i]] + error[i] + ahead[i], NEAREST_LEAST, NEAREST_MOST);
    c = choose(state, wanted);
    for (unsigned i = 0; i < 3; i++)
        left_over[i] = wanted[i] - c.number[i];
    return c;
}

/* The same, or a hole, which takes up no error and gives none on. */
static ALWAYS_INLINE choice take_if_opaque(const dither_state *state, bool holes,
                                           const uint8_t *indices, size_t x, const uint8_t *bgr,
                                           const int16_t *error, const int *ahead, int left_over[3])
{
    if (!is_hole(holes, indices, x))
        return take(state, bgr, error, ahead, left_over);
    memset(left_over, 0, 3 * sizeof *left_over);
    return hole_of(state, bgr);
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
static ALWAYS_INLINE void floyd_steinberg_row(const dither_state *state, bool holes,
                                              uint8_t *indices, uint8_t *out, const uint8_t *bgr,
                                              int step)
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
        c = take_if_opaque(state, holes, indices, x, bgr + 3 * x, *error, ahead, left_over);

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

/* Atkinson: below the holes of the next row, what comes from the pixels above them. */
static void drop_across(const dither_state *state, const uint8_t *indices)
{
    dither_error *const below = state->rows.below;

    for (size_t x = 0; x < state->width; x++)
        if (indices[x] != 0)
            memset(below[x], 0, sizeof below[x]);
}

static ALWAYS_INLINE void add_to(int16_t *error, int share)
{
    *error = (int16_t)(*error + share);
}

/* As in mono.c. */
static ALWAYS_INLINE void atkinson_row(dither_state *state, bool holes, uint8_t *indices,
                                       uint8_t *out, const uint8_t *bgr, int step)
{
    const int     all = state->shares.all;
    size_t        x = first_of(state, step);
    dither_error *error = (dither_error *)state->rows.error + x;
    dither_error *below = (dither_error *)state->rows.below + x;
    int           ahead[3] = {0, 0, 0}, after[3] = {0, 0, 0};

    if (holes && indices)
        drop_across(state, indices);
    for (size_t left = state->width; left > 0; left--, x += (size_t)step) {
        int    left_over[3];
        choice c;

        if (left % CANCEL_PIXELS == 0 && cancel_before(state->cancel, CANCEL_PIXELS))
            return;
        if (is_hole(holes, indices, x))
            memset(after, 0, sizeof after);
        c = take_if_opaque(state, holes, indices, x, bgr + 3 * x, *error, ahead, left_over);

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
    const int step = to_left ? -1 : 1;

    if (state->has_holes)
        floyd_steinberg_row(state, true, indices, out, bgr, step);
    else if (to_left)
        floyd_steinberg_row(state, false, indices, out, bgr, -1);
    else
        floyd_steinberg_row(state, false, indices, out, bgr, 1);
}

static void atkinson(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    const int step = is_to_left(state) ? -1 : 1;

    if (state->has_holes)
        atkinson_row(state, true, indices, out, bgr, step);
    else if (step < 0)
        atkinson_row(state, false, indices, out, bgr, -1);
    else
        atkinson_row(state, false, indices, out, bgr, 1);
}

void diffuse_c(const dither_state *state, const dither_rows *rows, bool to_left)
{
    for (unsigned i = 0; i < DITHER_GROUP; i++)
        floyd_steinberg(state, rows->indices + i * rows->index_pitch, NULL,
                        rows->bgr + i * rows->pitch, to_left);
}

static void dither_row(dither_state *state, uint8_t *indices, uint8_t *out, const uint8_t *bgr)
{
    if (was_cancelled(state->cancel)) /* perhaps within this row, or within the one above it */
        return;
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
    if (state->rule == PNG2BMP_DITHER_FLOYD_STEINBERG && !state->has_holes &&
        count == DITHER_GROUP && state->y % DITHER_GROUP == 0 && state->width <= MOST_AT_ONCE) {
        cancel_before(state->cancel, DITHER_GROUP * state->width);
        state->diffuse(state, rows, is_to_left(state));
        state->y += DITHER_GROUP;
        return;
    }
    for (unsigned i = 0; i < count; i++)
        dither_row(state, rows->indices + i * rows->index_pitch, NULL, rows->bgr + i * rows->pitch);
}

void dither_row_of_levels(dither_state *state, uint8_t *bgr, uint8_t *holes)
{
    dither_row(state, holes, bgr, bgr);
}
