#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "plan/halves.h"
#include "plan/plan.h"
#include "plan/profile.h"
#include "whole.h"

/* ---- Into memory ------------------------------------------------------------ */

static png2bmp_status put(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    memcpy((uint8_t *)user + offset, bytes, size);
    return PNG2BMP_OK;
}

static png2bmp_status rows_to(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                              const png2bmp_control *control, png2bmp_report *report)
{
    row_target target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);

    if (halves_are_needed(plan))
        return whole_run(plan, source, bmp, control, report);
    bmp_write_header(bmp, plan);
    return source_rows(plan, source, &target, control, report);
}

png2bmp_status run_to(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                      const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_status status = rows_to(plan, source, bmp, control, report);

    if (status)
        return status;
    return profile_write(plan, source->png, source->size, (byte_sink){put, bmp}, control, report);
}

png2bmp_status png2bmp_run(const png2bmp_plan *plan, const uint8_t *png, size_t size, uint8_t *bmp,
                           const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_status status = plan_check_png(plan, report);

    return status ? status
                  : run_to(plan, &(run_source){.png = png, .size = size}, bmp, control, report);
}

png2bmp_status png2bmp_run_pixels(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                  uint8_t *bmp, const png2bmp_control *control,
                                  png2bmp_report *report)
{
    const png2bmp_status status = plan_check_pixels(plan, pixels, report);

    return status ? status : run_to(plan, &(run_source){.pixels = pixels}, bmp, control, report);
}

/* ---- In pieces ---------------------------------------------------------------- */

static png2bmp_status run_whole(const png2bmp_plan *plan, const run_source *source, byte_sink sink,
                                const png2bmp_control *control, png2bmp_report *report)
{
    const uint64_t size = plan->bmp.byte_length;
    uint8_t       *bmp = size <= PTRDIFF_MAX ? malloc((size_t)size) : NULL;
    png2bmp_status status;

    if (!bmp)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = run_to(plan, source, bmp, control, report);
    if (!status)
        status = sink.write(sink.user, bmp, (size_t)size, 0);
    free(bmp);
    return status;
}

typedef struct strip_target {
    row_target          target; /* first: a row_target pointer is a strip_target pointer */
    const png2bmp_plan *plan;
    byte_sink           sink;
} strip_target;

static png2bmp_status hand_out_strip(row_target *target, uint32_t first_row, uint32_t rows)
{
    const strip_target *strips = (strip_target *)target;
    const target_strip  part = target_strip_of(target, strips->plan, first_row, rows);

    return strips->sink.write(strips->sink.user, part.bytes, part.size, part.offset);
}

static png2bmp_status hand_out_header(const png2bmp_plan *plan, byte_sink sink)
{
    uint8_t header[BMP_MAX_HEADER];

    if (plan->bmp.header_length == 0)
        return PNG2BMP_OK;
    bmp_write_header(header, plan);
    return sink.write(sink.user, header, plan->bmp.header_length, 0);
}

static png2bmp_status run_strips(const png2bmp_plan *plan, const run_source *source,
                                 uint64_t strip_bytes, byte_sink sink,
                                 const png2bmp_control *control, png2bmp_report *report)
{
    const uint32_t rows = target_strip_rows(plan, strip_bytes);
    const uint64_t bytes = rows * plan->bmp.stride;
    strip_target   strips = {.plan = plan, .sink = sink};
    png2bmp_status status = PNG2BMP_OK;
    uint8_t       *base;

    /* One row may be longer than what a strip usually has, by any factor. */
    if (bytes > strip_bytes)
        status = plan_check_strip(plan, bytes, report);
    if (status)
        return status;
    base = malloc((size_t)bytes);
    if (!base)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    strips.target = target_at(base, rows, plan);
    strips.target.flush = hand_out_strip;
    status = hand_out_header(plan, sink);
    if (!status)
        status = source_rows(plan, source, &strips.target, control, report);
    free(base);
    if (status)
        return status;
    return profile_write(plan, source->png, source->size, sink, control, report);
}

png2bmp_status run_into(const png2bmp_plan *plan, const run_source *source, uint64_t strip_bytes,
                        byte_sink sink, const png2bmp_control *control, png2bmp_report *report)
{
    if (plan->png.interlaced || halves_are_needed(plan) || plan->bmp.byte_length <= strip_bytes)
        return run_whole(plan, source, sink, control, report);
    return run_strips(plan, source, strip_bytes, sink, control, report);
}
