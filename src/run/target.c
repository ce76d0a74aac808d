#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/report.h"
#include "fresh.h"
#include "plan/cache.h"
#include "plan/route.h"

/* Of fresh memory, about so many bytes are provided at once. */
#define STRETCH (512u * 1024)

/* `uncached` says that it is not. */
static bool is_fresh(uint8_t *base, uint64_t size, const png2bmp_plan *plan)
{
    return FRESH_IS_KNOWN && !plan->options.uncached && size >= CACHE_CONCERNS_FROM &&
           fresh_is(base, (size_t)size);
}

row_target target_at(uint8_t *base, uint32_t rows, const png2bmp_plan *plan, bool flips)
{
    const ptrdiff_t stride = (ptrdiff_t)plan->bmp.stride;
    row_target      target = {.top = base, .step = stride, .rows = rows};

    target.height = plan->bmp.height;
    target.is_fresh = is_fresh(base, rows * plan->bmp.stride, plan);
    if (plan->options.top_down == flips) {
        target.top += (rows - 1) * stride;
        target.step = -stride;
    }
    return target;
}

row_target target_to_place(const png2bmp_plan *plan, uint8_t *above)
{
    return (row_target){.step = (ptrdiff_t)plan->bmp.stride,
                        .height = plan->bmp.height,
                        .is_placed = true,
                        .above = above};
}

uint8_t *target_row(const row_target *target, uint32_t y)
{
#ifdef PNG2BMP_POISON
    if (y >= target->gone + (uint64_t)target->rows) /* where another row waits to leave */
        abort();
#endif
    return target->top + (ptrdiff_t)((y - target->first) % target->rows) * target->step;
}

static size_t stride_of(const row_target *target)
{
    return (size_t)(target->step < 0 ? -target->step : target->step);
}

static void provide(row_target *target, uint32_t y, uint32_t rows)
{
    const uint32_t lowest = target->step < 0 ? y + rows - 1 : y;

    fresh_provide(target->top + (ptrdiff_t)lowest * target->step, rows * stride_of(target));
    target->provided = y + rows;
}

void target_expect(row_target *target, uint32_t y, uint32_t rows)
{
    const uint32_t end = y + rows;
    uint32_t       from = target->provided;
    size_t         count;

    if (!FRESH_IS_KNOWN || !target->is_fresh || end <= from || end > target->rows)
        return;
    count = STRETCH / stride_of(target);
    if (count < end - from)
        count = end - from;
    provide(target, from, (uint32_t)smaller(count, target->rows - from));
}

uint32_t target_run(const row_target *target, uint32_t y)
{
    const uint32_t left = target->rows - (y - target->first) % target->rows;
    const uint32_t half = target->rows > 1 ? target->rows / 2 : 1;

    return target->flush && !target->is_placed && half < left ? half : left;
}

bool target_is_due(const row_target *target, uint32_t end)
{
    return target->flush && ((end - target->first) % target->rows == 0 || end == target->height);
}

png2bmp_status target_leave(row_target *target, uint32_t whole)
{
    target->whole = whole;
    return target_is_due(target, whole) ? target_leave_early(target) : PNG2BMP_OK;
}

png2bmp_status target_leave_early(row_target *target)
{
    const uint32_t first = target->gone, whole = target->whole;
    png2bmp_status status;

    if (whole == first)
        return PNG2BMP_OK;
    if (target->above)
        memcpy(target->above, target_row(target, whole - 1), (size_t)target->step);
    target->gone = whole;
    status = target->flush(target, first, whole - first);
    target->failed = status && status != STATUS_WAITING; /* which the sink asked for */
    return status;
}

#ifdef PNG2BMP_POISON
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define HAS_MSAN
#endif
#endif

/* MemorySanitizer knows better than a pattern what was not written. */
static void poison(uint8_t *row, size_t size)
{
#ifdef HAS_MSAN
    __msan_allocated_memory(row, size);
#else
    memset(row, 0xb7, size);
#endif
}

void target_poison(const row_target *target, bool keeps_last)
{
    const size_t   stride = stride_of(target);
    const uint32_t before = target->gone + target->rows - 1;

    if (target->is_placed && target->gone != target->first) /* the places have left */
        return;
    for (uint32_t i = 0; i < target->rows; i++)
        if (!keeps_last || i != before % target->rows)
            poison(target->top + (ptrdiff_t)i * target->step, stride);
}
#else
void target_poison(const row_target *target, bool keeps_last)
{
    (void)target;
    (void)keeps_last;
}
#endif

void target_place(row_target *target, const byte_room *room)
{
    const size_t rows = room->size / (size_t)target->step;

    target->top = room->at;
    target->first = target->gone;
    target->rows = rows < target->height ? (uint32_t)rows : target->height;
    target_poison(target, false);
}

uint32_t target_strip_rows(const png2bmp_plan *plan, uint64_t bytes)
{
    const uint64_t rows = bytes / plan->bmp.stride;
    const uint32_t least = plan->bmp.stride > LONG_ROW ? 1 : 2;

    if (rows >= plan->bmp.height || least >= plan->bmp.height)
        return plan->bmp.height;
    return rows < least ? least : (uint32_t)rows;
}

target_strip target_strip_of(const row_target *target, const png2bmp_plan *plan, uint32_t first_row,
                             uint32_t rows)
{
    const uint8_t *bytes = target->top;
    uint32_t       row_in_file = first_row;

    if (target->step < 0) {
        bytes += (ptrdiff_t)(rows - 1) * target->step;
        row_in_file = plan->bmp.height - first_row - rows;
    }
    return (target_strip){bytes, (size_t)(rows * plan->bmp.stride),
                          plan->bmp.header_length + row_in_file * plan->bmp.stride};
}
