#include "resized.h"

#include <stdlib.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "plan/route.h"
#include "plan/sizes.h"

static png2bmp_status write_row(void *user, const uint8_t *row, uint32_t y)
{
    resized_rows *const r = user;
    uint8_t *const      dst = target_row(r->to, y);
    png2bmp_status      status;

    target_expect(r->to, y, 1);
    rows_write(&r->writer, dst, row, r->plan->bmp.width);
    bmp_clear_padding(r->plan, dst);
    status = rows_hand_on(&r->writer, r->to, y + 1);
    return !status && r->file->pauses ? STATUS_WAITING : status;
}

png2bmp_status resized_go_on(resized_rows *r)
{
    while (r->left > 0) {
        const png2bmp_status status =
            r->is_read ? resize_go_on(&r->resizer, r->next) : resize_row(&r->resizer, r->next);

        r->is_read = true;
        if (status)
            return status;
        r->is_read = false;
        r->next += r->first.bmp.stride;
        r->left--;
    }
    return PNG2BMP_OK;
}

static png2bmp_status resize_strip(row_target *from, uint32_t first_row, uint32_t rows)
{
    resized_rows *const r = (resized_rows *)from;

    (void)first_row;
    r->next = r->top;
    r->left = rows;
    return resized_go_on(r);
}

static bool comes_in_order(const resized_rows *r)
{
    return r->from.rows < r->first.bmp.height;
}

png2bmp_status resized_open(resized_rows *r, const png2bmp_plan *sized, const png2bmp_plan *plan,
                            row_target *to, const png_file *file, bool flips)
{
    const resize_spec  spec = sizes_spec(sized);
    const row_steps    steps = steps_of(plan);
    const sizes_layout l = sizes_layout_of(sized, plan);
    const kernels     *kernels = kernels_for(plan->options.cpu);
    uint8_t           *memory = malloc((size_t)sizes_layout_bytes(&l));

    r->memory = memory;
    if (!memory)
        return report_plain_error(file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    r->first = sizes_first(sized);
    r->plan = plan;
    r->to = to;
    r->file = file;
    r->left = 0;
    r->is_read = r->is_whole = false;
    cancel_ask(file->cancel);
    resize_open(&r->resizer, &spec, kernels, memory, write_row, r, file->cancel);
    rows_open(&r->writer, plan, &steps, kernels, memory + l.resizer, file->cancel);
    r->top = memory + l.resizer + l.writer;
    r->from = target_at(r->top, l.rows, &r->first, flips);
    if (comes_in_order(r))
        r->from.flush = resize_strip;
    target_poison(to, false);
    return cancel_status(file->cancel);
}

void resized_close(resized_rows *r)
{
    free(r->memory);
    r->memory = NULL;
}

png2bmp_status resized_finish(resized_rows *r)
{
    png2bmp_status status = PNG2BMP_OK, flushed;

    if (!comes_in_order(r) && !r->is_whole) {
        r->is_whole = true;
        status = resize_strip(&r->from, 0, r->from.rows);
    }
    if (status == STATUS_WAITING)
        return status;
    flushed = rows_flush(&r->writer);
    if (!status)
        status = cancel_status(r->file->cancel);
    return status ? status : flushed;
}
