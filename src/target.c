#include "target.h"

row_target target_at(uint8_t *base, uint32_t rows, const png2bmp_plan *plan)
{
    const ptrdiff_t stride = (ptrdiff_t)plan->bmp.stride;

    if (plan->options.top_down)
        return (row_target){.top = base, .step = stride, .rows = rows};
    return (row_target){.top = base + (rows - 1) * stride, .step = -stride, .rows = rows};
}

uint8_t *target_row(const row_target *target, uint32_t y)
{
    return target->top + (ptrdiff_t)(y % target->rows) * target->step;
}

uint32_t target_run(const row_target *target, uint32_t y)
{
    const uint32_t left = target->rows - y % target->rows;
    const uint32_t half = target->rows > 1 ? target->rows / 2 : 1;

    return target->flush && half < left ? half : left;
}

bool target_is_due(const row_target *target, uint32_t end, uint32_t height)
{
    return target->flush && (end % target->rows == 0 || end == height);
}

png2bmp_status target_filled(row_target *target, uint32_t end, uint32_t height)
{
    const uint32_t rows = (end - 1) % target->rows + 1;

    if (!target_is_due(target, end, height))
        return PNG2BMP_OK;
    return target->flush(target, end - rows, rows);
}

uint32_t target_strip_rows(const png2bmp_plan *plan, uint64_t bytes)
{
    const uint64_t rows = bytes / plan->bmp.stride;

    if (rows >= plan->png.height)
        return plan->png.height;
    return rows < 2 ? 2 : (uint32_t)rows;
}

target_strip target_strip_of(const row_target *target, const png2bmp_plan *plan, uint32_t first_row,
                             uint32_t rows)
{
    const uint8_t *bytes = target->top;
    uint32_t       row_in_file = first_row;

    if (target->step < 0) {
        bytes += (ptrdiff_t)(rows - 1) * target->step;
        row_in_file = plan->png.height - first_row - rows;
    }
    return (target_strip){bytes, (size_t)(rows * plan->bmp.stride),
                          plan->bmp.header_length + row_in_file * plan->bmp.stride};
}
