/* Samples in, one BMP row out, in plain C: the portable version, and the definition that the faster
 * functions in x86/ and arm/ must match. */
#include "pixels.h"

#include "pixel.h"

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

void row_index4_to_index4_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    const size_t bytes = (width + 1) / 2;

    (void)context;
    memcpy(dst, src, bytes);
    if (width % 2)
        dst[bytes - 1] &= 0xf0;
}

static void index_to_index8(uint8_t *dst, const uint8_t *src, size_t width, unsigned depth)
{
    for (size_t x = 0; x < width; x++)
        dst[x] = (uint8_t)packed_sample(src, x, depth);
}

void row_index1_to_index8_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    (void)context;
    index_to_index8(dst, src, width, 1);
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
        dst[x] = reduce16(load_be16(src + 2 * x), context->truncate16);
}

void row_gray16_key_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    for (size_t x = 0; x < width; x++) {
        const uint32_t v = load_be16(src + 2 * x);

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
        const uint32_t v = load_be16(src + 2 * x);
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
    return load_be16(rgb) == context->key[0] && load_be16(rgb + 2) == context->key[1] &&
           load_be16(rgb + 4) == context->key[2];
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
            dst[0] = reduce16(load_be16(src + 4), context->truncate16);
            dst[1] = reduce16(load_be16(src + 2), context->truncate16);
            dst[2] = reduce16(load_be16(src), context->truncate16);
        }
    }
}

void row_rgb16_key_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 6, dst += 4)
        store4(dst, reduce16(load_be16(src + 4), context->truncate16),
               reduce16(load_be16(src + 2), context->truncate16),
               reduce16(load_be16(src), context->truncate16), is_key16(src, context) ? 0 : 255);
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
    return reduce16(blend16(load_be16(c), a, background * 257u), context->truncate16);
}

void row_gray_alpha16_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                       const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 4, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend16_reduced(src, load_be16(src + 2), context->background[i], context);
    }
}

void row_gray_alpha16_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                      const row_context *context)
{
    for (size_t x = 0; x < width; x++)
        memset(dst + 3 * x, reduce16(load_be16(src + 4 * x), context->truncate16), 3);
}

void row_gray_alpha16_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                                  const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 4, dst += 4) {
        const uint8_t gray = reduce16(load_be16(src), context->truncate16);

        store4(dst, gray, gray, gray, reduce16(load_be16(src + 2), context->truncate16));
    }
}

void row_rgba16_blend_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                 const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = blend16_reduced(src + 2 * (2 - i), load_be16(src + 6), context->background[i],
                                     context);
    }
}

void row_rgba16_drop_to_bgr24_c(uint8_t *dst, const uint8_t *src, size_t width,
                                const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 3) {
        for (size_t i = 0; i < 3; i++)
            dst[i] = reduce16(load_be16(src + 2 * (2 - i)), context->truncate16);
    }
}

void row_rgba16_to_bgra32_c(uint8_t *dst, const uint8_t *src, size_t width,
                            const row_context *context)
{
    for (size_t x = 0; x < width; x++, src += 8, dst += 4)
        store4(dst, reduce16(load_be16(src + 4), context->truncate16),
               reduce16(load_be16(src + 2), context->truncate16),
               reduce16(load_be16(src), context->truncate16),
               reduce16(load_be16(src + 6), context->truncate16));
}
