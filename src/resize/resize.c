#include "resize.h"

#include <string.h>

#include "base/bytes.h"
#include "base/kernels.h"
#include "base/srgb.h"
#include "weigh.h"

/* Light of a sample: 1 is 32767. Kept, it may lie out of range, and 1 is 16384. Added up, 1 is
 * WEIGH_ONE.
 */
#define LINE_ONE 32767
#define CELL_BITS 16 /* WEIGH_ONE is RESIZE_CELLS of them */

/* Loops that are compiled once for each number of channels. */
#define PER_CHANNELS static ALWAYS_INLINE

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
    uint64_t scratch, columns, line, kept, weights, row_weights, slot_weights, cells, row;
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
    l.taps = round_up(weights_most(x), WEIGH_TAPS);
    l.kept_rows = round_up(weights_most(y), WEIGH_ROWS);
    l.line_pitch = round_up(x->from + l.taps, 8); /* weigh() reads taps, of which some weigh 0 */
    l.plane_pitch = round_up(x->count, WEIGH_COLUMNS);
    l.scratch = round_up(times(larger(l.taps, l.kept_rows), sizeof(int32_t)), 16);
    l.line = times(l.line_pitch, sizeof(int16_t) * channels);
    l.kept = times(times(l.plane_pitch, sizeof(int16_t) * channels), l.kept_rows);
    l.weights = times(times(l.taps, sizeof(int16_t)), x->count);
    l.row_weights = l.slot_weights = round_up(times(l.kept_rows, sizeof(int16_t)), 16);
    l.cells = round_up((RESIZE_CELLS + 1) * sizeof(uint32_t), 16);
    return l;
}

uint64_t resize_memory(const resize_spec *spec)
{
    const layout l = layout_of(spec);

    return l.scratch + l.columns + l.line + l.kept + l.weights + l.row_weights + l.slot_weights +
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

    return (int32_t)(sixteenths * WEIGH_ONE / (16 * 65535));
}

/* The least light of a sample; of 256, which there is none of, more than there is. */
static int32_t least_light(unsigned sample)
{
    return sample == 0 ? 0 : sample > 255 ? INT32_MAX : threshold_after((int)sample - 1);
}

/* Sample 0 to 255 and 16 bits, to which those of the light in the cell are added: they carry from
 * the least light of the next sample on. No cell has two of those in it: those of the darkest
 * samples are 81900 apart. */
static void open_cells(uint32_t *cells)
{
    unsigned sample = 0;

    for (int32_t i = 0; i <= RESIZE_CELLS; i++) {
        const int32_t start = i << CELL_BITS;
        int32_t       next;

        while (least_light(sample + 1) <= start)
            sample++;
        next = least_light(sample + 1) - start;
        cells[i] = sample << CELL_BITS;
        if (next < 1 << CELL_BITS)
            cells[i] += (1u << CELL_BITS) - (uint32_t)next;
    }
}

static void open_light(resizer *r)
{
    for (unsigned v = 0; v < 256; v++)
        r->light[v] = (int16_t)((srgb_light[v] * (uint32_t)LINE_ONE + 32767) / 65535);
    open_cells(r->cells);
}

/* light: 0 to WEIGH_ONE. */
static uint8_t sample_of(const uint32_t *cells, uint32_t light)
{
    return (uint8_t)((cells[light >> CELL_BITS] + (light & ((1u << CELL_BITS) - 1))) >> CELL_BITS);
}

/* ---- Opening -----------------------------------------------------------------------------------
 */

static void place_parts(resizer *r, uint8_t *memory, const layout *l)
{
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
    r->slot_weights = (int16_t *)memory;
    memory += l->slot_weights;
    r->cells = (uint32_t *)memory;
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

/* Rows that are kept and not of use have no weight. */
static void place_row_weights(resizer *r)
{
    memset(r->slot_weights, 0, r->kept_rows * sizeof *r->slot_weights);
    for (uint32_t k = 0; k < r->next.count; k++)
        r->slot_weights[(r->next.first + k) % r->kept_rows] = r->row_weights[k];
}

/* Of the next row that is not a bar. */
static void prepare_row(resizer *r)
{
    const fit_side *y = &r->spec.sides.y;
    const uint32_t  i = y->first + r->made;

    if (r->made == y->count)
        return;
    if (r->is_copied) {
        r->next = (weights_span){weights_nearest(y, i), 1};
        return;
    }
    r->next = weights_of(y, i, r->row_weights, r->scratch, r->cancel);
    place_row_weights(r);
}

/* All rows that are kept are added up, also before they have come. */
static void clear_kept(resizer *r)
{
    const size_t size = r->row_pitch * r->kept_rows;

    for (size_t i = 0; i < size && !cancel_before(r->cancel, CANCEL_PIXELS); i += CANCEL_PIXELS)
        memset(r->kept + i, 0, smaller(size - i, CANCEL_PIXELS) * sizeof *r->kept);
}

void resize_open(resizer *r, const resize_spec *spec, const kernels *kernels, void *memory,
                 resize_row_fn write, void *user, cancel_check *cancel)
{
    const layout l = layout_of(spec);

    *r = (resizer){.spec = *spec,
                   .write = write,
                   .user = user,
                   .cancel = cancel,
                   .kernels = kernels,
                   .is_copied = is_copied(spec)};
    place_parts(r, memory, &l);
    if (!r->is_copied) {
        open_light(r);
        memset(r->line, 0, (size_t)l.line);
        clear_kept(r);
    }
    memset(r->row, 0, (size_t)l.row);
    open_columns(r);
    prepare_row(r);
}

/* ---- Across
 * -------------------------------------------------------------------------------------- */

PER_CHANNELS void look_up(const int16_t *restrict light, int16_t *restrict line, size_t pitch,
                          const uint8_t *pixels, size_t count, unsigned channels)
{
    for (size_t x = 0; x < count; x++)
        for (unsigned c = 0; c < channels; c++)
            line[c * pitch + x] = light[pixels[x * channels + c]];
}

static int16_t share_of(int32_t light, int32_t alpha)
{
    return (int16_t)((light * alpha + 127) / 255);
}

/* Most pixels are opaque. */
static void look_up_with_alpha(const int16_t *restrict light, int16_t *restrict line, size_t pitch,
                               const uint8_t *pixels, size_t count)
{
    for (size_t x = 0; x < count; x++, pixels += 4) {
        const int32_t alpha = pixels[3];

        if (alpha == 255) {
            look_up(light, line + x, pitch, pixels, 1, 3);
            line[3 * pitch + x] = LINE_ONE;
            continue;
        }
        for (unsigned c = 0; c < 3; c++)
            line[c * pitch + x] = share_of(light[pixels[c]], alpha);
        line[3 * pitch + x] = share_of(LINE_ONE, alpha);
    }
}

static void to_light(resizer *r, const uint8_t *pixels, size_t from, size_t count)
{
    int16_t *const line = r->line + from;

    if (r->spec.channels == 1)
        look_up(r->light, line, r->line_pitch, pixels, count, 1);
    else if (r->spec.channels == 3)
        look_up(r->light, line, r->line_pitch, pixels, count, 3);
    else
        look_up_with_alpha(r->light, line, r->line_pitch, pixels, count);
}

static void filter_plane(resizer *r, int16_t *dst, const int16_t *line)
{
    const uint32_t count = r->spec.sides.x.count;
    const uint32_t piece = r->taps < CANCEL_PIXELS ? (uint32_t)(CANCEL_PIXELS / r->taps) : 1;

    for (uint32_t i = 0; i < count; i += piece) {
        const size_t columns = smaller(count - i, piece);

        if (cancel_before(r->cancel, columns * r->taps))
            return;
        r->kernels->weigh_across(dst + i, line, r->columns + i, r->weights + i * r->taps, r->taps,
                                 columns);
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

PER_CHANNELS void put_samples(const uint32_t *restrict cells, uint8_t *restrict dst,
                              int32_t (*sums)[RESIZE_PIECE], size_t count, unsigned channels)
{
    for (size_t x = 0; x < count; x++)
        for (unsigned c = 0; c < channels; c++)
            dst[x * channels + c] = sample_of(cells, (uint32_t)sums[c][x]);
}

/* Where there is no alpha, there is no colour. */
static void put_translucent(const uint32_t *cells, uint8_t *dst, int32_t (*sums)[RESIZE_PIECE],
                            size_t x, uint32_t alpha)
{
    for (unsigned c = 0; c < 3; c++) {
        const uint64_t light = smaller((uint32_t)sums[c][x], alpha);

        dst[c] = dst[3] > 0 ? sample_of(cells, (uint32_t)((light << WEIGH_BITS) / alpha)) : 0;
    }
}

static void put_with_alpha(const uint32_t *restrict cells, uint8_t *restrict dst,
                           int32_t (*sums)[RESIZE_PIECE], size_t count)
{
    for (size_t x = 0; x < count; x++, dst += 4) {
        const uint32_t alpha = (uint32_t)sums[3][x];

        dst[3] = (uint8_t)((alpha * UINT64_C(255) + WEIGH_ONE / 2) >> WEIGH_BITS);
        if (alpha < WEIGH_ONE) {
            put_translucent(cells, dst, sums, x, alpha);
            continue;
        }
        for (unsigned c = 0; c < 3; c++)
            dst[c] = sample_of(cells, (uint32_t)sums[c][x]);
    }
}

static void put_pixels(const resizer *r, uint8_t *dst, int32_t (*sums)[RESIZE_PIECE], size_t count)
{
    if (r->spec.channels == 1)
        put_samples(r->cells, dst, sums, count, 1);
    else if (r->spec.channels == 3)
        put_samples(r->cells, dst, sums, count, 3);
    else
        put_with_alpha(r->cells, dst, sums, count);
}

static void filter_down(resizer *r, uint8_t *dst)
{
    const size_t   width = r->spec.sides.x.count;
    const unsigned channels = r->spec.channels;
    int32_t        sums[RESIZE_MOST_CHANNELS][RESIZE_PIECE];

    for (size_t x = 0; x < width; x += RESIZE_PIECE) {
        const size_t count = smaller(width - x, RESIZE_PIECE);

        if (cancel_before(r->cancel, count * r->kept_rows))
            return;
        for (unsigned c = 0; c < channels; c++)
            r->kernels->weigh_down(sums[c], r->kept + c * r->plane_pitch + x, r->row_pitch,
                                   r->slot_weights, r->kept_rows, round_up(count, WEIGH_COLUMNS));
        put_pixels(r, dst + x * channels, sums, count);
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
