/*
 * From PNG to BMP.
 *
 * Plan: what the PNG is, what the BMP will be, and whether both are allowed:
 *       plan.c.
 * Run:  IDAT bytes -> inflate -> a batch of scanlines -> unfilter -> samples ->
 *       rows of the BMP, batch by batch while it is in the cache. Of earlier
 *       batches only the last scanline is kept: the prior row of the next.
 *
 * The parts (scanlines, unfilter, adam7, rows) are combined here. Raw pixels go through the same
 * steps from the samples on: encode.c.
 */
#include "convert.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "pixels/pixels.h"
#include "pixels/turned.h"
#include "pixels/unfilter.h"
#include "plan/cache.h"
#include "png/adam7.h"
#include "png/cgbi.h"
#include "png/png_size.h"
#include "salvage.h"

/* ---- A conversion --------------------------------------------------------- */

/* The plan has checked that the bytes of a route fit into a size_t. */
static bool open_scratch(conversion *c, const kernels *kernels)
{
    const route *r = &c->route;
    uint8_t     *pieces;

    if (route_scratch_bytes(r) == 0)
        return true;
    c->memory = malloc((size_t)route_scratch_bytes(r));
    if (!c->memory)
        return false;
    c->scratch = (uint8_t *)c->memory + r->writer_bytes;
    pieces = c->scratch + r->samples_bytes;
    c->row_apart = pieces + r->pieces_bytes;
    if (r->pieces_bytes)
        c->long_row = long_row_open(&c->scanlines, kernels, r->unfilter, pieces);
    return true;
}

png2bmp_status conversion_open(conversion *c, const png2bmp_plan *plan, const png_file *file,
                               row_target *target)
{
    const kernels *kernels = kernels_for(plan->options.cpu);
    const route    r = route_of(plan);
    png2bmp_status status;

    memset(c, 0, offsetof(conversion, filler)); /* which is large, and opened when it is needed */
    c->plan = plan;
    c->route = r;
    c->target = target;
    c->cancel = file->cancel;
    c->unfilter = kernels->unfilter[r.unfilter];
    c->is_cgbi = cgbi_has_own_samples(&plan->png);
    c->watch_indices = plan->png.color_type == PNG2BMP_PALETTE &&
                       plan->png.palette_entries < 1u << plan->png.bit_depth;
    c->is_narrowed =
        r.steps.way.palette == PALETTE_OF_IMAGE && plan->bmp.bits_per_pixel < plan->png.bit_depth;
    c->fetches = cache_is_fetched(plan) && (!target->flush || target->is_placed) &&
                 r.row_bytes <= r.held_bytes;
    status = scanlines_open(&c->scanlines, plan, file, (size_t)r.held_bytes, c->fetches, kernels);
    if (status)
        return status;
    if (!open_scratch(c, kernels))
        return report_plain_error(file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    if (!c->route.direct)
        rows_open(&c->writer, plan, &c->route.steps, kernels, c->memory, c->cancel);
    return PNG2BMP_OK;
}

void conversion_close(conversion *c)
{
    if (c->is_damaged)
        salvage_close(&c->filler);
    free(c->memory);
    scanlines_close(&c->scanlines);
}

/* ---- Scanlines into samples ----------------------------------------------- */

/* Rows of samples: the first is at `at`, each following one `pitch` bytes after the one before. */
typedef struct sample_rows {
    const uint8_t *at;
    size_t         pitch;
    uint32_t       count;
} sample_rows;

/* How many scanlines, from the first on, are without a filter, if the first is, or with one, if it
 * is not. */
static uint32_t count_alike(const uint8_t *rows, size_t row_bytes, uint32_t most)
{
    const bool plain = rows[0] == FILTER_NONE;
    uint32_t   count = 1;

    while (count < most && (rows[count * (row_bytes + 1)] == FILTER_NONE) == plain)
        count++;
    return count;
}

/* Rows without a filter are read in place. */
static sample_rows take_plain(conversion *c, const uint8_t *rows, size_t row_bytes, uint32_t count)
{
    c->prior = rows + (count - 1) * (row_bytes + 1) + 1;
    return (sample_rows){rows + 1, row_bytes + 1, count};
}

static sample_rows unfilter_group(conversion *c, const uint8_t *rows, size_t row_bytes,
                                  uint32_t width, uint32_t count, bool first)
{
    const size_t pitch = (size_t)c->route.pitch;
    uint8_t     *prior = c->scratch;
    uint8_t     *samples = c->scratch + pitch;

    c->unfilter(samples, (ptrdiff_t)pitch, rows, row_bytes, first ? NULL : c->prior, count);
    memcpy(prior, samples + (count - 1) * pitch, row_bytes);
    c->prior = prior;
    for (uint32_t i = 0; c->is_cgbi && i < count; i++)
        cgbi_restore(samples + i * pitch, width, &c->plan->png);
    return (sample_rows){samples, pitch, count};
}

/* The samples of the next scanlines, as many as are available at once, up to `most`. first: there
 * is no row above them. */
static sample_rows take_samples(conversion *c, const uint8_t *rows, size_t row_bytes,
                                uint32_t width, uint32_t most, bool first)
{
    const uint32_t group = (uint32_t)smaller(most, c->route.group);

    if (c->is_cgbi)
        return unfilter_group(c, rows, row_bytes, width, group, first);
    if (rows[0] == FILTER_NONE)
        return take_plain(c, rows, row_bytes, count_alike(rows, row_bytes, most));
    return unfilter_group(c, rows, row_bytes, width, count_alike(rows, row_bytes, group), first);
}

/* After a batch, whose rows become invalid: the last of them is the prior row of the next. */
static void keep_prior(conversion *c, size_t row_bytes)
{
    if (!c->route.direct && c->prior != c->scratch) {
        memcpy(c->scratch, c->prior, row_bytes);
        c->prior = c->scratch;
    }
}

static unsigned highest_index(conversion *c, const uint8_t *samples, uint32_t width)
{
    const unsigned bits = c->plan->png.bit_depth;
    unsigned       highest = 0;

    for (size_t x = 0; x < width && !cancel_before(c->cancel, smaller(width, CANCEL_PIXELS));
         x += CANCEL_PIXELS) {
        const uint8_t *const piece = samples + x / 8 * bits;
        const unsigned       h = indices_highest(piece, smaller(width - x, CANCEL_PIXELS), bits);

        highest = h > highest ? h : highest;
    }
    return highest;
}

/* Palette indices without an entry are black, and give a warning. */
static png2bmp_status check_indices(conversion *c, const uint8_t *samples, uint32_t width)
{
    const unsigned highest = highest_index(c, samples, width);

    if (highest < c->plan->png.palette_entries)
        return PNG2BMP_OK;
    if (c->is_narrowed && highest >= 1u << c->plan->bmp.bits_per_pixel)
        return report_error(c->scanlines.file->report, PNG2BMP_ERR_PALETTE_INDEX,
                            "palette index %u does not fit into %u bits: leave 'bits' out", highest,
                            (unsigned)c->plan->bmp.bits_per_pixel);
    c->watch_indices = false;
    return report_warning(c->scanlines.file->report, c->scanlines.file->strict,
                          PNG2BMP_ERR_PALETTE_INDEX,
                          "palette index %u is out of range (%u entries): the pixel is black",
                          highest, (unsigned)c->plan->png.palette_entries);
}

/* ---- Images that are not interlaced --------------------------------------- */

/* The row of the BMP above y, if unfilter writes the rows itself. */
static const uint8_t *row_above(const conversion *c, uint32_t y)
{
    if (c->target->is_placed && y == c->target->first)
        return y > 0 ? c->target->above : NULL;
    return y > 0 ? target_row(c->target, y - 1) : NULL;
}

/* What is still missing in rows of the BMP that unfilter has written. */
static png2bmp_status finish_rows(conversion *c, uint32_t y, uint32_t count)
{
    uint8_t       *dst = target_row(c->target, y);
    png2bmp_status status = PNG2BMP_OK;

    for (uint32_t i = 0; i < count && !status; i++, dst += c->target->step) {
        bmp_clear_padding(c->plan, dst);
        if (c->watch_indices)
            status = check_indices(c, dst, c->plan->png.width);
    }
    return status;
}

/* Writes `count` rows of the BMP, from y on, from filtered scanlines. */
static png2bmp_status write_rows_directly(conversion *c, const uint8_t *rows, size_t row_bytes,
                                          uint32_t y, uint32_t count)
{
    target_expect(c->target, y, count);
    c->unfilter(target_row(c->target, y), c->target->step, rows, row_bytes, row_above(c, y), count);
    return finish_rows(c, y, count);
}

static const uint8_t *reversed(conversion *c, const uint8_t *samples)
{
    const uint32_t width = c->plan->png.width;

    for (uint32_t x = 0; x < width; x += CANCEL_PIXELS) {
        const uint32_t count = (uint32_t)smaller(width - x, CANCEL_PIXELS);

        if (cancel_before(c->cancel, count))
            break;
        turn_reverse(c->row_apart, samples, width, png_bits_per_pixel(&c->plan->png), x, count);
    }
    return c->row_apart;
}

static png2bmp_status write_rows(conversion *c, const sample_rows *from, uint32_t y)
{
    const uint32_t width = c->plan->png.width;
    const uint8_t *samples = from->at;
    uint8_t       *dst = target_row(c->target, y);
    png2bmp_status status = PNG2BMP_OK;

    target_expect(c->target, y, from->count);
    /* What was found of a row is not hidden by what is wrong with a later one. */
    for (uint32_t i = 0; i < from->count && !status && !c->writer.failed; i++) {
        if (c->watch_indices)
            status = check_indices(c, samples, width);
        rows_write(&c->writer, dst, c->route.reverses ? reversed(c, samples) : samples, width);
        bmp_clear_padding(c->plan, dst);
        dst += c->target->step;
        samples += from->pitch;
    }
    return status;
}

static png2bmp_status wait_if_paused(const conversion *c)
{
    return c->scanlines.file->pauses ? STATUS_WAITING : PNG2BMP_OK;
}

/* The rows before `end` are done, but for those that the writer holds back. */
static png2bmp_status hand_on(conversion *c, uint32_t end)
{
    const png2bmp_status status = rows_hand_on(&c->writer, c->target, end);

    if (status && status != STATUS_WAITING)
        return status;
    c->rows_done = end;
    return status ? status : wait_if_paused(c);
}

/* What is left of a batch, in groups for which the target and the scratch rows have room. */
static png2bmp_status write_batch(conversion *c, size_t row_bytes)
{
    png2bmp_status status = PNG2BMP_OK;

    while (c->batch_left > 0 && !status) {
        const uint32_t y = c->y;
        uint32_t       n = (uint32_t)smaller(c->batch_left, target_run(c->target, y));

        if (c->route.direct) {
            status = write_rows_directly(c, c->batch, row_bytes, y, n);
        } else {
            const sample_rows samples =
                take_samples(c, c->batch, row_bytes, c->plan->png.width, n, y == 0);

            n = samples.count;
            status = write_rows(c, &samples, y);
        }
        c->batch += n * (row_bytes + 1);
        c->batch_left -= n;
        c->y += n;
        if (!status)
            status = hand_on(c, c->y);
    }
    if (c->batch_left == 0)
        keep_prior(c, row_bytes);
    return status;
}

/* The rows from y on will be written next: downwards in memory, or upwards. */
static void fetch_rows(conversion *c, uint32_t y)
{
    const uint8_t *row = target_row(c->target, y);
    const bool     up = c->target->step < 0;

    inflate_fetch(c->scanlines.inflater, up ? row - c->target->step : row, up);
}

static png2bmp_status next_batch(conversion *c, size_t row_bytes)
{
    size_t         count;
    png2bmp_status status;

    if (c->fetches)
        fetch_rows(c, c->y);
    status = scanlines_next(&c->scanlines, row_bytes, c->plan->png.height - c->y, c->y, &c->batch,
                            &count);
    c->batch_left = (uint32_t)count;
    return status;
}

static png2bmp_status convert_batch(conversion *c, size_t row_bytes)
{
    const png2bmp_status status = c->batch_left ? PNG2BMP_OK : next_batch(c, row_bytes);

    return status ? status : write_batch(c, row_bytes);
}

/* A long scanline is written to the BMP, or to the scratch row, over the one above it. */
static png2bmp_status convert_long_row(conversion *c, size_t row_bytes)
{
    const uint32_t y = c->y;
    uint8_t       *dst = c->route.direct ? target_row(c->target, y) : c->scratch;
    const uint8_t *above = c->route.direct ? row_above(c, y) : y > 0 ? c->scratch : NULL;
    png2bmp_status status = long_row_read(&c->long_row, dst, row_bytes, above, y);

    if (status)
        return status;
    status = c->route.direct ? finish_rows(c, y, 1) : write_rows(c, &(sample_rows){dst, 0, 1}, y);
    c->y++;
    return status ? status : hand_on(c, c->y);
}

static png2bmp_status convert_sequential(conversion *c)
{
    const size_t   row_bytes = (size_t)c->route.row_bytes;
    png2bmp_status status = PNG2BMP_OK;

    while (c->y < c->plan->png.height && !status)
        status = row_bytes > c->route.held_bytes ? convert_long_row(c, row_bytes)
                                                 : convert_batch(c, row_bytes);
    return status;
}

/* ---- Adam7, and rows that become columns ------------------------------------ */

/* Where the pixels of one row of a pass go, from pixel x of it on. The target is upside down if the
 * image is flipped. */
static turn_places places_of(const conversion *c, const adam7_pass *pass, uint32_t y, uint32_t x)
{
    const image_turn *turn = &c->plan->turn;
    const uint32_t    column = pass->x0 + x * pass->dx, row = pass->y0 + y * pass->dy;
    turn_places       to;

    if (turn->transposes)
        to = (turn_places){.row = target_row(c->target, column),
                           .row_step = (ptrdiff_t)pass->dx * c->target->step,
                           .x = row};
    else
        to = (turn_places){
            .row = target_row(c->target, row), .x = column, .x_step = (ptrdiff_t)pass->dx};
    if (turn->flops) {
        to.x = (ptrdiff_t)c->plan->bmp.width - 1 - to.x;
        to.x_step = -to.x_step;
    }
    return to;
}

/* Where a row is one piece, rows_write has just asked for as many pixels. */
static void scatter(conversion *c, const uint8_t *pixels, const adam7_pass *pass, uint32_t y)
{
    const unsigned bits = c->plan->bmp.bits_per_pixel;

    for (uint32_t x = 0; x < pass->width; x += CANCEL_PIXELS) {
        const uint32_t    count = (uint32_t)smaller(pass->width - x, CANCEL_PIXELS);
        const turn_places to = places_of(c, pass, y, x);

        if (pass->width > CANCEL_PIXELS && cancel_before(c->cancel, count))
            return;
        turn_scatter(&to, pixels + (size_t)(x / 8) * bits, count, bits);
    }
}

/* Whether the pixels of the pass are side by side in the BMP. */
static bool fills_rows(const conversion *c, const adam7_pass *pass)
{
    return pass->dx == 1 && !c->plan->turn.transposes && !c->plan->turn.flops;
}

/* Writes one row of a pass to its places in the BMP. */
static void write_pass_row(conversion *c, const uint8_t *samples, const adam7_pass *pass,
                           uint32_t row)
{
    if (fills_rows(c, pass)) {
        rows_write(&c->writer, target_row(c->target, pass->y0 + row * pass->dy), samples,
                   pass->width);
        return;
    }
    rows_write(&c->writer, c->row_apart, samples, pass->width);
    if (!was_cancelled(c->cancel))
        scatter(c, c->row_apart, pass, row);
}

static png2bmp_status write_pass_rows(conversion *c, const sample_rows *from,
                                      const adam7_pass *pass, uint32_t y)
{
    const uint8_t *samples = from->at;
    png2bmp_status status = PNG2BMP_OK;

    for (uint32_t i = 0; i < from->count && !status; i++, samples += from->pitch) {
        if (c->watch_indices)
            status = check_indices(c, samples, pass->width);
        write_pass_row(c, samples, pass, y + i);
        if (!status)
            status = c->writer.failed;
    }
    return status;
}

static png2bmp_status write_pass_batch(conversion *c, const uint8_t *rows, size_t row_bytes,
                                       const adam7_pass *pass, uint32_t y, size_t count)
{
    const uint32_t end = y + (uint32_t)count;
    png2bmp_status status = PNG2BMP_OK;

    while (y < end && !status) {
        const sample_rows samples = take_samples(c, rows, row_bytes, pass->width, end - y, y == 0);

        status = write_pass_rows(c, &samples, pass, y);
        rows += samples.count * (row_bytes + 1);
        y += samples.count;
        c->rows_done += samples.count;
    }
    keep_prior(c, row_bytes);
    return status;
}

static png2bmp_status convert_pass_batch(conversion *c, size_t row_bytes, const adam7_pass *pass)
{
    const uint8_t *rows;
    size_t         count;
    png2bmp_status status =
        scanlines_next(&c->scanlines, row_bytes, pass->height - c->y, c->y, &rows, &count);

    if (!status)
        status = write_pass_batch(c, rows, row_bytes, pass, c->y, count);
    c->y += (uint32_t)count;
    return status;
}

static png2bmp_status convert_long_pass_row(conversion *c, size_t row_bytes, const adam7_pass *pass)
{
    const uint32_t y = c->y;
    png2bmp_status status =
        long_row_read(&c->long_row, c->scratch, row_bytes, y > 0 ? c->scratch : NULL, y);

    if (status)
        return status;
    status = write_pass_rows(c, &(sample_rows){c->scratch, 0, 1}, pass, y);
    c->y++;
    c->rows_done += !status;
    return status;
}

static png2bmp_status convert_pass(conversion *c, const adam7_pass *pass)
{
    const size_t   row_bytes = (size_t)png_scanline_bytes(pass->width, &c->plan->png);
    png2bmp_status status = PNG2BMP_OK;

    while (c->y < pass->height && !status)
        status = row_bytes > c->route.held_bytes ? convert_long_pass_row(c, row_bytes, pass)
                                                 : convert_pass_batch(c, row_bytes, pass);
    return status;
}

/* Writes what the passes do not: padding, and the unused bits of a last byte. */
static void clear_target(conversion *c)
{
    const png2bmp_plan *const plan = c->plan;
    row_target *const         target = c->target;
    cancel_check *const       cancel = c->cancel;

    for (uint32_t y = 0; y < plan->bmp.height; y++) {
        if (cancel_before(cancel, plan->bmp.width))
            return;
        if (plan->bmp.bits_per_pixel < 8)
            memset(target_row(target, y), 0, (size_t)plan->bmp.stride);
        else
            bmp_clear_padding(plan, target_row(target, y));
    }
}

/* An image that is not interlaced is one pass. */
static adam7_pass pass_of(const conversion *c)
{
    const png2bmp_png_info *png = &c->plan->png;

    if (png->interlaced)
        return adam7_pass_of(c->pass, png->width, png->height);
    return (adam7_pass){.dx = 1, .dy = 1, .width = png->width, .height = png->height};
}

static png2bmp_status convert_scattered(conversion *c)
{
    const unsigned passes = c->plan->png.interlaced ? ADAM7_PASSES : 1;
    png2bmp_status status = PNG2BMP_OK;

    while (c->pass < passes && !status) {
        const adam7_pass pass = pass_of(c);

        if (pass.width > 0)
            status = convert_pass(c, &pass);
        if (!status) {
            c->pass++;
            c->y = 0;
        }
    }
    return status;
}

/* ---- All of it -------------------------------------------------------------- */

/* The places of all rows are there. */
static png2bmp_status begin(conversion *c)
{
    c->is_begun = true;
    target_poison(c->target, false);
    if (!c->route.scatters)
        return PNG2BMP_OK;
    clear_target(c);
    return c->plan->options.salvage ? salvage_all(c->plan, c->target, c->cancel) : PNG2BMP_OK;
}

static png2bmp_status convert_all(conversion *c)
{
    png2bmp_status status = wait_if_paused(c);
    png2bmp_status flushed;

    if (!status && !c->is_begun)
        status = begin(c);
    if (!status)
        status = c->route.scatters ? convert_scattered(c) : convert_sequential(c);
    flushed = rows_flush(&c->writer);
    if (flushed)
        status = flushed;
    if (!status)
        status = scanlines_finish(&c->scanlines);
    /* What was cut short may have ended in any way. */
    return cancel_status(c->cancel) ? PNG2BMP_ERR_CANCELLED : status;
}

/* ---- Damage ------------------------------------------------------------------ */

/* The rows that are missing. */
static png2bmp_status fill(conversion *c)
{
    png2bmp_status status = PNG2BMP_OK;

    while (!status && c->filler.y < c->plan->bmp.height) {
        status = salvage_row(&c->filler, c->target);
        if (!status)
            status = wait_if_paused(c);
    }
    return status == STATUS_WAITING ? status : salvage_finish(&c->filler, status);
}

static png2bmp_status begin_to_fill(conversion *c)
{
    png2bmp_status status;

    c->is_damaged = true;
    status = salvage_open(&c->filler, c->plan, c->rows_done, c->cancel);
    return status ? status : fill(c);
}

/* Adds to the error how many rows there are; with `salvage` keeps them, if there are any,
 * and makes the error a warning. */
static png2bmp_status settle_damage(conversion *c, png2bmp_status status)
{
    const png2bmp_png_info *png = &c->plan->png;
    png2bmp_report         *report = c->scanlines.file->report;
    const char *const       unit = png->interlaced ? "scanlines of the passes" : "rows";
    const unsigned all = png->interlaced ? adam7_scanlines(png->width, png->height) : png->height;

    if (!salvage_is_damage(status) || c->target->failed)
        return status;
    report_add(report, "; %u of %u %s were decoded", (unsigned)c->rows_done, all, unit);
    if (!c->plan->options.salvage || c->rows_done == 0)
        return status;
    report_forget_error(report);
    status =
        report_warning(report, c->plan->options.strict, PNG2BMP_ERR_SALVAGED,
                       "%u of %u %s were decoded: the rest is filled with the background colour",
                       (unsigned)c->rows_done, all, unit);
    if (status || c->route.scatters) /* filled before */
        return status;
    return begin_to_fill(c);
}

png2bmp_status conversion_go_on(conversion *c)
{
    return c->is_damaged ? fill(c) : settle_damage(c, convert_all(c));
}
