#include "pump.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "feed.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "plan/route.h"
#include "run.h"

/* Of a strip; and of the memory for several of them, beside the headers: about what the last piece
 * of a photograph becomes, so that a source which is fast takes few steps. */
#define STRIP_BYTES (64 * 1024)
#define LEAST_MEMORY (192 * 1024)
#define MOST_MEMORY (1024 * 1024)
#define MEMORY_FOR_BYTE 4

/* ---- What leaves ------------------------------------------------------------------- */

static size_t put(pump *p, const uint8_t *bytes, size_t size)
{
    const size_t room = p->size - p->used, fits = size < room ? size : room;

    if (fits > 0 && bytes != p->memory + p->used) /* else it was written there */
        memcpy(p->memory + p->used, bytes, fits);
    p->used += fits;
    p->room = (byte_room){p->memory + p->used, room - fits};
    return fits;
}

static png2bmp_status keep_rest(pump *p, const uint8_t *bytes, size_t size)
{
    uint8_t *rest;

    if (size == 0)
        return PNG2BMP_OK;
    rest = realloc(p->rest, p->rest_size + size);
    if (!rest)
        return report_plain_error(p->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    memcpy(rest + p->rest_size, bytes, size);
    p->rest = rest;
    p->rest_size += size;
    return PNG2BMP_OK;
}

/* Whether there is none left. */
static bool put_rest(pump *p)
{
    p->rest_at += put(p, p->rest + p->rest_at, p->rest_size - p->rest_at);
    if (p->rest_at < p->rest_size)
        return false;
    free(p->rest);
    p->rest = NULL;
    p->rest_size = p->rest_at = 0;
    return true;
}

static size_t strip_of(const png2bmp_plan *plan)
{
    const uint64_t bytes = target_strip_rows(plan, STRIP_BYTES) * plan->bmp.stride;

    return bytes < STRIP_BYTES ? STRIP_BYTES : (size_t)bytes;
}

uint64_t pump_next(const pump *p)
{
    const uint64_t strip = strip_of(p->plan);
    const uint64_t left = p->left + (p->rest_size - p->rest_at);

    return left < strip ? left : strip;
}

/* With less room it pauses. */
static uint64_t least_room(const pump *p)
{
    return p->is_placed && p->plan->bmp.stride < pump_next(p) ? p->plan->bmp.stride : pump_next(p);
}

static png2bmp_status write_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    pump  *p = user;
    size_t fits;

    if (p->is_whole)
        return p->parts_of_whole.write(p->parts_of_whole.user, bytes, size, offset);
    fits = put(p, bytes, size);
    p->left -= size;
    if (p->size - p->used < least_room(p))
        png2bmp_feed_pause(p->feed);
    return keep_rest(p, bytes + fits, size - fits);
}

/* ---- The plan ------------------------------------------------------------------------ */

static bool leaves_in_order(const png2bmp_plan *plan)
{
    if (plan->bmp.byte_length <= STRIP_BYTES)
        return true;
    return plan->options.top_down != route_goes_up(plan) && !route_is_whole(plan);
}

static uint64_t memory_for(size_t piece_size)
{
    if (piece_size >= MOST_MEMORY / MEMORY_FOR_BYTE)
        return MOST_MEMORY;
    return piece_size > LEAST_MEMORY / MEMORY_FOR_BYTE ? MEMORY_FOR_BYTE * piece_size
                                                       : LEAST_MEMORY;
}

uint64_t pump_needed(const pump *p)
{
    const uint64_t left = p->left + (p->rest_size - p->rest_at), strip = strip_of(p->plan);
    const uint64_t some = memory_for(p->piece_size);
    const uint64_t most = BMP_MAX_HEADER + (strip > some ? strip : some);

    if (p->is_whole)
        return p->plan->bmp.byte_length;
    if (left == 0) /* a step is always given some */
        return 1;
    return left < most ? left : most;
}

/* What is held of the BMP: all of it, or its profile, which comes in one go after the last row and
 * waits for memory. */
static uint64_t held_bytes(const pump *p)
{
    if (p->is_held)
        return p->plan->bmp.byte_length;
    return p->is_whole ? 0 : p->plan->bmp.profile_length;
}

static png2bmp_status take_plan(pump *p, const png2bmp_plan *plan)
{
    p->plan = plan;
    p->left = plan->bmp.byte_length;
    p->is_held = !p->is_whole && (route_is_whole(plan) || !leaves_in_order(plan));
    p->is_whole |= p->is_held;
    p->is_placed = !p->is_whole && run_can_be_placed(plan);
    if (p->is_whole)
        p->size = 0;
    return held_bytes(p) > 0 ? plan_check_strip(plan, held_bytes(p), p->report) : PNG2BMP_OK;
}

/* Called again when there is memory. */
static png2bmp_status begin(void *user, const png2bmp_plan *plan, uint8_t **bmp)
{
    pump *p = user;

    if (!p->plan) {
        const png2bmp_status status = take_plan(p, plan);

        if (status)
            p->plan = NULL; /* it is refused */
        if (status || p->is_whole || p->size < least_room(p))
            return status ? status : STATUS_WAITING;
    }
    *bmp = NULL;
    if (p->is_placed)
        feed_set_room(p->feed, &p->room);
    if (!p->is_whole)
        return PNG2BMP_OK;
    if (!p->parts_of_whole.write)
        p->whole = p->memory;
    else if (route_is_whole(plan) && !(p->whole = malloc((size_t)plan->bmp.byte_length)))
        return report_plain_error(p->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    *bmp = p->whole;
    return PNG2BMP_OK;
}

/* A whole in memory of its own, when it is complete. */
static png2bmp_status give_whole(const pump *p)
{
    if (!p->parts_of_whole.write || !p->whole)
        return PNG2BMP_OK;
    return p->parts_of_whole.write(p->parts_of_whole.user, p->whole,
                                   (size_t)p->plan->bmp.byte_length, 0);
}

uint64_t pump_memory(const pump *p)
{
    return p->plan->memory + held_bytes(p);
}

/* ---- Steps --------------------------------------------------------------------------- */

png2bmp_status pump_open(pump *p, const png2bmp_options *options, uint64_t png_size,
                         bool wants_whole, const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_sink sink = {
        .begin = begin, .write = write_piece, .user = p, .strip_bytes = STRIP_BYTES};
    png2bmp_status status;

    memset(p, 0, sizeof *p);
    p->report = report;
    p->is_whole = wants_whole;
    p->feed = png2bmp_feed_new(options, png_size, &sink, control, report);
    if (!p->feed)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = png2bmp_feed_bytes(p->feed, NULL, 0);
    return status || wants_whole ? status : options_check_effect(options, report);
}

static bool wants_memory(const pump *p)
{
    return p->rest || png2bmp_feed_is_paused(p->feed);
}

static png2bmp_status go_on(pump *p, const pump_input *input)
{
    const png2bmp_status status = p->goes_on
                                      ? png2bmp_feed_bytes(p->feed, NULL, 0)
                                      : png2bmp_feed_bytes(p->feed, input->bytes, input->size);

    return status || !input->is_last || wants_memory(p) ? status : png2bmp_feed_finish(p->feed);
}

static pump_state state_of(const pump *p, const pump_input *input)
{
    if (wants_memory(p))
        return PUMP_WANTS_MEMORY;
    return input->is_last ? PUMP_IS_DONE : PUMP_WANTS_INPUT;
}

static void take_memory(pump *p, const pump_input *input)
{
    p->memory = input->memory;
    p->size = p->is_whole || !input->memory ? 0 : input->memory_size;
    p->used = 0;
    p->room = (byte_room){p->memory, p->size};
}

/* A row, or the part of one that is left over, has to be written somewhere. */
static png2bmp_status find_room(pump *p)
{
    const uint64_t stride = p->plan ? p->plan->bmp.stride : 0;

    if (!p->is_placed || p->room.size >= stride || p->left < stride)
        return PNG2BMP_OK;
    if (!p->row && stride <= PTRDIFF_MAX)
        p->row = malloc((size_t)stride);
    if (!p->row)
        return report_plain_error(p->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    p->room = (byte_room){p->row, (size_t)stride};
    return PNG2BMP_OK;
}

png2bmp_status pump_step(pump *p, const pump_input *input, pump_state *state)
{
    png2bmp_status status = PNG2BMP_OK;

    take_memory(p, input);
    p->piece_size = input->size;
    if (!p->rest || put_rest(p))
        status = find_room(p);
    if (!status && !p->rest)
        status = go_on(p, input);
    if (status)
        return status;
    *state = state_of(p, input);
    p->goes_on = *state == PUMP_WANTS_MEMORY;
    return *state == PUMP_IS_DONE ? give_whole(p) : PNG2BMP_OK;
}

void pump_close(pump *p)
{
    png2bmp_feed_free(p->feed);
    free(p->rest);
    free(p->row);
    if (p->parts_of_whole.write)
        free(p->whole);
    p->feed = NULL;
    p->rest = p->row = p->whole = NULL;
}
