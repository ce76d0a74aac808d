#include "key.h"

#include <string.h>

#include "base/report.h"
#include "bmp/pixel_way.h"

/* Of options.palette, the first of the background's colour; palette_entries: there is none. */
static unsigned entry_of_background(const png2bmp_options *options)
{
    unsigned i = 0;

    while (i < options->palette_entries && memcmp(options->palette[i], options->background, 3) != 0)
        i++;
    return i;
}

/* Without a wish it is needed only where it has an effect. */
static bool is_reserved(const png2bmp_plan *plan)
{
    const png2bmp_options *options = &plan->options;
    const bool             has_background = entry_of_background(options) < options->palette_entries;

    if (options->alpha != PNG2BMP_ALPHA_KEY || options->key_index == PNG2BMP_KEY_NONE)
        return false;
    if (palette_kind_of(plan) != PALETTE_GIVEN && options->palette_entries == 0)
        return false;
    return options->key_index != PNG2BMP_KEY_ANY || plan->png.has_alpha || has_background;
}

unsigned key_entries(const png2bmp_plan *plan)
{
    const png2bmp_options *options = &plan->options;
    const unsigned given = options->palette_entries ? options->palette_entries : options->colors;
    unsigned       key = options->key_index;

    if (!is_reserved(plan) || key == PNG2BMP_KEY_LAST || given == 0)
        return given;
    if (key == PNG2BMP_KEY_ANY)
        key = options->palette_entries ? entry_of_background(options) : 0;
    return key < given ? given : key + 1;
}

static unsigned index_of(const png2bmp_options *options, unsigned room)
{
    if (options->key_index == PNG2BMP_KEY_LAST)
        return room - 1;
    if (options->key_index != PNG2BMP_KEY_ANY)
        return options->key_index;
    return options->palette_entries ? entry_of_background(options) : 0;
}

/* Whether the key is a colour of a format that has no palette. */
static bool is_color(const png2bmp_plan *plan)
{
    return plan->options.alpha == PNG2BMP_ALPHA_KEY && plan->options.palette_entries == 0 &&
           palette_kind_of(plan) == PALETTE_NONE;
}

/* Opaque pixels need a colour. */
static bool has_other_colors(const png2bmp_options *options, unsigned key)
{
    for (unsigned i = 0; i < options->palette_entries; i++)
        if (i != key && memcmp(options->palette[i], options->background, 3) != 0)
            return true;
    return options->palette_entries == 0;
}

png2bmp_status key_settle(png2bmp_plan *plan, png2bmp_report *report)
{
    png2bmp_options *const options = &plan->options;
    const unsigned         bits = plan->bmp.bits_per_pixel;
    const unsigned         room = bits < 8 ? 1u << bits : 256;
    unsigned               key;

    if (!is_reserved(plan)) {
        if (options->key_index != PNG2BMP_KEY_ANY || !is_color(plan))
            options->key_index = PNG2BMP_KEY_NONE;
        return PNG2BMP_OK;
    }
    key = index_of(options, room);
    if (key >= room)
        return report_error(report, PNG2BMP_ERR_OPTION,
                            "the palette has no room for the background's colour, which "
                            "transparent pixels get: leave one out; of 'indexed', 'keyIndex' "
                            "replaces one, below %u",
                            room);
    if (!has_other_colors(options, key))
        return report_error(report, PNG2BMP_ERR_OPTION,
                            "the palette has no colour besides that of the background, which only "
                            "transparent pixels get");
    if (options->palette_entries > 0)
        memcpy(options->palette[key], options->background, 3);
    options->key_index = (uint16_t)key;
    return PNG2BMP_OK;
}
