#include "background.h"

#include "bmp/colors.h"
#include "steps.h"

bool background_is_hole(const png2bmp_plan *plan)
{
    return pixel_way_has_holes(&plan->options);
}

png2bmp_plan background_of(const png2bmp_plan *plan)
{
    const pixel_way way = pixel_way_of(plan);
    png2bmp_plan    background = *plan;

    background.png.bit_depth = 8;
    background.png.color_type = background_is_hole(plan) ? PNG2BMP_RGB_ALPHA : PNG2BMP_RGB;
    background.options.uncached = false;
    background.space.is_used = false;
    background.png.has_key = false;
    background.png.has_alpha = background_is_hole(plan);
    if (way.palette == PALETTE_OF_IMAGE) {
        uint8_t bgr[256][4];

        colors_palette(bgr, plan, &way);
        background.options.palette_entries = (uint16_t)plan->bmp.palette_entries;
        for (unsigned i = 0; i < plan->bmp.palette_entries; i++)
            for (unsigned channel = 0; channel < 3; channel++)
                background.options.palette[i][channel] = bgr[i][2 - channel];
    }
    return background;
}

uint64_t background_line_bytes(const png2bmp_plan *plan)
{
    return (background_is_hole(plan) ? 4 : 3) * (uint64_t)plan->bmp.width + KERNEL_SLACK;
}

uint64_t background_memory(const png2bmp_plan *plan)
{
    const png2bmp_plan background = background_of(plan);

    return steps_of(&background).memory + background_line_bytes(plan);
}
