#include "header.h"

#include "bmp.h"
#include "colors.h"

void header_write(uint8_t *dst, const png2bmp_plan *plan)
{
    const pixel_way way = pixel_way_of(plan);
    uint8_t         palette[256][4];

    if (plan->bmp.palette_entries > 0)
        colors_palette(palette, plan, &way);
    bmp_write_header(dst, plan, palette);
}
