/* Raw pixels to BMP rows: like convert.c, but without decoding. */
#include "encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "pixels/turned.h"
#include "plan/route.h"
#include "rows.h"

/* Of a row, between two questions whether to go on: less than CANCEL_PIXELS of all raw rows. */
#define GATHER_PIXELS 4096u

typedef struct encoding {
    const png2bmp_plan   *plan;
    const png2bmp_pixels *pixels;
    row_target           *target;
    cancel_check         *cancel;
    row_writer            writer;
    image_turn            turn;
    void                 *memory; /* the writer's, and raw rows */
    uint8_t              *rows;
    raw_rows              raw;
    size_t                row_bytes;
} encoding;

static bool open_encoding(encoding *e, const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                          row_target *target, cancel_check *cancel)
{
    const row_steps steps = steps_of(plan);

    *e = (encoding){.plan = plan,
                    .pixels = pixels,
                    .target = target,
                    .cancel = cancel,
                    .turn = plan->turn,
                    .raw = route_raw_rows(plan),
                    .row_bytes = (size_t)pixels->width * pixels->channels};
    e->memory = malloc((size_t)route_memory_of_samples(plan, &steps));
    if (!e->memory)
        return false;
    e->rows = (uint8_t *)e->memory + steps.memory;
    rows_open(&e->writer, plan, &steps, kernels_for(plan->options.cpu), e->memory, cancel);
    return true;
}

static const uint8_t *reversed(encoding *e, const uint8_t *row)
{
    const uint32_t width = e->pixels->width;

    for (uint32_t x = 0; x < width; x += CANCEL_PIXELS) {
        const uint32_t count = (uint32_t)smaller(width - x, CANCEL_PIXELS);

        if (cancel_before(e->cancel, count))
            break;
        turn_reverse(e->rows, row, width, 8 * e->pixels->channels, x, count);
    }
    return e->rows;
}

/* The row at `at`, followed by KERNEL_SLACK readable bytes: in place, or copied near the end of the
 * caller's memory. */
static const uint8_t *samples_at(encoding *e, size_t at)
{
    const uint8_t *const row = e->pixels->data + at;

    if (e->turn.flops)
        return reversed(e, row);
    if (e->pixels->size - at >= e->row_bytes + KERNEL_SLACK)
        return row;
    memcpy(e->rows, row, e->row_bytes);
    return e->rows;
}

/* Rows y to y + count - 1 of an image whose columns they are. */
static void gather(encoding *e, uint32_t y, uint32_t count)
{
    const png2bmp_pixels *pixels = e->pixels;
    const ptrdiff_t       channels = (ptrdiff_t)pixels->channels;
    const ptrdiff_t       stride = pixels->height > 1 ? (ptrdiff_t)pixels->stride : 0;
    const uint32_t        column = e->turn.flips ? pixels->width - 1 - y : y;
    const uint32_t        top = e->turn.flops ? pixels->height - 1 : 0;
    const uint8_t *const  first = pixels->data + top * stride + column * channels;
    turn_columns          from = {.down = e->turn.flops ? -stride : stride,
                                  .across = e->turn.flips ? -channels : channels,
                                  .pixel_bytes = pixels->channels};

    for (uint32_t x = 0; x < pixels->height; x += GATHER_PIXELS) {
        const uint32_t width = (uint32_t)smaller(pixels->height - x, GATHER_PIXELS);

        if (cancel_before(e->cancel, (size_t)width * count))
            return;
        from.src = first + (ptrdiff_t)x * from.down;
        turn_gather(e->rows + (size_t)x * pixels->channels, (size_t)e->raw.pitch, count, &from,
                    width);
    }
}

/* Row y of the turned image. */
static const uint8_t *samples_of(encoding *e, uint32_t y)
{
    const uint32_t height = e->plan->bmp.height, in_rows = y % e->raw.count;

    if (!e->turn.transposes)
        return samples_at(e, (e->turn.flips ? height - 1 - y : y) * e->pixels->stride);
    if (in_rows == 0)
        gather(e, y, (uint32_t)smaller(height - y, e->raw.count));
    return e->rows + in_rows * (size_t)e->raw.pitch;
}

static png2bmp_status write_rows(encoding *e)
{
    const uint32_t height = e->plan->bmp.height, width = e->plan->bmp.width;
    png2bmp_status status = PNG2BMP_OK, flushed;

    for (uint32_t y = 0; y < height && !status; y++) {
        uint8_t *dst = target_row(e->target, y);

        target_expect(e->target, y, 1);
        rows_write(&e->writer, dst, samples_of(e, y), width);
        bmp_clear_padding(e->plan, dst);
        status = rows_hand_on(&e->writer, e->target, y + 1);
    }
    flushed = rows_flush(&e->writer);
    if (!status)
        status = cancel_status(e->cancel);
    return status ? status : flushed;
}

png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, cancel_check *cancel)
{
    png2bmp_status status;
    encoding       e;

    if (!open_encoding(&e, plan, pixels, target, cancel))
        return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    target_poison(target, false);
    cancel_ask(cancel);
    status = write_rows(&e);
    free(e.memory);
    return status;
}
