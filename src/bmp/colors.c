#include "colors.h"

#include "colour/space.h"
#include "format.h"
#include "pixel_way.h"
#include "pixels/pixel.h"

/* No 16-bit sample equals it. */
#define NO_KEY 0x10000u

/* R G B A of one gray level or palette index. */
static void stored_color(uint8_t rgba[4], const png2bmp_plan *plan, unsigned i)
{
    const png2bmp_png_info *png = &plan->png;

    if (png->color_type == PNG2BMP_PALETTE) {
        memcpy(rgba, png->palette[i], 4);
    } else {
        memset(rgba, (int)(i * 255 / ((1u << png->bit_depth) - 1)), 3);
        rgba[3] = png->has_key && i == png->key[0] ? 0 : 255;
    }
    if (plan->space.is_used)
        memcpy(rgba, plan->space.stored[i], 3);
}

/* The colour on the background: blended, or one of the two. */
static uint8_t onto(const png2bmp_options *options, uint8_t color, uint8_t alpha,
                    uint8_t background)
{
    if (options->alpha != PNG2BMP_ALPHA_KEY)
        return blend8(color, alpha, background);
    return alpha >= options->alpha_threshold ? color : background;
}

static void prepare_lut(row_context *context, const png2bmp_plan *plan, bool blend)
{
    const unsigned entries = 1u << plan->png.bit_depth;

    for (unsigned i = 0; i < entries; i++) {
        uint8_t *entry = context->lut[i];
        uint8_t  rgba[4];

        stored_color(rgba, plan, i);
        if (!blend || rgba[3] == 255) {
            store4(entry, rgba[2], rgba[1], rgba[0], rgba[3]);
            continue;
        }
        for (unsigned channel = 0; channel < 3; channel++)
            entry[channel] =
                onto(&plan->options, rgba[2 - channel], rgba[3], context->background[channel]);
        entry[3] = 255;
    }
}

/* One entry for each value of eight bits. */
static void gray_ramp(uint8_t (*palette)[4])
{
    for (unsigned i = 0; i < 256; i++)
        store4(palette[i], (uint8_t)i, (uint8_t)i, (uint8_t)i, 255);
}

void colors_prepare(row_context *context, const png2bmp_plan *plan, const pixel_way *way)
{
    for (unsigned i = 0; i < 3; i++) {
        context->background[i] = plan->options.background[2 - i];
        context->key[i] = way->key_matters ? plan->png.key[i] : NO_KEY;
    }
    context->truncate16 = plan->options.depth16 == PNG2BMP_DEPTH16_TRUNCATE;
    if (space_is_stored(&plan->png))
        prepare_lut(context, plan, way->blends);
}

/* The number of gray levels or indices, including those without an entry, which are black. */
static size_t own_entries(const png2bmp_png_info *png)
{
    const size_t all = (size_t)1 << png->bit_depth;

    return png->color_type == PNG2BMP_PALETTE ? smaller(all, png->palette_entries) : all;
}

void colors_palette(uint8_t (*palette)[4], const png2bmp_plan *plan, const pixel_way *way)
{
    row_context context;

    memset(palette, 0, 4 * (size_t)plan->bmp.palette_entries);
    switch (way->palette) {
    case PALETTE_NONE:
        break;
    case PALETTE_BLACK_WHITE:
        store4(palette[0], 0, 0, 0, 255);
        store4(palette[1], 255, 255, 255, 255);
        break;
    case PALETTE_GRAYS:
        gray_ramp(palette);
        break;
    case PALETTE_GIVEN:
        for (unsigned i = 0; i < plan->options.palette_entries; i++)
            for (unsigned channel = 0; channel < 3; channel++)
                palette[i][channel] = plan->options.palette[i][2 - channel];
        for (unsigned channel = 0; way->has_key && channel < 3; channel++)
            palette[plan->options.key_index][channel] = plan->options.background[2 - channel];
        break;
    case PALETTE_OF_IMAGE:
        colors_prepare(&context, plan, way);
        if (space_is_stored(&plan->png))
            memcpy(palette, context.lut, 4 * (size_t)own_entries(&plan->png));
        else
            gray_ramp(palette);
        break;
    }
}
