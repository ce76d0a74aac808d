#include "run.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "encode.h"
#include "plan/halves.h"
#include "plan/plan.h"
#include "plan/profile.h"
#include "plan/sizes.h"
#include "second_half.h"

/* ---- Beginning ---------------------------------------------------------------- */

/* Not the conversion and what follows it, which are large, and set up when they are needed. */
static void prepare(bmp_run *r, const png2bmp_plan *plan, const png_file *file,
                    const png2bmp_pixels *pixels)
{
    memset(r, 0, offsetof(bmp_run, conversion));
    r->plan = plan;
    r->written = plan;
    r->file = file;
    r->pixels = pixels;
    if (!sizes_differ(plan))
        return;
    r->is_resized = true;
    r->resized.memory = NULL;
    r->resized_to = sizes_second(plan);
    r->written = &r->resized_to;
}

/* Rows of a PNG come as they are stored, those of pixels in the order of the turned image. */
static bool comes_flipped(const bmp_run *r, const png2bmp_plan *plan)
{
    return plan->turn.flips && !r->pixels;
}

/* From here on rows go to r->resized.from. */
static png2bmp_status open_resized(bmp_run *r, const png2bmp_plan *plan)
{
    const png2bmp_status status =
        resized_open(&r->resized, r->plan, plan, &r->target, r->file, comes_flipped(r, r->plan));

    r->rows_plan = &r->resized.first;
    r->rows_target = &r->resized.from;
    return status;
}

/* plan: of the rows, which go to r->target. */
static png2bmp_status open_rows(bmp_run *r, const png2bmp_plan *plan)
{
    png2bmp_status status = PNG2BMP_OK;

    r->rows_plan = plan;
    r->rows_target = &r->target;
    if (r->is_resized)
        status = open_resized(r, plan);
    if (status || r->pixels)
        return status;
    r->is_open = true;
    return conversion_open(&r->conversion, r->rows_plan, r->file, r->rows_target);
}

static png2bmp_status begin_first_half(bmp_run *r)
{
    r->scratch = malloc((size_t)halves_bytes(r->written));
    if (!r->scratch)
        return report_plain_error(r->file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    r->first = halves_first(r->written);
    r->target = target_at(r->scratch, r->first.bmp.height, &r->first, comes_flipped(r, r->written));
    return open_rows(r, &r->first);
}

/* In r->bmp. */
static png2bmp_status begin_in_memory(bmp_run *r)
{
    if (halves_are_needed(r->written))
        return begin_first_half(r);
    bmp_write_header(r->bmp, r->written);
    r->target = target_at(r->bmp + r->written->bmp.header_length, r->written->bmp.height,
                          r->written, comes_flipped(r, r->written));
    return open_rows(r, r->written);
}

png2bmp_status run_begin_to(bmp_run *r, const png2bmp_plan *plan, const png_file *file,
                            const png2bmp_pixels *pixels, uint8_t *bmp)
{
    prepare(r, plan, file, pixels);
    r->bmp = bmp;
    return begin_in_memory(r);
}

png2bmp_status run_check_piece(const png2bmp_plan *plan, uint64_t strip_bytes,
                               png2bmp_report *report)
{
    const uint64_t size = plan->bmp.byte_length;

    return route_is_whole(plan) && size > strip_bytes ? plan_check_strip(plan, size, report)
                                                      : PNG2BMP_OK;
}

static png2bmp_status begin_whole(bmp_run *r)
{
    const uint64_t size = r->plan->bmp.byte_length;

    r->bmp = size <= PTRDIFF_MAX ? malloc((size_t)size) : NULL;
    if (!r->bmp)
        return report_plain_error(r->file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    r->owns_bmp = true;
    return begin_in_memory(r);
}

static png2bmp_status hand_out_strip(row_target *target, uint32_t first_row, uint32_t rows)
{
    const bmp_run     *r = (bmp_run *)target;
    const target_strip part = target_strip_of(target, r->written, first_row, rows);

    return r->sink.write(r->sink.user, part.bytes, part.size, part.offset);
}

static png2bmp_status hand_out_header(const png2bmp_plan *plan, byte_sink sink)
{
    uint8_t header[BMP_MAX_HEADER];

    if (plan->bmp.header_length == 0)
        return PNG2BMP_OK;
    bmp_write_header(header, plan);
    return sink.write(sink.user, header, plan->bmp.header_length, 0);
}

bool run_can_be_placed(const png2bmp_plan *plan)
{
    const route way = route_of(plan);

    if (way.steps.way.second == STEP_MATCH || sizes_differ(plan))
        return false;
    return !way.direct || way.row_bytes <= way.held_bytes;
}

static png2bmp_status allocate_scratch(bmp_run *r, size_t bytes)
{
    r->scratch = malloc(bytes);
    return r->scratch ? PNG2BMP_OK : report_plain_error(r->file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
}

static png2bmp_status make_strip(bmp_run *r, uint32_t rows)
{
    const png2bmp_status status = allocate_scratch(r, (size_t)(rows * r->written->bmp.stride));

    if (!status)
        r->target = target_at(r->scratch, rows, r->written, comes_flipped(r, r->written));
    return status;
}

static png2bmp_status make_target_in_room(bmp_run *r)
{
    png2bmp_status status = PNG2BMP_OK;

    if (route_of(r->written).direct)
        status = allocate_scratch(r, (size_t)r->written->bmp.stride);
    r->target = target_to_place(r->written, r->scratch);
    return status;
}

static png2bmp_status begin_strips(bmp_run *r, uint64_t strip_bytes)
{
    const uint32_t rows = target_strip_rows(r->written, strip_bytes);
    const uint64_t bytes = rows * r->written->bmp.stride;
    png2bmp_status status = PNG2BMP_OK;

    /* One row may be longer than what a strip usually has, by any factor. */
    if (bytes > strip_bytes)
        status = plan_check_strip(r->written, bytes, r->file->report);
    if (status)
        return status;
    status = r->room ? make_target_in_room(r) : make_strip(r, rows);
    if (status)
        return status;
    r->target.flush = hand_out_strip;
    status = hand_out_header(r->written, r->sink);
    return status ? status : open_rows(r, r->written);
}

png2bmp_status run_begin_into(bmp_run *r, const png2bmp_plan *plan, const png_file *file,
                              const png2bmp_pixels *pixels, uint64_t strip_bytes, byte_sink sink,
                              const byte_room *room)
{
    prepare(r, plan, file, pixels);
    r->sink = sink;
    if (route_is_whole(plan) || plan->bmp.byte_length <= strip_bytes)
        return begin_whole(r);
    r->room = room;
    return begin_strips(r, strip_bytes);
}

/* ---- Going on ----------------------------------------------------------------- */

static png2bmp_status make_rows(bmp_run *r)
{
    if (r->pixels)
        return encode_rows(r->rows_plan, r->pixels, r->rows_target, r->file->cancel);
    return conversion_go_on(&r->conversion);
}

static png2bmp_status go_on_with_rows(bmp_run *r)
{
    png2bmp_status status = r->is_resized ? resized_go_on(&r->resized) : PNG2BMP_OK;

    if (!status && !r->has_rows) {
        status = make_rows(r);
        r->has_rows = !status;
    }
    return !status && r->is_resized ? resized_finish(&r->resized) : status;
}

static void close_rows(bmp_run *r)
{
    if (r->is_open)
        conversion_close(&r->conversion);
    r->is_open = false;
    if (r->is_resized)
        resized_close(&r->resized);
}

static void free_scratch(bmp_run *r)
{
    free(r->scratch);
    r->scratch = NULL;
}

/* All but the rows, when they are complete. */
static png2bmp_status complete(bmp_run *r)
{
    png2bmp_status status = profile_write(r->plan, r->file, r->bmp ? sink_into(r->bmp) : r->sink);

    if (!status && r->owns_bmp)
        status = r->sink.write(r->sink.user, r->bmp, (size_t)r->plan->bmp.byte_length, 0);
    return status;
}

/* Before the room changes. */
static png2bmp_status leave_early(bmp_run *r)
{
    const png2bmp_status status = r->room ? target_leave_early(&r->target) : PNG2BMP_OK;

    return status ? status : STATUS_WAITING;
}

png2bmp_status run_go_on(bmp_run *r)
{
    png2bmp_status status;

    if (r->room)
        target_place(&r->target, r->room);
    status = go_on_with_rows(r);
    if (status == STATUS_WAITING)
        return leave_early(r);
    close_rows(r); /* memory: each step frees before the next allocates */
    if (!status && halves_are_needed(r->written))
        status = second_half(r->written, r->scratch, r->bmp, r->file->cancel);
    free_scratch(r);
    return status ? status : complete(r);
}

void run_end(bmp_run *r)
{
    close_rows(r);
    free_scratch(r);
    if (r->owns_bmp)
        free(r->bmp);
}

size_t run_position(const bmp_run *r)
{
    return idat_position(&r->conversion.scanlines.idats);
}

/* ---- All at once -------------------------------------------------------------- */

static png_file file_of(const png2bmp_plan *plan, const run_source *source, cancel_check *cancel)
{
    png_file file = png_file_of(source->png, source->size, &plan->options, cancel->report);

    file.cancel = cancel;
    return file;
}

/* Of a run that does not wait. */
static png2bmp_status finish(bmp_run *r, png2bmp_status status)
{
    if (!status)
        status = run_go_on(r);
    run_end(r);
    return status;
}

png2bmp_status run_to(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                      const png2bmp_control *control, png2bmp_report *report)
{
    cancel_check   cancel = {.control = control, .report = report};
    const png_file file = file_of(plan, source, &cancel);
    bmp_run        r;
    png2bmp_status status = run_begin_to(&r, plan, &file, source->pixels, bmp);

    return finish(&r, status);
}

png2bmp_status run_into(const png2bmp_plan *plan, const run_source *source, uint64_t strip_bytes,
                        byte_sink sink, const png2bmp_control *control, png2bmp_report *report)
{
    cancel_check   cancel = {.control = control, .report = report};
    const png_file file = file_of(plan, source, &cancel);
    bmp_run        r;
    png2bmp_status status =
        run_begin_into(&r, plan, &file, source->pixels, strip_bytes, sink, NULL);

    return finish(&r, status);
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
