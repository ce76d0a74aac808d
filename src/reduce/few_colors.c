#include "few_colors.h"

#include "base/bytes.h"

static bool has(const few_colors *set, uint32_t color)
{
    const unsigned upper = set->upper[color >> 16], lower = set->lower[color & 0xffff];

    return set->pairs[upper][lower / 64] >> (lower % 64) & 1;
}

static unsigned number_of(uint16_t *half, unsigned *count)
{
    if (*half == 0) {
        ++*count;
        *half = (uint16_t)*count;
    }
    return *half;
}

static bool add(few_colors *set, uint32_t color, unsigned most)
{
    unsigned upper, lower;

    if (has(set, color))
        return true;
    if (set->count == most)
        return false;
    upper = number_of(&set->upper[color >> 16], &set->uppers);
    lower = number_of(&set->lower[color & 0xffff], &set->lowers);
    set->pairs[upper][lower / 64] |= UINT64_C(1) << (lower % 64);
    set->colors[set->count++] = color;
    return true;
}

static inline uint32_t color_of(const uint8_t *p, unsigned channels)
{
    const uint32_t rgb = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

    return channels == 4 ? rgb << 8 | p[3] : rgb;
}

static inline size_t add_all(few_colors *set, const uint8_t *samples, size_t pixels,
                             unsigned channels, unsigned most)
{
    uint32_t last = 0;

    for (size_t i = 0; i < pixels; i++, samples += channels) {
        const uint32_t color = color_of(samples, channels);

        if (i > 0 && color == last)
            continue;
        last = color;
        if (!add(set, color, most))
            return i;
    }
    return pixels;
}

size_t few_colors_add(few_colors *set, const uint8_t *samples, size_t pixels, unsigned channels,
                      unsigned most, cancel_check *cancel)
{
    for (size_t done = 0; done < pixels; done += CANCEL_PIXELS) {
        const uint8_t *const from = samples + done * channels;
        const size_t         count = smaller(pixels - done, CANCEL_PIXELS);

        size_t added;

        if (cancel_before(cancel, count))
            return done;
        added =
            channels == 4 ? add_all(set, from, count, 4, most) : add_all(set, from, count, 3, most);
        if (added < count)
            return done + added;
    }
    return pixels;
}
