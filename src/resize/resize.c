#include "resize.h"

#include <string.h>

#include "base/bytes.h"
#include "base/kernels.h"
#include "base/srgb.h"

/* Light of a sample: 1 is 32767. Kept, it may lie out of range, and 1 is 16384. Added up, 1 is
 * 2^28.
 */
#define LINE_ONE 32767
#define LIGHT_BITS 28
#define LIGHT_ONE (1 << LIGHT_BITS)
#define CELL_BITS 16 /* LIGHT_ONE is RESIZE_CELLS of them */

/* ---- Memory --------------------------------------------------------------------------------- */

/* More than any machine has, and still to be added up. */
#define TOO_MUCH (UINT64_C(1) << 60)

static uint64_t times(uint64_t a, uint64_t b)
{
    return b > 0 && a > TOO_MUCH / b ? TOO_MUCH : a * b;
}

static bool is_copied(const resize_spec *spec)
{
    const fit_sides *sides = &spec->sides;

    return spec->kernel == PNG2BMP_RESAMPLING_NEAREST ||
           (sides->x.from == sides->x.to && sides->y.from == sides->y.to);
}

/* The parts of the memory, in bytes; each a multiple of 16. */
typedef struct layout {
    uint64_t thresholds, scratch, columns, line, kept, weights, row_weights, cells, row;
    uint64_t line_pitch, plane_pitch, taps, kept_rows; /* the first two in samples */
} layout;

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static layout layout_of(const resize_spec *spec)
{
    const fit_side *x = &spec->sides.x, *y = &spec->sides.y;
    const unsigned  channels = spec->channels;
    layout          l = {.row = round_up(times(x->canvas, channels) + KERNEL_SLACK, 16)};

    l.columns = round_up(times(x->count, sizeof(weights_span)), 16);
    if (is_copied(spec))
        return l;
    l.taps = round_up(weights_most(x), RESIZE_WEIGHTS);
    l.kept_rows = weights_most(y);
    l.line_pitch = round_up(x->from + l.taps, 8); /* weigh() reads taps, of which some weigh 0 */
    l.plane_pitch = round_up(x->count, 8);
    l.thresholds = round_up(257 * sizeof(int32_t), 16);
    l.scratch = round_up(times(larger(l.taps, l.kept_rows), sizeof(int32_t)), 16);
    l.line = times(l.line_pitch, sizeof(int16_t) * channels);
    l.kept = times(times(l.plane_pitch, sizeof(int16_t) * channels), l.kept_rows);
    l.weights = times(times(l.taps, sizeof(int16_t)), x->count);
    l.row_weights = round_up(times(l.kept_rows, sizeof(int16_t)), 16);
    l.cells = round_up(RESIZE_CELLS + 1, 16);
    return l;
}

uint64_t resize_memory(const resize_spec *spec)
{
    const layout l = layout_of(spec);

    return l.thresholds + l.scratch + l.columns + l.line + l.kept + l.weights + l.row_weights +
           l.cells + l.row;
}

/* ---- Light and samples ------------------------------------------------------------------------
 */

/* On a curve through the ends. */
static int32_t light_of(int sample)
{
    if (sample < 0)
        return -srgb_light[1];
    if (sample > 255)
        return 3 * (srgb_light[255] - srgb_light[254]) + srgb_light[253];
    return srgb_light[sample];
}

/* The light of sample + 1/2, on a curve through the two on each side, added up. */
static int32_t threshold_after(int sample)
{
    const int64_t sixteenths = 9 * (int64_t)(light_of(sample) + light_of(sample + 1)) -
                               light_of(sample - 1) - light_of(sample + 2);

    return (int32_t)(sixteenths * LIGHT_ONE / (16 * 65535));
}

static void open_light(resizer *r)
{
    int32_t  cell = 0;
    unsigned sample = 0;

    for (unsigned v = 0; v < 256; v++)
        r->light[v] = (int16_t)((srgb_light[v] * (uint32_t)LINE_ONE + 32767) / 65535);
    r->thresholds[0] = 0;
    for (int v = 1; v < 256; v++)
        r->thresholds[v] = threshold_after(v - 1);
    r->thresholds[256] = INT32_MAX;
    for (unsigned i = 0; i <= RESIZE_CELLS; i++, cell += 1 << CELL_BITS) {
        while (r->thresholds[sample + 1] <= cell)
            sample++;
        r->cells[i] = (uint8_t)sample;
    }
}

/* No cell has two thresholds in it: those of the darkest samples are 81900 apart. light: 0 to
 * LIGHT_ONE. */
static uint8_t sample_of(const resizer *r, int32_t light)
{
    const unsigned sample = r->cells[light >> CELL_BITS];

    return (uint8_t)(sample + (light >= r->thresholds[sample + 1]));
}

/* ---- Opening -----------------------------------------------------------------------------------
 */

static void place_parts(resizer *r, uint8_t *memory, const layout *l)
{
    r->thresholds = (int32_t *)memory;
    memory += l->thresholds;
    r->scratch = (int32_t *)memory;
    memory += l->scratch;
    r->columns = (weights_span *)memory;
    memory += l->columns;
    r->line = (int16_t *)memory;
    memory += l->line;
    r->kept = (int16_t *)memory;
    memory += l->kept;
    r->weights = (int16_t *)memory;
    memory += l->weights;
    r->row_weights = (int16_t *)memory;
    memory += l->row_weights;
    r->cells = memory;
    r->row = memory + l->cells;
    r->line_pitch = (size_t)l->line_pitch;
    r->plane_pitch = (size_t)l->plane_pitch;
    r->row_pitch = r->plane_pitch * r->spec.channels;
    r->taps = (size_t)l->taps;
    r->kept_rows = (size_t)l->kept_rows;
}

static void open_columns(resizer *r)
{
    const fit_side *x = &r->spec.sides.x;

    for (uint32_t i = 0; i < x->count && !cancel_before(r->cancel, 1); i++) {
        int16_t *const weights = r->weights + i * r->taps;

        if (r->is_copied) {
            r->columns[i] = (weights_span){weights_nearest(x, x->first + i), 1};
            continue;
        }
        r->columns[i] = weights_of(x, x->first + i, weights, r->scratch, r->cancel);
        memset(weights + r->columns[i].count, 0, (r->taps - r->columns[i].count) * sizeof *weights);
    }
}

/* Of the next row that is not a bar. */
static void prepare_row(resizer *r)
{
    const fit_side *y = &r->spec.sides.y;
    const uint32_t  i = y->first + r->made;

    if (r->made == y->count)
        return;
    r->next = r->is_copied ? (weights_span){weights_nearest(y, i), 1}
                           : weights_of(y, i, r->row_weights, r->scratch, r->cancel);
}

void resize_open(resizer *r, const resize_spec *spec, void *memory, resize_row_fn write, void *user,
                 cancel_check *cancel)
{
    const layout l = layout_of(spec);

    *r = (resizer){.spec = *spec,
                   .write = write,
                   .user = user,
                   .cancel = cancel,
                   .is_copied = is_copied(spec)};
    place_parts(r, memory, &l);
    if (!r->is_copied) {
        open_light(r);
        memset(r->line, 0, (size_t)l.line);
    }
    memset(r->row, 0, (size_t)l.row);
    open_columns(r);
    prepare_row(r);
}

/* ---- Across
 * -------------------------------------------------------------------------------------- */

static void to_light(resizer *r, const uint8_t *pixels, size_t from, size_t count)
{
    const unsigned channels = r->spec.channels;
    int16_t *const line = r->line + from;

    if (channels < 4) {
        for (unsigned c = 0; c < channels; c++)
            for (size_t x = 0; x < count; x++)
                line[c * r->line_pitch + x] = r->light[pixels[x * channels + c]];
        return;
    }
    for (size_t x = 0; x < count; x++, pixels += 4) {
        const int32_t alpha = pixels[3];

        for (unsigned c = 0; c < 3; c++)
            line[c * r->line_pitch + x] = (int16_t)((r->light[pixels[c]] * alpha + 127) / 255);
        line[3 * r->line_pitch + x] = (int16_t)((LINE_ONE * alpha + 127) / 255);
    }
}

/* count: a multiple of RESIZE_WEIGHTS. */
static int32_t weigh(const int16_t *samples, const int16_t *weights, size_t count)
{
    int32_t sum = 0;

    for (size_t i = 0; i < count / RESIZE_WEIGHTS * RESIZE_WEIGHTS; i++)
        sum += samples[i] * weights[i];
    return sum;
}

static void filter_columns(const resizer *r, int16_t *dst, const int16_t *line, uint32_t from,
                           uint32_t to)
{
    const size_t   taps = r->taps;
    const int16_t *weights = r->weights + from * taps;

    for (uint32_t i = from; i < to; i++, weights += taps)
        dst[i] = (int16_t)((weigh(line + r->columns[i].first, weights, taps) + (1 << 14)) >> 15);
}

static void filter_plane(resizer *r, int16_t *dst, const int16_t *line)
{
    const uint32_t count = r->spec.sides.x.count;
    const uint32_t piece = r->taps < CANCEL_PIXELS ? (uint32_t)(CANCEL_PIXELS / r->taps) : 1;

    for (uint32_t i = 0; i < count; i += piece) {
        const uint32_t end = i + (uint32_t)smaller(count - i, piece);

        if (cancel_before(r->cancel, (end - i) * r->taps))
            return;
        filter_columns(r, dst, line, i, end);
    }
}

static void filter_across(resizer *r, const uint8_t *pixels)
{
    const size_t width = r->spec.sides.x.from;
    int16_t     *dst = r->kept + r->read % r->kept_rows * r->row_pitch;

    for (size_t x = 0; x < width && !cancel_before(r->cancel, smaller(width - x, CANCEL_PIXELS));
         x += CANCEL_PIXELS)
        to_light(r, pixels + x * r->spec.channels, x, smaller(width - x, CANCEL_PIXELS));
    for (unsigned c = 0; c < r->spec.channels; c++)
        filter_plane(r, dst + c * r->plane_pitch, r->line + c * r->line_pitch);
}

/* ---- Down
 * ------------------------------------------------------------------------------------------ */

static void add_up(const resizer *r, int32_t *sums, size_t at, size_t count)
{
    memset(sums, 0, count * sizeof *sums);
    for (uint32_t k = 0; k < r->next.count; k++) {
        const int16_t *row = r->kept + (r->next.first + k) % r->kept_rows * r->row_pitch + at;
        const int32_t  weight = r->row_weights[k];

        for (size_t x = 0; x < count; x++)
            sums[x] += weight * row[x];
    }
}

static int32_t within(int32_t light, int32_t most)
{
    return light < 0 ? 0 : light > most ? most : light;
}

static void put_plain(const resizer *r, uint8_t *dst, int32_t (*sums)[RESIZE_PIECE], size_t count)
{
    const unsigned channels = r->spec.channels;

    for (unsigned c = 0; c < channels; c++)
        for (size_t x = 0; x < count; x++)
            dst[x * channels + c] = sample_of(r, within(sums[c][x], LIGHT_ONE));
}

/* Where there is no alpha, there is no colour. */
static void put_with_alpha(const resizer *r, uint8_t *dst, int32_t (*sums)[RESIZE_PIECE],
                           size_t count)
{
    for (size_t x = 0; x < count; x++, dst += 4) {
        const int32_t alpha = within(sums[3][x], LIGHT_ONE);

        dst[3] = (uint8_t)((alpha * INT64_C(255) + LIGHT_ONE / 2) >> LIGHT_BITS);
        for (unsigned c = 0; c < 3; c++) {
            const int32_t light = within(sums[c][x], alpha);

            if (alpha == LIGHT_ONE)
                dst[c] = sample_of(r, light);
            else if (dst[3] > 0)
                dst[c] = sample_of(r, (int32_t)(((int64_t)light << LIGHT_BITS) / alpha));
            else
                dst[c] = 0;
        }
    }
}

static void filter_down(resizer *r, uint8_t *dst)
{
    const size_t   width = r->spec.sides.x.count;
    const unsigned channels = r->spec.channels;
    int32_t        sums[RESIZE_MOST_CHANNELS][RESIZE_PIECE];

    for (size_t x = 0; x < width; x += RESIZE_PIECE) {
        const size_t count = smaller(width - x, RESIZE_PIECE);

        if (cancel_before(r->cancel, count * r->next.count))
            return;
        for (unsigned c = 0; c < channels; c++)
            add_up(r, sums[c], c * r->plane_pitch + x, count);
        if (channels == 4)
            put_with_alpha(r, dst + x * channels, sums, count);
        else
            put_plain(r, dst + x * channels, sums, count);
    }
}

/* ---- Rows
 * --------------------------------------------------------------------------------------------- */

static void fill_bar(resizer *r, size_t from, size_t to)
{
    for (size_t x = from; x < to && !cancel_before(r->cancel, 1); x++)
        memcpy(r->row + x * r->spec.channels, r->spec.bar, r->spec.channels);
}

static void pick_pixels(resizer *r, uint8_t *dst, const uint8_t *pixels)
{
    const unsigned channels = r->spec.channels;

    for (uint32_t i = 0; i < r->spec.sides.x.count && !cancel_before(r->cancel, 1); i++)
        memcpy(dst + i * channels, pixels + (size_t)r->columns[i].first * channels, channels);
}

static void make_row(resizer *r, const uint8_t *pixels)
{
    const fit_side *x = &r->spec.sides.x;
    uint8_t *const  dst = r->row + (size_t)x->at * r->spec.channels;

    fill_bar(r, 0, x->at);
    if (r->is_copied)
        pick_pixels(r, dst, pixels);
    else
        filter_down(r, dst);
    fill_bar(r, (size_t)x->at + x->count, x->canvas);
}

/* Whether row `written` can be made of those that were read. pixels: the last of them. */
static bool make_next(resizer *r, const uint8_t *pixels)
{
    const fit_side *y = &r->spec.sides.y;

    if (r->written < y->at || r->made == y->count) {
        fill_bar(r, 0, r->spec.sides.x.canvas);
        return true;
    }
    if (r->next.first + r->next.count > r->read)
        return false;
    make_row(r, pixels);
    r->made++;
    prepare_row(r);
    return true;
}

png2bmp_status resize_go_on(resizer *r, const uint8_t *pixels)
{
    while (r->written < r->spec.sides.y.canvas && make_next(r, pixels)) {
        png2bmp_status status = cancel_status(r->cancel);

        if (!status)
            status = r->write(r->user, r->row, r->written++);
        if (status)
            return status;
    }
    return cancel_status(r->cancel);
}

png2bmp_status resize_row(resizer *r, const uint8_t *pixels)
{
    if (!r->is_copied && r->made < r->spec.sides.y.count && r->read >= r->next.first)
        filter_across(r, pixels);
    r->read++;
    return resize_go_on(r, pixels);
}
