/* Raw pixels to BMP rows: like convert.c, but without decoding. */
#include "encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "plan/route.h"
#include "rows.h"

typedef struct encoding {
    const png2bmp_plan   *plan;
    const png2bmp_pixels *pixels;
    row_target           *target;
    cancel_check         *cancel;
    row_writer            writer;
    void                 *memory; /* the writer's, and one row with slack */
    uint8_t              *slack_row;
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
                    .row_bytes = (size_t)pixels->width * pixels->channels};
    e->memory = malloc((size_t)route_memory_of_samples(plan, &steps));
    if (!e->memory)
        return false;
    e->slack_row = (uint8_t *)e->memory + steps.memory;
    rows_open(&e->writer, plan, &steps, kernels_for(plan->options.cpu), e->memory, cancel);
    return true;
}

/* Row y, followed by KERNEL_SLACK readable bytes: in place, or copied near the end of the caller's
 * memory. */
static const uint8_t *samples_of(encoding *e, uint32_t y)
{
    const size_t at = y * e->pixels->stride;

    if (e->pixels->size - at >= e->row_bytes + KERNEL_SLACK)
        return e->pixels->data + at;
    memcpy(e->slack_row, e->pixels->data + at, e->row_bytes);
    return e->slack_row;
}

static png2bmp_status write_rows(encoding *e)
{
    const uint32_t height = e->plan->png.height;
    png2bmp_status status = PNG2BMP_OK, flushed;

    for (uint32_t y = 0; y < height && !status; y++) {
        uint8_t *dst = target_row(e->target, y);

        rows_write(&e->writer, dst, samples_of(e, y), e->pixels->width);
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
