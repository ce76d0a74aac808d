#include "convert_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/report.h"
#include "failure.h"
#include "plan/route.h"
#include "run/run.h"

/* A PNG of at most this size is read at once; of a larger one, this much is in memory at a time,
 * which fits into a cache. The memory is one byte larger: see read.c. */
#define PIECE_BYTES ((size_t)256 * 1024 - 1)

static png2bmp_status read_failure(file_conversion *conversion, file_failure failed,
                                   png2bmp_report *report)
{
    char descriptor[32];

    if (!failed.code)
        return PNG2BMP_OK;
    snprintf(descriptor, sizeof descriptor, "descriptor %d", conversion->from.descriptor);
    conversion->is_of_input = true;
    return report_failure(report, failed,
                          conversion->from.path ? conversion->from.path : descriptor);
}

/* ---- All at once -------------------------------------------------------------- */

static png2bmp_status convert_whole(file_conversion *conversion, old_file *png,
                                    const png2bmp_control *control, png2bmp_report *report)
{
    png2bmp_status status = read_failure(conversion, read_until(png, READ_ALL), report);

    read_close(png);
    if (!status)
        status = png2bmp_plan_make(&conversion->plan, png->bytes, png->size, &conversion->options,
                                   report);
    if (!status)
        status = run_check_piece(&conversion->plan, SAVE_STRIP_BYTES, report);
    if (status)
        return status;
    return save_at(conversion->directory, conversion->to, &conversion->plan, png->bytes, png->size,
                   control, report);
}

/* ---- In pieces ---------------------------------------------------------------- */

static png2bmp_status hold_bmp(fed_file *f, const png2bmp_plan *plan)
{
    const uint64_t size = plan->bmp.byte_length;

    f->bmp = size <= PTRDIFF_MAX ? malloc((size_t)size) : NULL;
    return f->bmp ? PNG2BMP_OK : report_plain_error(f->report, PNG2BMP_ERR_OUT_OF_MEMORY);
}

static png2bmp_status begin(void *user, const png2bmp_plan *plan, uint8_t **bmp)
{
    fed_file *const f = user;
    png2bmp_status  status = run_check_piece(plan, SAVE_STRIP_BYTES, f->report);

    f->plan = *plan;
    if (!status)
        status = saving_open(&f->to, f->directory, f->path, &plan->options, f->control, f->report);
    if (!status && (saving_is_sequential(&f->to) || route_is_whole(plan)))
        status = hold_bmp(f, plan);
    *bmp = f->bmp;
    return status;
}

static png2bmp_status write_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    return saving_write(&((fed_file *)user)->to, bytes, size, offset);
}

png2bmp_status fed_file_begin(fed_file *f, int directory, const char *path,
                              const png2bmp_options *options, uint64_t png_size,
                              const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_sink sink = {begin, write_piece, f, SAVE_STRIP_BYTES};

    *f = (fed_file){.directory = directory, .path = path, .control = control, .report = report};
    f->feed = png2bmp_feed_new(options, png_size, &sink, control, report);
    return f->feed ? PNG2BMP_OK : report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
}

png2bmp_status fed_file_end(fed_file *f, png2bmp_status status)
{
    if (!f->feed)
        return status;
    if (!status)
        status = png2bmp_feed_finish(f->feed);
    if (!status && f->bmp)
        status = saving_write(&f->to, f->bmp, (size_t)f->plan.bmp.byte_length, 0);
    png2bmp_feed_free(f->feed);
    free(f->bmp);
    f->feed = NULL;
    return saving_finish(&f->to, status);
}

static png2bmp_status feed_piece(const file_conversion *conversion, fed_file *f,
                                 const old_file *png)
{
    const png2bmp_status status = png2bmp_feed_bytes(f->feed, png->bytes, png->size);

    if (conversion->progress)
        *conversion->progress = (double)(png->passed + png->size);
    return status;
}

/* From the bytes that were read already to the last. */
static png2bmp_status feed_all(file_conversion *conversion, fed_file *f, old_file *png)
{
    png2bmp_status status = feed_piece(conversion, f, png);

    while (!status && !png->ended) {
        status = read_failure(conversion, read_next(png), f->report);
        if (!status)
            status = feed_piece(conversion, f, png);
    }
    read_close(png); /* it may be the file that gets another name now */
    return status;
}

static png2bmp_status convert_pieces(file_conversion *conversion, old_file *png,
                                     const png2bmp_control *control, png2bmp_report *report)
{
    fed_file       f = {.feed = NULL};
    png2bmp_status status = fed_file_begin(&f, conversion->directory, conversion->to,
                                           &conversion->options, png->length, control, report);

    if (!status)
        status = feed_all(conversion, &f, png);
    status = fed_file_end(&f, status);
    conversion->plan = f.plan;
    return status;
}

/* ---- Either ------------------------------------------------------------------- */

png2bmp_status convert_file(file_conversion *conversion, const png2bmp_control *control,
                            png2bmp_report *report)
{
    old_file       png;
    png2bmp_status status;

    if (control) {
        conversion->from.cancelled = control->cancelled;
        conversion->from.user = control->user;
    }
    status = read_failure(conversion, read_open(&png, &conversion->from), report);
    if (!status)
        status = read_failure(conversion, read_until(&png, PIECE_BYTES), report);
    if (!status)
        status = png.ended || conversion->options.salvage
                     ? convert_whole(conversion, &png, control, report)
                     : convert_pieces(conversion, &png, control, report);
    read_close(&png);
    free(png.bytes);
    return status;
}
