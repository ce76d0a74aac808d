/* Samples in, one BMP row out, in plain C: the portable path, and the definition
 * that the faster functions in x86/ and arm/ are held to. */
#include "pixels.h"

#include <string.h>

#include "format.h"

/* No 16-bit sample equals it. */
#define NO_KEY 0x10000u

/* ---- One pixel ---------------------------------------------------------- */

/* round((c * a + bg * (255 - a)) / 255); 255 is odd, so there is no exact half. */
static uint8_t blend8(unsigned c, unsigned a, unsigned bg)
{
    return (uint8_t)((c * a + bg * (255 - a) + 127) / 255);
}

/* The same at 16 bits; the sum is at most 65535 * 65535 + 32767, below 2^32. */
static uint32_t blend16(uint32_t c, uint32_t a, uint32_t bg)
{
    return (c * a + bg * (65535 - a) + 32767) / 65535;
}

/* (v * 255 + 32767) / 65535 without a division: equal for all 65536 values, as
 * test/c/check_kernels.c shows. Or the high byte. */
static uint8_t reduce16(uint32_t v, bool truncate)
{
    return (uint8_t)(truncate ? v >> 8 : (v * 255 + 32895) >> 16);
}

/* 16-bit samples are big-endian: PNG specification, section 7.1. */
static uint32_t load16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static void store3(uint8_t *dst, const uint8_t *bgr)
{
    dst[0] = bgr[0];
    dst[1] = bgr[1];
    dst[2] = bgr[2];
}

static void store4(uint8_t *dst, uint8_t b, uint8_t g, uint8_t r, uint8_t a)
{
    dst[0] = b;
    dst[1] = g;
    dst[2] = r;
    dst[3] = a;
}

/* Pixel x of a row packed 8 / depth to the byte, leftmost in the high bits:
 * PNG specification, section 7.2. */
static unsigned packed_sample(const uint8_t *src, size_t x, unsigned depth)
{
    const size_t   per_byte = 8 / depth;
    const unsigned shift = (unsigned)(per_byte - 1 - x % per_byte) * depth;

    return (unsigned)src[x / per_byte] >> shift & ((1u << depth) - 1);
}

/* ---- Gray levels and palette indices, through the table ------------------ */

static void lut_to_bgr24(uint8_t *dst, const uint8_t *src, size_t width, const row_context *context,
                         unsigned depth)
{
    for (size_t x = 0; x < width; x++)
        store3(dst + 3 * x, context->lut[packed_sample(src, x, depth)]);
}

static void lut_to_bgra32(uint8_t *dst, const uint8_t *src, size_t width,
                          const row_context *context, unsigned depth)
{
    for (size_t x = 0; x < width; x++)
        memcpy(dst + 4 * x, context->lut[packed_sample(src, x, depth)], 4);
}

#define DEFINE_LUT_ROWS(depth)                                                                     \
    void row_lut##depth##_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,               \
                                     const row_context *context)                                   \
    {                                                                                              \
        lut_to_bgr24(dst, src, width, context, depth);                                             \
    }                                                                                              \
    void row_lut##depth##_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,              \
                                      const row_context *context)                                  \
    {                                                                                              \
        lut_to_bgra32(dst, src, width, context, depth);                                            \
    }
DEFINE_LUT_ROWS(1)
DEFINE_LUT_ROWS(2)
DEFINE_LUT_ROWS(4)
DEFINE_LUT_ROWS(8)
#undef DEFINE_LUT_ROWS

void row_gray8_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                          const row_context *context)
{
    (void)context;
    for (size_t x = 0; x < width; x++)
        memset(dst + 3 * x, src[x], 3);
}

/* ---- Indices stay indices ------------------------------------------------ */

void row_index1_to_index1_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    const size_t bytes = (width + 7) / 8;

    (void)context;
    memcpy(dst, src, bytes);
    if (width % 8)
        dst[bytes - 1] &= (uint8_t)(0xff00 >> width % 8);
}

static void index_to_index8(uint8_t *dst, const uint8_t *src, size_t width, unsigned depth)
{
    for (size_t x = 0; x < width; x++)
        dst[x] = (uint8_t)packed_sample(src, x, depth);
}

void row_index2_to_index8_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    (void)context;
    index_to_index8(dst, src, width, 2);
}

void row_index4_to_index8_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    (void)context;
    index_to_index8(dst, src, width, 4);
}

void row_index8_to_index8_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    (void)context;
    memcpy(dst, src, width);
}

/* ---- Gray, 16 bit -------------------------------------------------------- */

void row_gray16_to_index8_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    for (size_t x = 0; x < width; x++)
        dst[x] = reduce16(load16(src + 2 * x), context->truncate16);
}

void row_gray16_key_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    for (size_t x = 0; x < width; x++) {
        const uint32_t v = load16(src + 2 * x);

        if (v == context->key[0])
            store3(dst + 3 * x, context->background);
        else
            memset(dst + 3 * x, reduce16(v, context->truncate16), 3);
    }
}

void row_gray16_key_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                                const row_context *context)
{
    for (size_t x = 0; x < width; x++) {
        const uint32_t v = load16(src + 2 * x);
        const uint8_t  gray = reduce16(v, context->truncate16);

        store4(dst + 4 * x, gray, gray, gray, v == context->key[0] ? 0 : 255);
    }
}

/* ---- RGB ----------------------------------------------------------------- */

static bool is_key8(const uint8_t *rgb, const row_context *context)
{
    return rgb[0] == context->key[0] && rgb[1] == context->key[1] && rgb[2] == context->key[2];
}

static bool is_key16(const uint8_t *rgb, const row_context *context)
{
    return load16(rgb) == context->key[0] && load16(rgb + 2) == context->key[1] &&
           load16(rgb + 4) == context->key[2];
}

void row_rgb8_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width, const row_context *context)
{
    (void)context;
    for (size_t x = 0; x < width; x++, src += 3, dst += 3) {
        dst[0] = src[2];
        dst[1] = src[1];
        dst[2] = src[0];
    }
}

void row_rgb8_key_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                             const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 3, dst += 3) {
        if (is_key8(src, context))
            store3(dst, context->background);
        else
            row_rgb8_to_bgr24_c(dst, src, 1, context);
    }
}

void row_rgb8_key_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                              const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 3, dst += 4)
        store4(dst, src[2], src[1], src[0], is_key8(src, context) ? 0 : 255);
}

void row_rgb16_key_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                              const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 6, dst += 3) {
        if (is_key16(src, context)) {
            store3(dst, context->background);
        } else {
            dst[0] = reduce16(load16(src + 4), context->truncate16);
            dst[1] = reduce16(load16(src + 2), context->truncate16);
            dst[2] = reduce16(load16(src), context->truncate16);
        }
    }
}

void row_rgb16_key_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 6, dst += 4)
        store4(dst, reduce16(load16(src + 4), context->truncate16),
               reduce16(load16(src + 2), context->truncate16),
               reduce16(load16(src), context->truncate16), is_key16(src, context) ? 0 : 255);
}

/* ---- Alpha, 8 bit -------------------------------------------------------- */

void row_gray_alpha8_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                      const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 2, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend8(src[0], src[1], context->background[i]);
    }
}

void row_gray_alpha8_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                     const row_context *context)
{
    (void)context;
    for (size_t x = 0; x < width; x++)
        memset(dst + 3 * x, src[2 * x], 3);
}

void row_gray_alpha8_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                                 const row_context *context)
{
    (void)context;
    for (size_t x = 0; x < width; x++, src += 2, dst += 4)
        store4(dst, src[0], src[0], src[0], src[1]);
}

void row_rgba8_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 4, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend8(src[2 - i], src[3], context->background[i]);
    }
}

void row_rgba8_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    for (size_t x = 0; x < width; x++)
        row_rgb8_to_bgr24_c(dst + 3 * x, src + 4 * x, 1, context);
}

void row_rgba8_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                           const row_context *context)
{
    (void)context;
    for (size_t x = 0; x < width; x++, src += 4, dst += 4)
        store4(dst, src[2], src[1], src[0], src[3]);
}

/* ---- Alpha, 16 bit: blended at 16 bits, then reduced --------------------- */

static uint8_t blend16_reduced(const uint8_t *c, uint32_t a, uint8_t background,
                               const row_context *context)
{
    return reduce16(blend16(load16(c), a, background * 257u), context->truncate16);
}

void row_gray_alpha16_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                       const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 4, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend16_reduced(src, load16(src + 2), context->background[i], context);
    }
}

void row_gray_alpha16_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                      const row_context *context)
{
    for (size_t x = 0; x < width; x++)
        memset(dst + 3 * x, reduce16(load16(src + 4 * x), context->truncate16), 3);
}

void row_gray_alpha16_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                                  const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 4, dst += 4) {
        const uint8_t gray = reduce16(load16(src), context->truncate16);

        store4(dst, gray, gray, gray, reduce16(load16(src + 2), context->truncate16));
    }
}

void row_rgba16_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                 const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend16_reduced(src + 2 * (2 - i), load16(src + 6), context->background[i],
                                     context);
    }
}

void row_rgba16_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = reduce16(load16(src + 2 * (2 - i)), context->truncate16);
    }
}

void row_rgba16_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 4)
        store4(dst, reduce16(load16(src + 4), context->truncate16),
               reduce16(load16(src + 2), context->truncate16),
               reduce16(load16(src), context->truncate16),
               reduce16(load16(src + 6), context->truncate16));
}

/* ---- Which function does it ---------------------------------------------- */

/* One line for each colour type and depth of the PNG specification (table 11.1).
 * A kind that is not there (an indexed BMP of colours) is refused by the plan. */
typedef struct row_choice {
    uint8_t color_type, bit_depth;
    uint8_t blend, drop, bgra32, indexed; /* row_kind; BGR24 with alpha blended or dropped */
} row_choice;

static const row_choice row_choices[] = {
    {PNG2BMP_GRAY, 1, ROW_lut1_to_bgr24, ROW_lut1_to_bgr24, ROW_lut1_to_bgra32,
     ROW_index1_to_index1},
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
     ROW_index1_to_index1},
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

static bool blends(const png2bmp_plan *plan)
{
    return !keeps_alpha(plan) && plan->options.alpha == PNG2BMP_ALPHA_BLEND;
}

/* Whether the transparent colour changes what is written. */
static bool key_matters(const png2bmp_plan *plan)
{
    return plan->png.has_key && (keeps_alpha(plan) || blends(plan));
}

static bool wants_luma(const png2bmp_plan *plan)
{
    const second_step step = format_of(plan->bmp.format)->step;

    return step == STEP_LUMA || step == STEP_BITS;
}

/* Whether the samples are luma already, one byte of it or two. */
static bool is_luma(const png2bmp_plan *plan)
{
    return plan->png.color_type == PNG2BMP_GRAY && plan->png.bit_depth >= 8 && !key_matters(plan);
}

row_kind pixels_row_kind(const png2bmp_plan *plan)
{
    const row_choice *choice = row_choices;

    while (choice->color_type != plan->png.color_type || choice->bit_depth != plan->png.bit_depth)
        choice++;
    if (keeps_alpha(plan))
        return (row_kind)choice->bgra32;
    if (format_of(plan->bmp.format)->palette == PALETTE_OF_IMAGE ||
        (wants_luma(plan) && is_luma(plan)))
        return (row_kind)choice->indexed;
    /* An image without alpha has no blending to do; a palette is blended in the table. */
    if (plan->options.alpha == PNG2BMP_ALPHA_DROP || !plan->png.has_alpha)
        return (row_kind)choice->drop;
    return (row_kind)choice->blend;
}

/* ---- The context --------------------------------------------------------- */

/* R G B A of one gray level or palette index. */
static void stored_color(uint8_t rgba[4], const png2bmp_png_info *png, unsigned i)
{
    if (png->color_type == PNG2BMP_PALETTE) {
        memcpy(rgba, png->palette[i], 4);
    } else {
        memset(rgba, (int)(i * 255 / ((1u << png->bit_depth) - 1)), 3);
        rgba[3] = png->has_key && i == png->key[0] ? 0 : 255;
    }
}

static void prepare_lut(row_context *context, const png2bmp_plan *plan)
{
    const bool     blend = blends(plan);
    const unsigned entries = 1u << plan->png.bit_depth;

    for (unsigned i = 0; i < entries; i++) {
        uint8_t *entry = context->lut[i];
        uint8_t  rgba[4];

        stored_color(rgba, &plan->png, i);
        for (unsigned channel = 0; channel < 3; channel++)
            entry[channel] = blend
                                 ? blend8(rgba[2 - channel], rgba[3], context->background[channel])
                                 : rgba[2 - channel];
        entry[3] = blend ? 255 : rgba[3];
    }
}

/* One entry for each level that eight bits have. */
static void gray_ramp(uint8_t (*palette)[4])
{
    for (unsigned i = 0; i < 256; i++)
        store4(palette[i], (uint8_t)i, (uint8_t)i, (uint8_t)i, 255);
}

static bool uses_lut(const png2bmp_png_info *png)
{
    return png->color_type == PNG2BMP_PALETTE ||
           (png->color_type == PNG2BMP_GRAY && png->bit_depth <= 8);
}

void pixels_prepare(row_context *context, const png2bmp_plan *plan)
{
    for (unsigned i = 0; i < 3; i++) {
        context->background[i] = plan->options.background[2 - i];
        context->key[i] = key_matters(plan) ? plan->png.key[i] : NO_KEY;
    }
    context->truncate16 = plan->options.depth16 == PNG2BMP_DEPTH16_TRUNCATE;
    if (uses_lut(&plan->png))
        prepare_lut(context, plan);
}

void pixels_palette(uint8_t (*palette)[4], const row_context *context, const png2bmp_plan *plan)
{
    switch (format_of(plan->bmp.format)->palette) {
    case PALETTE_NONE:
        break;
    case PALETTE_BLACK_WHITE:
        store4(palette[0], 0, 0, 0, 255);
        store4(palette[1], 255, 255, 255, 255);
        break;
    case PALETTE_GRAYS:
        gray_ramp(palette);
        break;
    case PALETTE_OF_IMAGE:
        if (uses_lut(&plan->png))
            memcpy(palette, context->lut, 4 * (size_t)plan->bmp.palette_entries);
        else
            gray_ramp(palette);
        break;
    }
}

/* The highest of the `depth`-bit samples that begin `shift` bits above the lowest
 * of each byte. In bytes all the way, so that the compiler makes vectors of it:
 * one sample after the other took a fifth of the time of a 4-bit image. */
static uint8_t highest_at(const uint8_t *bytes, size_t count, unsigned shift, uint8_t mask)
{
    uint8_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t index = (uint8_t)(bytes[i] >> shift) & mask;

        highest = index > highest ? index : highest;
    }
    return highest;
}

unsigned pixels_highest_index(const uint8_t *samples, size_t width, unsigned depth)
{
    const size_t  whole = width * depth / 8; /* bytes without unused bits */
    const uint8_t mask = (uint8_t)((1u << depth) - 1);
    unsigned      highest = 0;

    if (depth == 8) /* without shift and mask: a seventh of the time */
        return highest_at(samples, width, 0, 0xff);
    for (unsigned shift = 0; shift < 8; shift += depth) {
        const unsigned index = highest_at(samples, whole, shift, mask);

        highest = index > highest ? index : highest;
    }
    for (size_t x = whole * 8 / depth; x < width; x++) {
        const unsigned index = packed_sample(samples, x, depth);

        highest = index > highest ? index : highest;
    }
    return highest;
}
