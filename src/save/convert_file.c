#include "convert_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/report.h"
#include "failure.h"
#include "plan/route.h"
#include "save.h"

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
    if (status)
        return status;
    return save_at(conversion->directory, conversion->to, &conversion->plan, png->bytes, png->size,
                   control, report);
}

/* ---- In pieces ---------------------------------------------------------------- */

typedef struct piecewise {
    file_conversion       *conversion;
    saving                 to;
    uint8_t               *bmp; /* all of it, if it cannot leave in strips */
    const png2bmp_control *control;
    png2bmp_report        *report;
} piecewise;

static png2bmp_status hold_bmp(piecewise *p, const png2bmp_plan *plan)
{
    const uint64_t size = plan->bmp.byte_length;

    p->bmp = size <= PTRDIFF_MAX ? malloc((size_t)size) : NULL;
    return p->bmp ? PNG2BMP_OK : report_plain_error(p->report, PNG2BMP_ERR_OUT_OF_MEMORY);
}

static png2bmp_status begin(void *user, const png2bmp_plan *plan, uint8_t **bmp)
{
    piecewise *const             p = user;
    const file_conversion *const conversion = p->conversion;
    png2bmp_status               status;

    p->conversion->plan = *plan;
    status = saving_open(&p->to, conversion->directory, conversion->to, &plan->options, p->control,
                         p->report);
    if (!status && (saving_is_sequential(&p->to) || route_is_whole(plan)))
        status = hold_bmp(p, plan);
    *bmp = p->bmp;
    return status;
}

static png2bmp_status write_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    return saving_write(&((piecewise *)user)->to, bytes, size, offset);
}

/* From the bytes that were read already to the last. */
static png2bmp_status feed_all(piecewise *p, png2bmp_feed *feed, old_file *png)
{
    png2bmp_status status = png2bmp_feed_bytes(feed, png->bytes, png->size);

    while (!status && !png->ended) {
        status = read_failure(p->conversion, read_next(png), p->report);
        if (!status)
            status = png2bmp_feed_bytes(feed, png->bytes, png->size);
    }
    read_close(png); /* it may be the file that gets another name now */
    return status ? status : png2bmp_feed_finish(feed);
}

static png2bmp_status convert_pieces(file_conversion *conversion, old_file *png,
                                     const png2bmp_control *control, png2bmp_report *report)
{
    piecewise          p = {.conversion = conversion, .control = control, .report = report};
    const png2bmp_sink sink = {begin, write_piece, &p, SAVE_STRIP_BYTES};
    png2bmp_feed      *feed =
        png2bmp_feed_new(&conversion->options, png->length, &sink, control, report);
    png2bmp_status status;

    if (!feed)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = feed_all(&p, feed, png);
    if (!status && p.bmp)
        status = saving_write(&p.to, p.bmp, (size_t)conversion->plan.bmp.byte_length, 0);
    png2bmp_feed_free(feed);
    free(p.bmp);
    return saving_finish(&p.to, status);
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
