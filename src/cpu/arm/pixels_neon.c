/*
 * Rows of BMP pixels with NEON: 16 pixels at a time, with each channel in a register of its own.
 * The structure loads and stores of arm64 separate and interleave them.
 */
#include "arm.h"

#ifdef PNG2BMP_ARM

#include <arm_neon.h>
#include <stdbool.h>
#include <string.h>

#define KERNEL __attribute__((always_inline)) static inline

enum {
    PIXELS = 16
};

/* Channels of 16 pixels. */
typedef struct planes {
    uint8x16_t b, g, r, a;
} planes;

typedef enum source {
    GRAY_8,
    GRAY_ALPHA_8,
    RGB_8,
    RGBA_8,
    LUT_1,
    LUT_2,
    LUT_4
} source;

/* How alpha and key are handled. */
typedef enum finish {
    DROP,
    BLEND,
    KEEP,
    KEY_BLEND,
    KEY_KEEP
} finish;

/* Constants of a row. */
typedef struct row_constants {
    planes     colors;     /* LUT: the first 16 */
    planes     background; /* and a = 0 */
    uint8x16_t key[3];     /* R G B */
    uint8x16_t has_key;    /* all ones, or zeros */
} row_constants;

static const uint8_t source_bits[] = {8, 16, 24, 32, 1, 2, 4};

KERNEL row_constants make_constants(const row_context *context)
{
    const uint8x16x4_t lut = vld4q_u8(context->lut[0]);
    const uint32_t     highest = context->key[0] | context->key[1] | context->key[2];
    row_constants      c = {
             .colors = {lut.val[0], lut.val[1], lut.val[2], lut.val[3]},
             .background = {vdupq_n_u8(context->background[0]), vdupq_n_u8(context->background[1]),
                            vdupq_n_u8(context->background[2]), vdupq_n_u8(0)},
             .has_key = vdupq_n_u8(highest < 0x100 ? 0xff : 0),
    };

    for (int i = 0; i < 3; i++)
        c.key[i] = vdupq_n_u8((uint8_t)context->key[i]);
    return c;
}

/* ---- Loading --------------------------------------------------------------- */

/* 16 samples of `depth` bits, leftmost in the high bits (PNG specification, section
 * 7.2), as bytes. */
KERNEL uint8x16_t unpack_samples(unsigned depth, const uint8_t *src)
{
    const uint8x16_t v = vld1q_u8(src);
    uint8x16_t       pairs = v; /* bytes of two samples, in the low four bits */

    if (depth == 1) {
        static const uint8_t byte[16] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
        static const uint8_t bit[16] = {128, 64, 32, 16, 8, 4, 2, 1, 128, 64, 32, 16, 8, 4, 2, 1};

        return vandq_u8(vtstq_u8(vqtbl1q_u8(v, vld1q_u8(byte)), vld1q_u8(bit)), vdupq_n_u8(1));
    }
    if (depth == 4)
        return vzip1q_u8(vshrq_n_u8(v, 4), vandq_u8(v, vdupq_n_u8(15)));
    pairs = vzip1q_u8(vshrq_n_u8(v, 4), vandq_u8(v, vdupq_n_u8(15)));
    return vzip1q_u8(vshrq_n_u8(pairs, 2), vandq_u8(pairs, vdupq_n_u8(3)));
}

KERNEL planes look_up(const planes *colors, uint8x16_t index)
{
    return (planes){vqtbl1q_u8(colors->b, index), vqtbl1q_u8(colors->g, index),
                    vqtbl1q_u8(colors->r, index), vqtbl1q_u8(colors->a, index)};
}

KERNEL planes load(source from, const uint8_t *src, const row_constants *c)
{
    const uint8x16_t opaque = vdupq_n_u8(255);

    switch (from) {
    case GRAY_8: {
        const uint8x16_t v = vld1q_u8(src);

        return (planes){v, v, v, opaque};
    }
    case GRAY_ALPHA_8: {
        const uint8x16x2_t v = vld2q_u8(src);

        return (planes){v.val[0], v.val[0], v.val[0], v.val[1]};
    }
    case RGB_8: {
        const uint8x16x3_t v = vld3q_u8(src);

        return (planes){v.val[2], v.val[1], v.val[0], opaque};
    }
    case RGBA_8: {
        const uint8x16x4_t v = vld4q_u8(src);

        return (planes){v.val[2], v.val[1], v.val[0], v.val[3]};
    }
    case LUT_1:
    case LUT_2:
    default:
        return look_up(&c->colors, unpack_samples(source_bits[from], src));
    }
}

/* ---- Alpha and key --------------------------------------------------------- */

/* round(p / 255) is (q + (q >> 8)) >> 8 with q = p + 128, for p up to 65025. */
KERNEL uint8x8_t divide_255(uint16x8_t p)
{
    const uint16x8_t q = vaddq_u16(p, vdupq_n_u16(128));

    return vshrn_n_u16(vsraq_n_u16(q, q, 8), 8);
}

/* round((color a + background (255 - a)) / 255) */
KERNEL uint8x16_t blend(uint8x16_t color, uint8x16_t background, uint8x16_t a)
{
    const uint8x16_t rest = vmvnq_u8(a);
    const uint16x8_t lo = vmlal_u8(vmull_u8(vget_low_u8(color), vget_low_u8(a)),
                                   vget_low_u8(background), vget_low_u8(rest));
    const uint16x8_t hi = vmlal_high_u8(vmull_high_u8(color, a), background, rest);

    return vcombine_u8(divide_255(lo), divide_255(hi));
}

KERNEL planes finish_pixels(finish how, planes p, const row_constants *c)
{
    const planes *bg = &c->background;

    if (how == BLEND)
        return (planes){blend(p.b, bg->b, p.a), blend(p.g, bg->g, p.a), blend(p.r, bg->r, p.a),
                        p.a};
    if (how == KEY_BLEND || how == KEY_KEEP) {
        const uint8x16_t is_key =
            vandq_u8(vandq_u8(vceqq_u8(p.r, c->key[0]), vceqq_u8(p.g, c->key[1])),
                     vandq_u8(vceqq_u8(p.b, c->key[2]), c->has_key));

        if (how == KEY_KEEP)
            return (planes){p.b, p.g, p.r, vmvnq_u8(is_key)};
        return (planes){vbslq_u8(is_key, bg->b, p.b), vbslq_u8(is_key, bg->g, p.g),
                        vbslq_u8(is_key, bg->r, p.r), p.a};
    }
    return p;
}

/* ---- Rows ------------------------------------------------------------------ */

KERNEL size_t pixel_bytes(finish how)
{
    return how == KEEP || how == KEY_KEEP ? 4 : 3;
}

KERNEL void store(finish how, uint8_t *dst, planes p)
{
    if (pixel_bytes(how) == 3)
        vst3q_u8(dst, (uint8x16x3_t){{p.b, p.g, p.r}});
    else
        vst4q_u8(dst, (uint8x16x4_t){{p.b, p.g, p.r, p.a}});
}

KERNEL void plane_row(source from, finish how, uint8_t *dst, const uint8_t *src, size_t width,
                      const row_context *context)
{
    const row_constants c = make_constants(context);
    uint8_t             bytes[4 * PIXELS];

    for (; width >= PIXELS; width -= PIXELS) {
        store(how, dst, finish_pixels(how, load(from, src, &c), &c));
        src += PIXELS * source_bits[from] / 8;
        dst += PIXELS * pixel_bytes(how);
    }
    if (width > 0) {
        store(how, bytes, finish_pixels(how, load(from, src, &c), &c));
        memcpy(dst, bytes, width * pixel_bytes(how));
    }
}

KERNEL void index_row(unsigned depth, uint8_t *dst, const uint8_t *src, size_t width)
{
    uint8_t bytes[PIXELS];

    for (; width >= PIXELS; width -= PIXELS, src += PIXELS * depth / 8, dst += PIXELS)
        vst1q_u8(dst, unpack_samples(depth, src));
    if (width > 0) {
        vst1q_u8(bytes, unpack_samples(depth, src));
        memcpy(dst, bytes, width);
    }
}

#define DEFINE_ROW(name, from, how)                                                                \
    void row_##name##_neon(uint8_t *dst, const uint8_t *src, size_t width,                         \
                           const row_context *context)                                             \
    {                                                                                              \
        plane_row(from, how, dst, src, width, context);                                            \
    }

DEFINE_ROW(lut1_to_bgr24, LUT_1, DROP)
DEFINE_ROW(lut2_to_bgr24, LUT_2, DROP)
DEFINE_ROW(lut4_to_bgr24, LUT_4, DROP)
DEFINE_ROW(lut1_to_bgra32, LUT_1, KEEP)
DEFINE_ROW(lut2_to_bgra32, LUT_2, KEEP)
DEFINE_ROW(lut4_to_bgra32, LUT_4, KEEP)
DEFINE_ROW(gray8_to_bgr24, GRAY_8, DROP)
DEFINE_ROW(rgb8_to_bgr24, RGB_8, DROP)
DEFINE_ROW(rgb8_key_to_bgr24, RGB_8, KEY_BLEND)
DEFINE_ROW(rgb8_key_to_bgra32, RGB_8, KEY_KEEP)
DEFINE_ROW(gray_alpha8_blend_to_bgr24, GRAY_ALPHA_8, BLEND)
DEFINE_ROW(gray_alpha8_drop_to_bgr24, GRAY_ALPHA_8, DROP)
DEFINE_ROW(gray_alpha8_to_bgra32, GRAY_ALPHA_8, KEEP)
DEFINE_ROW(rgba8_blend_to_bgr24, RGBA_8, BLEND)
DEFINE_ROW(rgba8_drop_to_bgr24, RGBA_8, DROP)
DEFINE_ROW(rgba8_to_bgra32, RGBA_8, KEEP)

void row_index2_to_index8_neon(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    (void)context;
    index_row(2, dst, src, width);
}

void row_index4_to_index8_neon(uint8_t *dst, const uint8_t *src, size_t width,
                               const row_context *context)
{
    (void)context;
    index_row(4, dst, src, width);
}

#endif
