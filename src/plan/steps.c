#include "steps.h"

#include "base/bytes.h"
#include "cache.h"
#include "colour/to_srgb.h"
#include "reduce/dither.h"
#include "reduce/mono.h"
#include "reduce/nearest.h"

static uint64_t scratch_row(uint64_t bytes)
{
    return round_up(bytes + KERNEL_SLACK, 16);
}

/* As many entries as the palette may have, if it has not been chosen yet. */
static unsigned entries_of(const png2bmp_plan *plan)
{
    return plan->options.palette_entries ? plan->options.palette_entries : 256;
}

static row_layout layout_of(const png2bmp_plan *plan, const row_steps *steps)
{
    const second_step second = steps->way.second;
    const uint64_t    width = plan->bmp.width;
    row_layout        l = {0};

    /* Rows that are written past the cache are first written to a piece of memory that is in it. */
    if (second == STEP_NONE ? cache_may_be_bypassed(plan) : second != STEP_PREMULTIPLY)
        l.colors = STEPS_PIECE_BYTES * (steps->way.needs_alpha ? 2 : 1);
    if (second == STEP_BITS) {
        l.line = scratch_row(STEPS_PIECE);
        l.errors = mono_memory(steps->way.dither, plan->bmp.width);
    }
    if (second == STEP_DITHER)
        l.line = scratch_row(3 * width);
    if (second == STEP_MATCH || second == STEP_DITHER) {
        l.numbers = round_up(sizeof(dither_numbers), 16);
        l.errors = dither_errors(steps->way.dither, plan->bmp.width);
    }
    if (second == STEP_MATCH) {
        l.group_pitch = scratch_row(3 * (width + 2 * (uint64_t)DITHER_MARGIN));
        l.index_pitch = scratch_row(width + 2 * (uint64_t)DITHER_MARGIN);
        l.group = DITHER_GROUP * l.group_pitch;
        l.indices = DITHER_GROUP * l.index_pitch;
        l.nearest = round_up(nearest_memory(entries_of(plan)), 16);
    }
    if (steps->way.watches_key)
        l.indices = scratch_row(second == STEP_DITHER ? width : STEPS_PIECE);
    if (steps->way.converts) {
        l.srgb = round_up(srgb_memory(plan, steps->way.to_srgb), 16);
        l.samples = STEPS_SAMPLES_BYTES;
    }
    return l;
}

row_steps steps_of(const png2bmp_plan *plan)
{
    row_steps         steps = {.way = pixel_way_of(plan)};
    const row_layout *l = &steps.layout;

    steps.layout = layout_of(plan, &steps);
    steps.memory = l->colors + l->line + l->group + l->indices + l->numbers + l->nearest +
                   l->errors + l->srgb + l->samples;
    return steps;
}

unfilter_kind steps_direct_unfilter(const row_steps *steps)
{
    const format_row *row = steps->way.format;

    if (steps->way.second != row->step ||
        steps->way.converts) /* the options or the image require more */
        return UNFILTER_COUNT;
    return row->direct_row == steps->way.first ? row->direct_unfilter : UNFILTER_COUNT;
}
