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

png2bmp_status target_filled(row_target *target, uint32_t end, uint32_t height)
{
    const uint32_t rows = (end - 1) % target->rows + 1;

    if (!target->flush || (rows < target->rows && end < height))
        return PNG2BMP_OK;
    return target->flush(target, end - rows, rows);
}
