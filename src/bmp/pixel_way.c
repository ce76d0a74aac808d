#include "pixel_way.h"

#include <string.h>

#include "colour/space.h"
#include "colour/to_srgb.h"

/* A 16-bit gray key is one colour too many. */
bool has_own_palette(const png2bmp_plan *plan)
{
    const png2bmp_png_info *png = &plan->png;

    if (png->color_type == PNG2BMP_GRAY)
        return png->bit_depth < 16 || !png->has_key || plan->options.alpha == PNG2BMP_ALPHA_DROP;
    return png->color_type == PNG2BMP_PALETTE;
}

static palette_kind palette_of(const format_row *format, const png2bmp_plan *plan)
{
    if (format->palette == PALETTE_OF_IMAGE &&
        (plan->options.palette_entries || plan->options.colors || !has_own_palette(plan)))
        return PALETTE_GIVEN;
    return format->palette;
}

palette_kind palette_kind_of(const png2bmp_plan *plan)
{
    return palette_of(format_of(plan->bmp.format), plan);
}

/* One line for each colour type and depth of the PNG specification (table 11.1). The plan refuses
 * kinds that are missing here (an indexed BMP of an RGB image). */
typedef struct row_choice {
    uint8_t color_type, bit_depth;
    uint8_t blend, drop, bgra32, indexed; /* row_kind; BGR24 with alpha blended or dropped */
} row_choice;

static const row_choice row_choices[] = {
    {PNG2BMP_GRAY, 1, ROW_lut1_to_bgr24, ROW_lut1_to_bgr24, ROW_lut1_to_bgra32,
     ROW_index1_to_index8},
    {PNG2BMP_GRAY, 2, ROW_lut2_to_bgr24, ROW_lut2_to_bgr24, ROW_lut2_to_bgra32,
     ROW_index2_to_index8},
    {PNG2BMP_GRAY, 4, ROW_lut4_to_bgr24, ROW_lut4_to_bgr24, ROW_lut4_to_bgra32,
     ROW_index4_to_index8},
    {PNG2BMP_GRAY, 8, ROW_lut8_to_bgr24, ROW_gray8_to_bgr24, ROW_lut8_to_bgra32,
     ROW_index8_to_index8},
    {PNG2BMP_GRAY, 16, ROW_gray16_key_to_bgr24, ROW_gray16_key_to_bgr24, ROW_gray16_key_to_bgra32,
     ROW_gray16_to_index8},
    {PNG2BMP_RGB, 8, ROW_rgb8_key_to_bgr24, ROW_rgb8_to_bgr24, ROW_rgb8_key_to_bgra32, ROW_COUNT},
    {PNG2BMP_RGB, 16, ROW_rgb16_key_to_bgr24, ROW_rgb16_key_to_bgr24, ROW_rgb16_key_to_bgra32,
     ROW_COUNT},
    {PNG2BMP_PALETTE, 1, ROW_lut1_to_bgr24, ROW_lut1_to_bgr24, ROW_lut1_to_bgra32,
     ROW_index1_to_index8},
    {PNG2BMP_PALETTE, 2, ROW_lut2_to_bgr24, ROW_lut2_to_bgr24, ROW_lut2_to_bgra32,
     ROW_index2_to_index8},
    {PNG2BMP_PALETTE, 4, ROW_lut4_to_bgr24, ROW_lut4_to_bgr24, ROW_lut4_to_bgra32,
     ROW_index4_to_index8},
    {PNG2BMP_PALETTE, 8, ROW_lut8_to_bgr24, ROW_lut8_to_bgr24, ROW_lut8_to_bgra32,
     ROW_index8_to_index8},
    {PNG2BMP_GRAY_ALPHA, 8, ROW_gray_alpha8_blend_to_bgr24, ROW_gray_alpha8_drop_to_bgr24,
     ROW_gray_alpha8_to_bgra32, ROW_COUNT},
    {PNG2BMP_GRAY_ALPHA, 16, ROW_gray_alpha16_blend_to_bgr24, ROW_gray_alpha16_drop_to_bgr24,
     ROW_gray_alpha16_to_bgra32, ROW_COUNT},
    {PNG2BMP_RGB_ALPHA, 8, ROW_rgba8_blend_to_bgr24, ROW_rgba8_drop_to_bgr24, ROW_rgba8_to_bgra32,
     ROW_COUNT},
    {PNG2BMP_RGB_ALPHA, 16, ROW_rgba16_blend_to_bgr24, ROW_rgba16_drop_to_bgr24,
     ROW_rgba16_to_bgra32, ROW_COUNT},
};

/* Whether the table of gray levels or palette entries converts to sRGB. */
static bool is_converted_in_table(const png2bmp_plan *plan)
{
    return plan->space.is_used && space_is_stored(&plan->png);
}

/* Whether the samples are already luma, of one byte or two. */
static bool is_luma(const png2bmp_plan *plan, const pixel_way *way)
{
    const png2bmp_png_info *png = &plan->png;

    return !is_converted_in_table(plan) && png->color_type == PNG2BMP_GRAY && png->bit_depth >= 8 &&
           !way->key_matters;
}

/* Indices of the same depth are copied; others are expanded to bytes first. */
static row_kind kind_of_indices(const png2bmp_plan *plan, const row_choice *choice)
{
    const unsigned depth = plan->png.bit_depth;

    if (depth == plan->bmp.bits_per_pixel && depth < 8)
        return depth == 1 ? ROW_index1_to_index1 : ROW_index4_to_index4;
    return (row_kind)choice->indexed;
}

/* The type of the samples that become pixels. */
static png2bmp_color_type color_type_of(const png2bmp_plan *plan, const pixel_way *way)
{
    return way->converts ? srgb_color_type(&plan->png, way->key_matters) : plan->png.color_type;
}

static row_kind first_of(const png2bmp_plan *plan, const pixel_way *way)
{
    const second_step        step = way->format->step;
    const png2bmp_color_type type = color_type_of(plan, way);
    const row_choice        *choice = row_choices;

    while (choice->color_type != type || choice->bit_depth != way->depth)
        choice++;
    if (way->format->keeps_alpha || way->needs_alpha)
        return (row_kind)choice->bgra32;
    if (way->palette == PALETTE_OF_IMAGE)
        return kind_of_indices(plan, choice);
    if ((step == STEP_LUMA || step == STEP_BITS) && is_luma(plan, way))
        return (row_kind)choice->indexed;
    if (is_converted_in_table(plan))
        return (row_kind)choice->blend;
    /* An image without alpha needs no blending; a palette is blended in the table. */
    if (plan->options.alpha == PNG2BMP_ALPHA_DROP || !plan->png.has_alpha)
        return (row_kind)choice->drop;
    return (row_kind)choice->blend;
}

static png2bmp_dither dither_of(const png2bmp_plan *plan, const pixel_way *way)
{
    if (plan->options.dither != PNG2BMP_DITHER_DEFAULT)
        return plan->options.dither;
    if (way->is_exact)
        return PNG2BMP_DITHER_NONE;
    return way->matched || way->format->step == STEP_BITS ? PNG2BMP_DITHER_FLOYD_STEINBERG
                                                          : PNG2BMP_DITHER_NONE;
}

/* The step that the format, or else options and image, require. */
static second_step second_of(const png2bmp_plan *plan, const pixel_way *way)
{
    const second_step step = way->format->step;
    const unsigned    bits = plan->bmp.bits_per_pixel;

    if (way->matched)
        return STEP_MATCH;
    if (step == STEP_LEVELS && way->dither != PNG2BMP_DITHER_NONE)
        return STEP_DITHER;
    if (way->palette == PALETTE_OF_IMAGE && bits < 8 && bits != plan->png.bit_depth)
        return STEP_PACK;
    if (step == STEP_NONE && (way->needs_alpha || way->watches_key))
        return STEP_KEY;
    /* auto may have chosen a format without alpha */
    if (step == STEP_NONE && plan->options.alpha == PNG2BMP_ALPHA_PREMULTIPLY && bits == 32)
        return STEP_PREMULTIPLY;
    return step;
}

typedef struct grays {
    bool are_all; /* the palette that is given has no other colours */
    int  step;    /* how far apart they are in samples, if they are evenly spread */
} grays;

static grays grays_of(const png2bmp_options *options)
{
    bool there[256] = {false};
    int  least = 255, most = 0, count = 0;

    for (unsigned i = 0; i < options->palette_entries; i++) {
        const uint8_t *rgb = options->palette[i];

        if (options->key_index < 256 && memcmp(rgb, options->background, 3) == 0)
            continue; /* no pixel is matched with it */
        if (rgb[0] != rgb[1] || rgb[1] != rgb[2])
            return (grays){false, 0};
        least = rgb[0] < least ? rgb[0] : least;
        most = rgb[0] > most ? rgb[0] : most;
        count += !there[rgb[0]];
        there[rgb[0]] = true;
    }
    return (grays){count > 0, count > 1 ? (most - least) / (count - 1) : 0};
}

static bool is_linear(const png2bmp_options *options, const pixel_way *way)
{
    if (way->dither == PNG2BMP_DITHER_NONE)
        return false;
    if (options->light != PNG2BMP_LIGHT_DEFAULT)
        return options->light == PNG2BMP_LIGHT_LINEAR;
    return way->matched && options->has_seen;
}

/* Whether 16 bits become 8 when they are converted: the row would only round them. */
static bool narrows(const png2bmp_plan *plan, const pixel_way *way)
{
    return way->converts && way->to_srgb == SRGB_rgb16 &&
           plan->options.depth16 != PNG2BMP_DEPTH16_TRUNCATE && srgb_is_narrowed_well(&plan->space);
}

bool pixel_way_has_holes(const png2bmp_options *options)
{
    return options->alpha == PNG2BMP_ALPHA_KEY && options->key_index != PNG2BMP_KEY_NONE;
}

pixel_way pixel_way_of(const png2bmp_plan *plan)
{
    const png2bmp_options  *options = &plan->options;
    const png2bmp_png_info *png = &plan->png;
    const format_row       *format = format_of(plan->bmp.format);
    const bool              has_channel =
        png->color_type == PNG2BMP_GRAY_ALPHA || png->color_type == PNG2BMP_RGB_ALPHA;
    pixel_way way = {.format = format, .palette = palette_of(format, plan)};
    bool      keeps_holes;

    way.matched =
        way.palette == PALETTE_GIVEN || (options->palette_entries > 0 && format->takes_palette);
    way.has_key = way.matched && options->key_index < 256;
    way.is_exact = way.matched && options->exact;
    if (way.matched && options->colors == 0) {
        const grays grays = grays_of(options);

        way.gray_step = grays.step;
        way.in_gray = grays.are_all && !way.is_exact && png->color_type != PNG2BMP_GRAY;
    }
    way.watches_key = pixel_way_has_holes(options) && format->palette == PALETTE_NONE &&
                      (format->step == STEP_NONE || format->step == STEP_LEVELS) &&
                      !format->keeps_alpha && !way.matched;
    keeps_holes = (way.has_key || way.watches_key) && png->has_alpha;
    way.blends = !format->keeps_alpha && !keeps_holes && options->alpha != PNG2BMP_ALPHA_DROP;
    way.needs_alpha =
        options->alpha == PNG2BMP_ALPHA_KEY && !format->keeps_alpha && (has_channel || keeps_holes);
    way.key_matters = png->has_key && (format->keeps_alpha || way.needs_alpha || way.blends);
    way.converts = space_converts_samples(plan);
    way.to_srgb = srgb_kind_of(png, way.key_matters);
    way.depth = png->bit_depth;
    if (narrows(plan, &way)) {
        way.to_srgb = SRGB_rgb16_to_rgb8;
        way.depth = 8;
    }
    way.first = first_of(plan, &way);
    way.dither = dither_of(plan, &way);
    way.is_linear = is_linear(options, &way);
    way.second = second_of(plan, &way);
    way.in_order = way.second == STEP_BITS || way.second == STEP_MATCH || way.second == STEP_DITHER;
    return way;
}
