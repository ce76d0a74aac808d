#include "few_colors.h"

/* Where the colour is in the table, or the free slot for it. */
static unsigned slot_of(const few_colors *set, uint32_t color)
{
    unsigned slot = (color * 2654435761u) >> 22; /* D. Knuth's multiplier */

    while (set->slots[slot] != 0 && set->colors[set->slots[slot] - 1] != color)
        slot = (slot + 1) % FEW_COLORS_SLOTS;
    return slot;
}

static bool add(few_colors *set, uint32_t color, unsigned most)
{
    const unsigned slot = slot_of(set, color);

    if (set->slots[slot])
        return true;
    if (set->count == most)
        return false;
    set->colors[set->count++] = color;
    set->slots[slot] = (uint16_t)set->count;
    return true;
}

static inline uint32_t color_of(const uint8_t *p, unsigned channels)
{
    const uint32_t rgb = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

    return channels == 4 ? rgb << 8 | p[3] : rgb;
}

static inline bool add_all(few_colors *set, const uint8_t *samples, size_t pixels,
                           unsigned channels, unsigned most)
{
    uint32_t last = 0;

    for (size_t i = 0; i < pixels; i++, samples += channels) {
        const uint32_t color = color_of(samples, channels);

        if (i > 0 && color == last)
            continue;
        last = color;
        if (!add(set, color, most))
            return false;
    }
    return true;
}

bool few_colors_add(few_colors *set, const uint8_t *samples, size_t pixels, unsigned channels,
                    unsigned most)
{
    return channels == 4 ? add_all(set, samples, pixels, 4, most)
                         : add_all(set, samples, pixels, 3, most);
}
