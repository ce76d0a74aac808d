#include "row_choice.h"

/* Whether indices can represent the image: one value per pixel, and no more than 256 colours after
 * blending. A 16-bit gray key is one colour too many. */
static bool has_own_palette(const png2bmp_plan *plan)
{
    const png2bmp_png_info *png = &plan->png;

    if (png->color_type == PNG2BMP_GRAY)
        return png->bit_depth < 16 || !png->has_key || plan->options.alpha == PNG2BMP_ALPHA_DROP;
    return png->color_type == PNG2BMP_PALETTE;
}

palette_kind colors_kind(const png2bmp_plan *plan)
{
    const palette_kind kind = format_of(plan->bmp.format)->palette;

    if (kind == PALETTE_OF_IMAGE &&
        (plan->options.palette_entries || plan->options.colors || !has_own_palette(plan)))
        return PALETTE_GIVEN;
    return kind;
}

bool colors_are_matched(const png2bmp_plan *plan)
{
    return colors_kind(plan) == PALETTE_GIVEN ||
           (plan->options.palette_entries > 0 && format_of(plan->bmp.format)->takes_palette);
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

static bool keeps_alpha(const png2bmp_plan *plan)
{
    return format_of(plan->bmp.format)->keeps_alpha;
}

bool row_blends(const png2bmp_plan *plan)
{
    return !keeps_alpha(plan) && plan->options.alpha != PNG2BMP_ALPHA_DROP;
}

bool row_needs_alpha(const png2bmp_plan *plan)
{
    const bool has_channel =
        plan->png.color_type == PNG2BMP_GRAY_ALPHA || plan->png.color_type == PNG2BMP_RGB_ALPHA;

    return plan->options.alpha == PNG2BMP_ALPHA_KEY && has_channel && !keeps_alpha(plan);
}

bool row_key_matters(const png2bmp_plan *plan)
{
    return plan->png.has_key && (keeps_alpha(plan) || row_blends(plan));
}

static bool wants_luma(const png2bmp_plan *plan)
{
    const second_step step = format_of(plan->bmp.format)->step;

    return step == STEP_LUMA || step == STEP_BITS;
}

/* Whether the samples are already luma, of one byte or two. */
static bool is_luma(const png2bmp_plan *plan)
{
    return plan->png.color_type == PNG2BMP_GRAY && plan->png.bit_depth >= 8 &&
           !row_key_matters(plan);
}

/* Indices of the same depth are copied; others are expanded to bytes first. */
static row_kind kind_of_indices(const png2bmp_plan *plan, const row_choice *choice)
{
    const unsigned depth = plan->png.bit_depth;

    if (depth == plan->bmp.bits_per_pixel && depth < 8)
        return depth == 1 ? ROW_index1_to_index1 : ROW_index4_to_index4;
    return (row_kind)choice->indexed;
}

row_kind row_kind_of(const png2bmp_plan *plan)
{
    const row_choice *choice = row_choices;

    while (choice->color_type != plan->png.color_type || choice->bit_depth != plan->png.bit_depth)
        choice++;
    if (keeps_alpha(plan) || row_needs_alpha(plan))
        return (row_kind)choice->bgra32;
    if (colors_kind(plan) == PALETTE_OF_IMAGE)
        return kind_of_indices(plan, choice);
    if (wants_luma(plan) && is_luma(plan))
        return (row_kind)choice->indexed;
    /* An image without alpha needs no blending; a palette is blended in the table. */
    if (plan->options.alpha == PNG2BMP_ALPHA_DROP || !plan->png.has_alpha)
        return (row_kind)choice->drop;
    return (row_kind)choice->blend;
}
