#include "png_size.h"

#include "adam7.h"

unsigned png_bits_per_pixel(const png2bmp_png_info *png)
{
    static const uint8_t channels[] = {
        [PNG2BMP_GRAY] = 1,       [PNG2BMP_RGB] = 3,       [PNG2BMP_PALETTE] = 1,
        [PNG2BMP_GRAY_ALPHA] = 2, [PNG2BMP_RGB_ALPHA] = 4,
    };

    return (unsigned)channels[png->color_type] * png->bit_depth;
}

uint64_t png_scanline_bytes(uint32_t width, const png2bmp_png_info *png)
{
    return ((uint64_t)width * png_bits_per_pixel(png) + 7) / 8;
}

uint64_t png_all_scanlines_bytes(const png2bmp_png_info *png)
{
    uint64_t total = 0;

    if (!png->interlaced)
        return (png_scanline_bytes(png->width, png) + 1) * png->height;
    for (unsigned i = 0; i < ADAM7_PASSES; i++) {
        const adam7_pass pass = adam7_pass_of(i, png->width, png->height);

        if (pass.width > 0)
            total += (png_scanline_bytes(pass.width, png) + 1) * pass.height;
    }
    return total;
}
