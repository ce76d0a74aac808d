/* Raw pixels to BMP rows: like convert.c, but without decoding. */
#include "convert.h"

#include <stdlib.h>
#include <string.h>

#include "bmp.h"
#include "levels.h"
#include "report.h"
#include "route.h"
#include "rows.h"

/* `cancelled` is called once per this many bytes of rows. */
#define BATCH_BYTES (256 * 1024)

typedef struct encoding {
    const png2bmp_plan   *plan;
    const png2bmp_pixels *pixels;
    row_target           *target;
    row_writer            writer;
    void                 *memory; /* the writer's, and one row with slack */
    uint8_t              *slack_row;
    size_t                row_bytes;
} encoding;

static bool open_encoding(encoding *e, const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                          row_target *target)
{
    const row_steps steps = steps_of(plan);

    *e = (encoding){.plan = plan,
                    .pixels = pixels,
                    .target = target,
                    .row_bytes = (size_t)pixels->width * pixels->channels};
    e->memory = malloc((size_t)route_memory_of_samples(plan, &steps));
    if (!e->memory)
        return false;
    e->slack_row = (uint8_t *)e->memory + steps.memory;
    rows_open(&e->writer, plan, &steps, kernels_for(plan->options.cpu), e->memory);
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

static png2bmp_status write_rows(encoding *e, uint32_t y, uint32_t end)
{
    png2bmp_status status = PNG2BMP_OK;

    for (; y < end && !status; y++) {
        uint8_t *dst = target_row(e->target, y);

        rows_write(&e->writer, dst, samples_of(e, y), e->pixels->width);
        bmp_clear_padding(e->plan, dst);
        status = rows_hand_on(&e->writer, e->target, y + 1);
    }
    return status;
}

png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, const png2bmp_control *control,
                           png2bmp_report *report)
{
    const uint32_t height = plan->png.height;
    png2bmp_status status = PNG2BMP_OK;
    uint32_t       batch, y = 0;
    encoding       e;

    if (!open_encoding(&e, plan, pixels, target))
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    target_poison(target, false);
    batch = (uint32_t)(BATCH_BYTES / e.row_bytes) + 1;
    while (y < height && !status) {
        const uint32_t end = height - y < batch ? height : y + batch;

        if (control && control->cancelled && control->cancelled(control->user))
            status = report_plain_error(report, PNG2BMP_ERR_CANCELLED);
        else
            status = write_rows(&e, y, end);
        y = end;
    }
    rows_flush(&e.writer);
    free(e.memory);
    return status;
}
