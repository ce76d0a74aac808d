#include "route.h"

#include "background.h"
#include "base/bytes.h"
#include "bmp/bmp.h"
#include "halves.h"
#include "inflate/inflate.h"
#include "pixels/unfilter.h"
#include "png/cgbi.h"
#include "png/png_size.h"
#include "reduce/few_colors.h"
#include "reduce/quantize.h"
#include "sizes.h"
#include "turn.h"

/* Scanlines that are unfiltered into scratch rows go in groups that stay in the L2 cache: at most
 * this many bytes, and as many rows as the widest wave of any CPU has. */
#define GROUP_BYTES (256 * 1024)
#define RAW_ROWS 16u
#define GROUP_ROWS(unfilter) ((unfilter) == UNFILTER_1 ? 32u : 16u)

static uint32_t group_of(const route *r)
{
    const uint64_t rows = GROUP_BYTES / r->pitch, most = GROUP_ROWS(r->unfilter);

    return rows > most ? (uint32_t)most : rows > 0 ? (uint32_t)rows : 1;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Rows of CgBI are changed after the filter is undone, so the prior row is kept separately. */
static uint64_t most_held(const png2bmp_plan *plan, uint64_t row_bytes)
{
    return row_bytes > LONG_ROW && !cgbi_has_own_samples(&plan->png) ? LONG_ROW : row_bytes;
}

static uint64_t bytes_of_samples(const route *r)
{
    const uint64_t group = (1 + r->group) * r->pitch;

    return larger(group, r->row_bytes > r->held_bytes ? round_up(r->row_bytes, 16) : 0) +
           KERNEL_SLACK;
}

route route_of(const png2bmp_plan *plan)
{
    const png2bmp_png_info *png = &plan->png;
    route                   r = {.row_bytes = png_scanline_bytes(png->width, png)};
    unfilter_kind           direct;

    r.steps = steps_of(plan);
    direct = steps_direct_unfilter(&r.steps);
    r.scatters = turn_scatters(plan);
    r.reverses = plan->turn.flops && !r.scatters;
    r.direct = direct != UNFILTER_COUNT && !r.scatters && !r.reverses && !cgbi_has_own_samples(png);
    r.unfilter = r.direct ? direct : unfilter_kind_for(png_bits_per_pixel(png));
    r.held_bytes = most_held(plan, r.row_bytes);
    r.writer_bytes = r.direct ? 0 : round_up(r.steps.memory, 16);
    r.pitch = round_up(r.held_bytes, 16);
    r.group = group_of(&r);
    if (!r.direct)
        r.samples_bytes = bytes_of_samples(&r);
    if (r.row_bytes > r.held_bytes)
        r.pieces_bytes = round_up(LONG_ROW_MEMORY, 16);
    if (r.scatters)
        r.row_apart_bytes = bmp_row_bytes(plan, png->width);
    else if (r.reverses)
        r.row_apart_bytes = r.row_bytes + KERNEL_SLACK;
    return r;
}

uint64_t route_scratch_bytes(const route *r)
{
    return r->writer_bytes + r->samples_bytes + r->pieces_bytes + r->row_apart_bytes;
}

static uint64_t memory_of_rows(const png2bmp_plan *plan)
{
    const route r = route_of(plan);

    return route_scratch_bytes(&r) +
           inflate_memory(png_all_scanlines_bytes(&plan->png), r.held_bytes + 1) +
           (plan->options.salvage ? background_memory(plan) : 0);
}

/* Columns of raw pixels become rows several at a time, since they are side by side in memory: as
 * many as stay in the L2 cache. */
raw_rows route_raw_rows(const png2bmp_plan *plan)
{
    const uint64_t pitch = png_scanline_bytes(plan->bmp.width, &plan->png) + KERNEL_SLACK;
    const uint64_t fit = GROUP_BYTES / pitch;

    if (!plan->turn.transposes || fit < 2)
        return (raw_rows){pitch, 1};
    return (raw_rows){pitch, fit < RAW_ROWS ? (uint32_t)fit : RAW_ROWS};
}

uint64_t route_memory_of_samples(const png2bmp_plan *plan, const row_steps *steps)
{
    const raw_rows rows = route_raw_rows(plan);

    return steps->memory + rows.pitch * rows.count;
}

static uint64_t memory_of_pixels(const png2bmp_plan *plan)
{
    const row_steps steps = steps_of(plan);

    return route_memory_of_samples(plan, &steps);
}

/* Colours are counted before they are chosen. */
static uint64_t memory_of_choosing(const png2bmp_plan *plan)
{
    const uint64_t opaque = halves_meet_in_alpha(plan) ? halves_opaque_bytes(plan) : 0;

    if (!halves_choose_colors(plan))
        return 0;
    return opaque +
           (plan->options.colors && !plan->options.exact ? QUANTIZE_MEMORY : sizeof(few_colors));
}

/* The image between the two halves, and the memory of the halves or of choosing colours. */
static uint64_t memory_of_whole(const png2bmp_plan *plan, uint64_t memory_of_first)
{
    const png2bmp_plan second = halves_second(plan);

    return halves_bytes(plan) +
           larger(larger(memory_of_first, memory_of_pixels(&second)), memory_of_choosing(plan));
}

/* Whatever the rows are made from. */
static uint64_t memory_of(const png2bmp_plan *plan,
                          uint64_t (*memory_of_source)(const png2bmp_plan *))
{
    png2bmp_plan first;

    if (!halves_are_needed(plan))
        return memory_of_source(plan);
    first = halves_first(plan);
    return memory_of_whole(plan, memory_of_source(&first));
}

/* Rows of `written`, made from those of the image. */
static uint64_t memory_of_resizing(const png2bmp_plan *plan, const png2bmp_plan *written,
                                   uint64_t (*memory_of_source)(const png2bmp_plan *))
{
    const png2bmp_plan first = sizes_first(plan);
    const sizes_layout layout = sizes_layout_of(plan, written);

    return sizes_layout_bytes(&layout) + memory_of_source(&first);
}

static uint64_t memory_of_sized(const png2bmp_plan *plan,
                                uint64_t (*memory_of_source)(const png2bmp_plan *))
{
    const png2bmp_plan second = sizes_second(plan);
    png2bmp_plan       first;

    if (!halves_are_needed(&second))
        return memory_of_resizing(plan, &second, memory_of_source);
    first = halves_first(&second);
    return memory_of_whole(&second, memory_of_resizing(plan, &first, memory_of_source));
}

uint64_t route_memory(const png2bmp_plan *plan)
{
    return sizes_differ(plan) ? memory_of_sized(plan, memory_of_rows)
                              : memory_of(plan, memory_of_rows);
}

uint64_t route_memory_of_pixels(const png2bmp_plan *plan)
{
    return sizes_differ(plan) ? memory_of_sized(plan, memory_of_pixels)
                              : memory_of(plan, memory_of_pixels);
}

bool route_is_whole(const png2bmp_plan *plan)
{
    png2bmp_plan second;

    if (!sizes_differ(plan))
        return halves_are_needed(plan) || (turn_scatters(plan) && !plan->has_all_pixels);
    second = sizes_second(plan);
    return halves_are_needed(&second);
}

bool route_goes_up(const png2bmp_plan *plan)
{
    return plan->turn.flips && !sizes_differ(plan);
}
