#include "cgbi.h"

bool cgbi_has_own_samples(const png2bmp_png_info *png)
{
    return png->is_cgbi && png->bit_depth == 8 &&
           (png->color_type == PNG2BMP_RGB || png->color_type == PNG2BMP_RGB_ALPHA);
}

static void swap_red_and_blue(uint8_t *pixel)
{
    const uint8_t first = pixel[0];

    pixel[0] = pixel[2];
    pixel[2] = first;
}

/* The colour that gives `sample` when it is multiplied by alpha; a sample greater than alpha gives
 * the maximum. */
static uint8_t divide(unsigned sample, unsigned alpha)
{
    const unsigned color = alpha ? (sample * 255 + alpha / 2) / alpha : 0;

    return (uint8_t)(color < 255 ? color : 255);
}

void cgbi_restore(uint8_t *samples, size_t width, const png2bmp_png_info *png)
{
    const size_t channels = png->color_type == PNG2BMP_RGB ? 3 : 4;

    for (size_t x = 0; x < width; x++, samples += channels) {
        swap_red_and_blue(samples);
        for (size_t i = 0; channels == 4 && i < 3; i++)
            samples[i] = divide(samples[i], samples[3]);
    }
}
