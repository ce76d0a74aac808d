/* Luma to black and white. */
#include "mono.h"

#include "bayer.h"
#include "light.h"

/* Floyd and Steinberg's errors have 16 bits; with Atkinson's that took a fifth longer. */
static size_t error_bytes(png2bmp_dither rule)
{
    return rule == PNG2BMP_DITHER_FLOYD_STEINBERG ? sizeof(int16_t) : sizeof(int);
}

size_t mono_memory(png2bmp_dither rule, size_t width)
{
    return diffusion_bytes(rule, width, error_bytes(rule));
}

void mono_open(mono_state *state, png2bmp_dither rule, const png2bmp_options *options,
               bool is_linear, void *memory, size_t width)
{
    *state = (mono_state){.dither = rule,
                          .threshold = options->threshold,
                          .black = options->invert,
                          .width = width,
                          .rows = diffusion_open(rule, memory, width, error_bytes(rule))};
    light_fill(state->number, is_linear);
}

/* Collects pixels, and writes them eight at a time. */
typedef struct bit_writer {
    uint8_t *dst;
    unsigned black; /* the bit of a black pixel */
    unsigned bits;  /* of the last pixels */
} bit_writer;

static inline void put_pixel(bit_writer *w, size_t x, bool is_white)
{
    w->bits = w->bits << 1 | (is_white ^ w->black);
    if (x % 8 == 7)
        w->dst[x / 8] = (uint8_t)w->bits;
}

static void put_rest(const bit_writer *w, size_t count)
{
    if (count % 8 != 0)
        w->dst[count / 8] = (uint8_t)(w->bits << (8 - count % 8));
}

static void threshold_piece(const mono_state *state, uint8_t *dst, const uint8_t *luma,
                            size_t count)
{
    bit_writer bits = {dst, state->black, 0};
    const int  threshold = state->threshold;

    for (size_t x = 0; x < count; x++)
        put_pixel(&bits, x, luma[x] >= threshold);
    put_rest(&bits, count);
}

/* The 64 steps of the matrix are spread evenly around the threshold. */
static void ordered_piece(const mono_state *state, uint8_t *dst, const uint8_t *luma, size_t count)
{
    bit_writer   bits = {dst, state->black, 0};
    const int    threshold = state->threshold;
    const size_t first = state->x;

    for (size_t x = 0; x < count; x++) {
        const int step = 4 * bayer(first + x, state->y) + 2 - 128;

        put_pixel(&bits, x, state->number[luma[x]] >= 16 * (threshold + step));
    }
    put_rest(&bits, count);
}

/* R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976: 7/16 of the
 * error go right, 3/16, 5/16 and 1/16 to the row below. Errors are integers, and the last share is
 * what the others leave: nothing is lost, and every machine gives the same picture.
 *
 * One row of errors serves two: error[x] is read for this row before the share of the next row is
 * stored in its place. Errors hardly exceed a sample: 16 bits hold eight times as much. */
static void floyd_steinberg_piece(mono_state *state, uint8_t *dst, const uint8_t *luma,
                                  size_t count)
{
    bit_writer bits = {dst, state->black, 0};
    const int  threshold = state->threshold * 16;
    int16_t   *error = (int16_t *)state->rows.error + state->x;
    int        right = state->ahead[0], below = state->below_ahead;
    int        behind = error[-1]; /* what the row below has got at x - 1 */

    for (size_t x = 0; x < count; x++) {
        const int  wanted = state->number[luma[x]] + error[x] + right;
        const bool is_white = wanted >= threshold;
        const int  left_over = is_white ? wanted - LIGHT_WHITE : wanted;
        const int  to_right = left_over * 7 / 16;
        const int  to_below_left = left_over * 3 / 16;
        const int  to_below = left_over * 5 / 16;

        put_pixel(&bits, x, is_white);
        error[(ptrdiff_t)x - 1] = (int16_t)(behind + to_below_left);
        behind = to_below + below;
        below = left_over - to_right - to_below_left - to_below;
        right = to_right;
    }
    put_rest(&bits, count);
    error[count - 1] = (int16_t)behind;
    state->ahead[0] = right;
    state->below_ahead = below;
}

/* B. Atkinson's rule, from the Macintosh of 1984: an eighth of the error goes to each of six
 * neighbours (two to the right, three below, one two rows below), the rest is dropped, which
 * increases contrast. */
static void atkinson_piece(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t count)
{
    bit_writer bits = {dst, state->black, 0};
    const int  threshold = state->threshold * 16;
    int       *error = (int *)state->rows.error + state->x;
    int       *below = (int *)state->rows.below + state->x;
    int        right = state->ahead[0], after = state->ahead[1];

    for (size_t x = 0; x < count; x++) {
        const int  wanted = state->number[luma[x]] + error[x] + right;
        const bool is_white = wanted >= threshold;
        const int  share = (is_white ? wanted - LIGHT_WHITE : wanted) / 8;

        put_pixel(&bits, x, is_white);
        right = after + share;
        after = share;
        below[(ptrdiff_t)x - 1] += share;
        below[x] += share;
        below[x + 1] += share;
        error[x] = share; /* already read, so free for the row after the next */
    }
    put_rest(&bits, count);
    state->ahead[0] = right;
    state->ahead[1] = after;
}

void mono_write(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t count)
{
    switch (state->dither) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        floyd_steinberg_piece(state, dst, luma, count);
        break;
    case PNG2BMP_DITHER_ATKINSON:
        atkinson_piece(state, dst, luma, count);
        break;
    case PNG2BMP_DITHER_ORDERED:
        ordered_piece(state, dst, luma, count);
        break;
    case PNG2BMP_DITHER_NONE:
        threshold_piece(state, dst, luma, count);
        break;
    case PNG2BMP_DITHER_DEFAULT:
    case PNG2BMP_DITHER_COUNT: /* the caller has chosen */
        break;
    }
    state->x += count;
}

/* What was given to pixels beyond both ends is dropped. */
void mono_end_row(mono_state *state)
{
    if (state->dither == PNG2BMP_DITHER_FLOYD_STEINBERG) {
        ((int16_t *)state->rows.error)[-1] = 0;
    } else if (state->dither == PNG2BMP_DITHER_ATKINSON) {
        int *below = state->rows.below;

        below[-1] = below[state->width] = 0;
        state->rows = (diffusion_rows){below, state->rows.error};
    }
    state->ahead[0] = state->ahead[1] = state->below_ahead = 0;
    state->x = 0;
    state->y++;
}
