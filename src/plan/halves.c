#include "halves.h"

#include "bmp/bmp.h"
#include "bmp/pixel_way.h"
#include "turn.h"

bool halves_choose_colors(const png2bmp_plan *plan)
{
    return palette_kind_of(plan) == PALETTE_GIVEN && plan->options.palette_entries == 0;
}

bool halves_are_needed(const png2bmp_plan *plan)
{
    return halves_choose_colors(plan) || (!turn_keeps_order(plan) && pixel_way_of(plan).in_order);
}

bool halves_meet_in_gray(const png2bmp_plan *plan)
{
    return format_of(plan->bmp.format)->step == STEP_BITS;
}

/* Transparent pixels are not blended, nor are missing rows: they get an entry or a colour of their
 * own. */
bool halves_meet_in_alpha(const png2bmp_plan *plan)
{
    return pixel_way_has_holes(&plan->options) && (plan->png.has_alpha || plan->options.salvage);
}

png2bmp_plan halves_first(const png2bmp_plan *plan)
{
    png2bmp_plan         first = *plan;
    const png2bmp_format format = halves_meet_in_gray(plan)    ? PNG2BMP_FORMAT_GRAY8
                                  : halves_meet_in_alpha(plan) ? PNG2BMP_FORMAT_RAW_RGBA
                                                               : PNG2BMP_FORMAT_RAW_RGB;

    first.options.top_down = true;
    first.options.colors = 0;
    first.options.palette_entries = 0;
    first.options.has_seen = false;
    first.options.uncached = false;
    first.bmp = bmp_layout(format, plan->bmp.width, plan->bmp.height, 8, &first.options);
    return first;
}

png2bmp_plan halves_second(const png2bmp_plan *plan)
{
    png2bmp_plan      second = *plan;
    png2bmp_png_info *png = &second.png;

    png->bit_depth = 8;
    png->color_type = halves_meet_in_gray(plan)    ? PNG2BMP_GRAY
                      : halves_meet_in_alpha(plan) ? PNG2BMP_RGB_ALPHA
                                                   : PNG2BMP_RGB;
    png->interlaced = png->has_key = false;
    png->has_alpha = halves_meet_in_alpha(plan);
    png->palette_entries = 0;
    turn_settle(&second);
    second.has_all_pixels = true;
    second.space.is_used = false;
    if (halves_choose_colors(plan))
        second.options.palette_entries = (uint16_t)plan->bmp.palette_entries;
    return second;
}

uint64_t halves_bytes(const png2bmp_plan *plan)
{
    const png2bmp_plan first = halves_first(plan);

    return first.bmp.stride * first.bmp.height;
}

uint64_t halves_opaque_bytes(const png2bmp_plan *plan)
{
    return 3 * (uint64_t)plan->png.width * plan->png.height;
}
