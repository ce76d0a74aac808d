#include "route.h"

#include "bmp.h"
#include "bytes.h"
#include "format.h"
#include "inflate.h"
#include "plan.h"
#include "row_choice.h"
#include "rows.h"
#include "unfilter.h"

/* Scanlines that are unfiltered into scratch rows go in groups that stay in the
 * L2 cache: at most so many rows and bytes. */
#define GROUP_ROWS 16
#define GROUP_BYTES (256 * 1024)

static uint32_t group_of(uint64_t pitch)
{
    const uint64_t rows = GROUP_BYTES / pitch;

    return rows > GROUP_ROWS ? GROUP_ROWS : rows > 0 ? (uint32_t)rows : 1;
}

route route_of(const png2bmp_plan *plan)
{
    const png2bmp_png_info *png = &plan->png;
    const unfilter_kind     direct = rows_direct_unfilter(row_kind_of(plan), plan->bmp.format);
    route                   r = {.row_bytes = plan_scanline_bytes(png->width, png)};

    r.direct = direct != UNFILTER_COUNT && !png->interlaced;
    r.unfilter = r.direct ? direct : unfilter_kind_for(plan_bits_per_pixel(png));
    r.writer_bytes = round_up(rows_memory(plan), 16);
    r.pitch = round_up(r.row_bytes, 16);
    r.group = group_of(r.pitch);
    if (!r.direct)
        r.samples_bytes = (1 + r.group) * r.pitch + KERNEL_SLACK;
    if (png->interlaced)
        r.pass_row_bytes = rows_bytes(plan, png->width);
    return r;
}

uint64_t route_scratch_bytes(const route *r)
{
    return r->writer_bytes + r->samples_bytes + r->pass_row_bytes;
}

bool route_goes_through_gray(const png2bmp_plan *plan)
{
    return plan->png.interlaced && format_of(plan->bmp.format)->step == STEP_BITS;
}

png2bmp_plan route_through_gray(const png2bmp_plan *plan)
{
    png2bmp_plan gray = *plan;

    gray.options.top_down = true;
    gray.bmp = bmp_layout(PNG2BMP_FORMAT_GRAY8, plan->png.width, plan->png.height, 8);
    return gray;
}

static uint64_t memory_of_rows(const png2bmp_plan *plan)
{
    const route r = route_of(plan);

    return route_scratch_bytes(&r) +
           inflate_memory(plan_total_scanline_bytes(&plan->png), r.row_bytes + 1);
}

uint64_t route_memory_of_pixels(const png2bmp_plan *plan)
{
    return rows_memory(plan) + plan_scanline_bytes(plan->png.width, &plan->png) + KERNEL_SLACK;
}

static uint64_t memory_through_gray(const png2bmp_plan *plan)
{
    const png2bmp_plan gray = route_through_gray(plan);
    const uint64_t     first = memory_of_rows(&gray);
    /* of one byte a pixel */
    const uint64_t second = rows_memory(plan) + plan->png.width + KERNEL_SLACK;

    return gray.bmp.stride * plan->png.height + (first > second ? first : second);
}

uint64_t route_memory(const png2bmp_plan *plan)
{
    return route_goes_through_gray(plan) ? memory_through_gray(plan) : memory_of_rows(plan);
}
