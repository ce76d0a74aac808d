#include "weigh.h"

#include <string.h>

static int32_t weigh(const int16_t *samples, const int16_t *weights, size_t count)
{
    int32_t sum = 0;

    for (size_t i = 0; i < count / WEIGH_TAPS * WEIGH_TAPS; i++)
        sum += samples[i] * weights[i];
    return sum;
}

void weigh_across_c(int16_t *dst, const int16_t *line, const weights_span *columns,
                    const int16_t *weights, size_t taps, size_t count)
{
    for (size_t i = 0; i < count; i++, weights += taps)
        dst[i] = (int16_t)((weigh(line + columns[i].first, weights, taps) + (1 << 14)) >> 15);
}

static int32_t within(int32_t light)
{
    return light < 0 ? 0 : light > WEIGH_ONE ? WEIGH_ONE : light;
}

void weigh_down_c(int32_t *sums, const int16_t *rows, size_t pitch, const int16_t *weights,
                  size_t row_count, size_t count)
{
    memset(sums, 0, count * sizeof *sums);
    for (size_t k = 0; k < row_count; k++, rows += pitch)
        for (size_t x = 0; x < count; x++)
            sums[x] += weights[k] * rows[x];
    for (size_t x = 0; x < count; x++)
        sums[x] = within(sums[x]);
}
