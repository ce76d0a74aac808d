/* A conversion that is fed: header, plan and run go on in turn, as far as the PNG has come. */
#include "feed.h"

#include <stdlib.h>

#include "base/report.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "plan/profile.h"
#include "png/png.h"
#include "png/window.h"
#include "run.h"

#define DEFAULT_STRIP (256 * 1024)

typedef enum feed_stage {
    FEED_HEADER,
    FEED_PLANNED,
    FEED_RUN,
    FEED_DONE
} feed_stage;

struct png2bmp_feed {
    png2bmp_plan     plan;
    png2bmp_sink     sink;
    const byte_room *room;     /* or NULL */
    uint64_t         png_size; /* 0: unknown */
    png_file         file;
    cancel_check     cancel;
    fed_chunks       kept;
    png_window       window;
    bool             has_piece; /* bytes that were given, and are not used up */
    png2bmp_status   status;    /* STATUS_WAITING: more is to come, or it pauses */

    feed_stage        stage;
    png_header_reader header;
    bmp_run           run;
};

png2bmp_feed *png2bmp_feed_new(const png2bmp_options *options, uint64_t png_size,
                               const png2bmp_sink *sink, const png2bmp_control *control,
                               png2bmp_report *report)
{
    png2bmp_feed *const feed = calloc(1, sizeof *feed);

    if (!feed)
        return NULL;
    feed->sink = *sink;
    feed->png_size = png_size;
    feed->status = options_take(&feed->plan.options, options, report);
    if (feed->status)
        return feed;
    feed->status = STATUS_WAITING;
    feed->file = png_file_of(NULL, 0, &feed->plan.options, report);
    feed->cancel = (cancel_check){.control = control, .report = report};
    feed->file.cancel = &feed->cancel;
    feed->file.is_open = true;
    if (!feed->file.salvage) /* else it is read when all of it is there */
        feed->file.fed = &feed->kept;
    png_header_open(&feed->header, &feed->file, &feed->plan.png, &feed->plan.about);
    feed->header.max_memory = feed->plan.options.max_memory;
    feed->header.profile_most = feed->file.fed ? profile_most_kept(&feed->plan.options) : 0;
    return feed;
}

void png2bmp_feed_free(png2bmp_feed *feed)
{
    if (!feed)
        return;
    if (feed->stage == FEED_RUN)
        run_end(&feed->run);
    window_close(&feed->window);
    png_header_close(&feed->kept);
    free(feed);
}

/* ---- Steps ------------------------------------------------------------------------ */

/* The size for the check of how far data can expand: with `salvage` it is known by now. */
static uint64_t size_to_expand(const png2bmp_feed *feed)
{
    if (!feed->file.fed)
        return file_end(&feed->file);
    return feed->png_size ? feed->png_size : UINT64_MAX;
}

static png2bmp_status begin_run(png2bmp_feed *feed)
{
    const png2bmp_sink *sink = &feed->sink;
    const size_t        strip = sink->strip_bytes ? sink->strip_bytes : DEFAULT_STRIP;
    uint8_t            *bmp = NULL;
    png2bmp_status      status = PNG2BMP_OK;

    if (sink->begin)
        status = sink->begin(sink->user, &feed->plan, &bmp);
    if (status == STATUS_WAITING) /* of a pump: it is asked again */
        png2bmp_feed_pause(feed);
    if (!status && !bmp)
        status = run_check_piece(&feed->plan, 0, feed->file.report);
    if (status)
        return status;
    feed->stage = FEED_RUN;
    return bmp ? run_begin_to(&feed->run, &feed->plan, &feed->file, NULL, bmp)
               : run_begin_into(&feed->run, &feed->plan, &feed->file, NULL, strip,
                                (byte_sink){sink->write, sink->user}, feed->room);
}

static png2bmp_status read_header(png2bmp_feed *feed)
{
    png2bmp_status status;

    if (feed->file.salvage && feed->file.is_open)
        return STATUS_WAITING;
    if (feed->file.salvage) /* how much may be mended follows from the size */
        feed->header.mender = mend_open(&feed->file);
    status = png_header_read(&feed->header, &feed->plan.first_idat);
    if (!status)
        status = plan_after_header(&feed->plan, &feed->file, size_to_expand(feed));
    if (status)
        return status;
    feed->plan.made_from = PLAN_OF_PNG;
    feed->stage = FEED_PLANNED;
    return PNG2BMP_OK;
}

static png2bmp_status go_on(png2bmp_feed *feed)
{
    png2bmp_status status = PNG2BMP_OK;

    if (feed->stage == FEED_HEADER)
        status = read_header(feed);
    if (!status && feed->stage == FEED_PLANNED)
        status = begin_run(feed);
    if (!status && feed->stage == FEED_RUN)
        status = run_go_on(&feed->run);
    if (status == STATUS_WAITING)
        return status;
    if (feed->stage == FEED_RUN)
        run_end(&feed->run);
    feed->stage = FEED_DONE;
    return status;
}

/* No byte of the PNG before this one is needed again. */
static size_t position_of(const png2bmp_feed *feed)
{
    if (feed->file.salvage)
        return 0;
    return feed->stage == FEED_HEADER ? png_header_position(&feed->header)
                                      : run_position(&feed->run);
}

/* ---- The interface ------------------------------------------------------------------- */

/* The PNG is held in whole. */
static png2bmp_status check_salvaged_size(const png2bmp_feed *feed, size_t size)
{
    const uint64_t held = (uint64_t)feed->file.size + size, most = feed->plan.options.max_memory;

    if (!feed->file.salvage || held <= most)
        return PNG2BMP_OK;
    return report_error(feed->file.report, PNG2BMP_ERR_MEMORY_LIMIT,
                        "with 'salvage' the PNG is held, which has more than %llu bytes; maxMemory "
                        "allows %llu",
                        (unsigned long long)most, (unsigned long long)most);
}

/* Positions in the file are of this type. */
static png2bmp_status check_length(const png2bmp_feed *feed, size_t size)
{
    if (size <= PTRDIFF_MAX - file_end(&feed->file))
        return check_salvaged_size(feed, size);
    return report_error(feed->file.report, PNG2BMP_ERR_OUT_OF_MEMORY,
                        "the PNG is longer than this machine can count");
}

/* What there is of the piece. Where the file pauses, it stays as it is. */
static png2bmp_status read_piece(png2bmp_feed *feed)
{
    while (feed->has_piece) {
        png2bmp_status status = go_on(feed);

        if (status != STATUS_WAITING || feed->file.pauses)
            return status;
        status = window_move(&feed->window, &feed->file, position_of(feed), &feed->has_piece);
        if (status)
            return status;
    }
    return STATUS_WAITING;
}

static png2bmp_status feed_piece(png2bmp_feed *feed, const uint8_t *bytes, size_t size)
{
    png2bmp_status status = check_length(feed, size);

    if (!status)
        status = window_feed(&feed->window, &feed->file, bytes, size);
    if (status)
        return status;
    feed->has_piece = true;
    return read_piece(feed);
}

static png2bmp_status refuse_bytes(png2bmp_feed *feed)
{
    return report_error(feed->file.report, PNG2BMP_ERR_PLAN,
                        "the feed is paused, and has bytes to read: call "
                        "png2bmp_feed_bytes(feed, NULL, 0) until it is not");
}

static png2bmp_status resume(png2bmp_feed *feed)
{
    feed->file.pauses = false;
    return feed->file.is_open ? read_piece(feed) : go_on(feed);
}

/* The file ends when all that was given is read. */
static png2bmp_status finish(png2bmp_feed *feed)
{
    const png2bmp_status status = resume(feed);

    if (status != STATUS_WAITING || feed->file.pauses)
        return status;
    feed->file.is_open = false;
    return go_on(feed);
}

png2bmp_status png2bmp_feed_bytes(png2bmp_feed *feed, const uint8_t *bytes, size_t size)
{
    if (feed->status == STATUS_WAITING) {
        if (size == 0)
            feed->status = resume(feed);
        else if (feed->file.pauses)
            feed->status = refuse_bytes(feed);
        else
            feed->status = feed_piece(feed, bytes, size);
    }
    return feed->status == STATUS_WAITING ? PNG2BMP_OK : feed->status;
}

png2bmp_status png2bmp_feed_finish(png2bmp_feed *feed)
{
    if (feed->status == STATUS_WAITING)
        feed->status = finish(feed);
    return feed->status == STATUS_WAITING ? PNG2BMP_OK : feed->status;
}

void feed_set_room(png2bmp_feed *feed, const byte_room *room)
{
    feed->room = room;
}

void png2bmp_feed_pause(png2bmp_feed *feed)
{
    feed->file.pauses = true;
}

bool png2bmp_feed_is_paused(const png2bmp_feed *feed)
{
    return feed->status == STATUS_WAITING && feed->file.pauses;
}
