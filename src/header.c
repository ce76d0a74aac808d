#include "header.h"

#include "bmp.h"
#include "colors.h"

void header_write(uint8_t *dst, const png2bmp_plan *plan)
{
    uint8_t palette[256][4];

    if (plan->bmp.palette_entries > 0) {
        row_context context;

        colors_prepare(&context, plan);
        colors_palette(palette, &context, plan);
    }
    bmp_write_header(dst, plan, palette);
}
