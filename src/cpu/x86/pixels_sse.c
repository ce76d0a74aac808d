/* Rows of BMP pixels with SSSE3 and SSE4.1. */
#include "x86.h"

#ifdef PNG2BMP_SSE

#include <stdbool.h>
#include <string.h>

#include "sse.h"

#define TARGET SSE_TARGET
#define KERNEL TARGET __attribute__((always_inline)) static inline
#define LEVEL sse
#define VECTOR_BYTES 16

#include "pixel_rows.h"

/* ---- 16 samples of one byte ------------------------------------------------ */

KERNEL __m128i load16(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

KERNEL void store16(uint8_t *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)p, v);
}

/* 16 pixels of 24 bits are three blocks: the pixel that each byte belongs to, and its channel. */
static const uint8_t pixel_of_byte[3][16] = {
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5},
    {5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10},
    {10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15},
};
static const uint8_t channel_of_byte[3][16] = {
    {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0},
    {1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1},
    {2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2},
};

KERNEL void gray_block(uint8_t *dst, const uint8_t *src)
{
    const __m128i v = load16(src);

    for (size_t i = 0; i < 3; i++)
        store16(dst + 16 * i, _mm_shuffle_epi8(v, load16(pixel_of_byte[i])));
}

TARGET void row_gray8_to_bgr24_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                   const row_context *context)
{
    uint8_t bytes[48];

    (void)context;
    for (; width >= 16; width -= 16, src += 16, dst += 48)
        gray_block(dst, src);
    gray_block(bytes, src);
    memcpy(dst, bytes, 3 * width);
}

TARGET void row_gray16_to_index8_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                     const row_context *context)
{
    const row_constants c = make_constants(GRAY_16, DROP, context);
    const __m128i       turn = _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);

    while (width > 0) {
        const size_t  n = width < 16 ? width : 16;
        const __m128i v = _mm_packus_epi16(reduce(_mm_shuffle_epi8(load16(src), turn), &c),
                                           reduce(_mm_shuffle_epi8(load16(src + 16), turn), &c));

        if (n == 16) {
            store16(dst, v);
        } else {
            uint8_t bytes[16];

            store16(bytes, v);
            memcpy(dst, bytes, n);
        }
        width -= n;
        src += 2 * n;
        dst += n;
    }
}

/* ---- Depths below 8 --------------------------------------------------------- */

/* 16 samples of `depth` bits, leftmost in the high bits (PNG specification, section
 * 7.2), as bytes. */
KERNEL __m128i unpack_samples(unsigned depth, const uint8_t *src)
{
    uint64_t      packed = 0;
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i       v;

    memcpy(&packed, src, 2 * depth);
    v = _mm_cvtsi64_si128((long long)packed);
    if (depth == 1) {
        const __m128i bit = _mm_set1_epi64x(0x0102040810204080);

        v = _mm_shuffle_epi8(v, _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        return _mm_sub_epi8(_mm_setzero_si128(), _mm_cmpeq_epi8(_mm_and_si128(v, bit), bit));
    }
    v = _mm_and_si128(_mm_unpacklo_epi8(_mm_srli_epi16(v, 4), v), nibble);
    if (depth == 2)
        v = _mm_and_si128(_mm_unpacklo_epi8(_mm_srli_epi16(v, 2), v), _mm_set1_epi8(3));
    return v;
}

/*
 * Up to four colours are 16 bytes, a table for a byte shuffle: channel c of colour i is byte 4 i +
 * c. `pixel` has the pixel of each byte of a block of the destination, `channel` its channel.
 */
KERNEL __m128i look_up_four(__m128i four_colors, __m128i index, __m128i pixel, __m128i channel)
{
    return _mm_shuffle_epi8(four_colors, _mm_add_epi8(_mm_shuffle_epi8(index, pixel), channel));
}

/* 16 pixels, 48 or 64 bytes. */
KERNEL void four_colors_block(size_t out, uint8_t *dst, __m128i index, __m128i colors)
{
    index = _mm_slli_epi16(index, 2);
    if (out == 4) {
        const __m128i channel = _mm_set1_epi32(0x03020100);
        __m128i       pixel = _mm_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);

        for (size_t i = 0; i < 4; i++) {
            store16(dst + 16 * i, look_up_four(colors, index, pixel, channel));
            pixel = _mm_add_epi8(pixel, _mm_set1_epi8(4));
        }
        return;
    }
    store16(dst, look_up_four(colors, index, load16(pixel_of_byte[0]), load16(channel_of_byte[0])));
    store16(dst + 16,
            look_up_four(colors, index, load16(pixel_of_byte[1]), load16(channel_of_byte[1])));
    store16(dst + 32,
            look_up_four(colors, index, load16(pixel_of_byte[2]), load16(channel_of_byte[2])));
}

/* The first 16 colours by channel. */
typedef struct color_planes {
    __m128i b, g, r, a;
} color_planes;

KERNEL color_planes make_planes(const row_context *context)
{
    const __m128i by_channel = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m128i c0 = _mm_shuffle_epi8(load16(context->lut[0]), by_channel);
    const __m128i c1 = _mm_shuffle_epi8(load16(context->lut[4]), by_channel);
    const __m128i c2 = _mm_shuffle_epi8(load16(context->lut[8]), by_channel);
    const __m128i c3 = _mm_shuffle_epi8(load16(context->lut[12]), by_channel);
    const __m128i bg0 = _mm_unpacklo_epi32(c0, c1), bg1 = _mm_unpacklo_epi32(c2, c3);
    const __m128i ra0 = _mm_unpackhi_epi32(c0, c1), ra1 = _mm_unpackhi_epi32(c2, c3);

    return (color_planes){_mm_unpacklo_epi64(bg0, bg1), _mm_unpackhi_epi64(bg0, bg1),
                          _mm_unpacklo_epi64(ra0, ra1), _mm_unpackhi_epi64(ra0, ra1)};
}

/* 16 bytes of the destination, each looked up in all three channels, one of which is selected. */
KERNEL __m128i look_up_planes(__m128i index, const color_planes *planes, const uint8_t *pixel,
                              const uint8_t *channel)
{
    const __m128i i = _mm_shuffle_epi8(index, load16(pixel)), c = load16(channel);
    const __m128i is_g = _mm_cmpeq_epi8(c, _mm_set1_epi8(1));
    const __m128i is_r = _mm_cmpeq_epi8(c, _mm_set1_epi8(2));

    return _mm_blendv_epi8(
        _mm_blendv_epi8(_mm_shuffle_epi8(planes->b, i), _mm_shuffle_epi8(planes->g, i), is_g),
        _mm_shuffle_epi8(planes->r, i), is_r);
}

KERNEL void planes_block(size_t out, uint8_t *dst, __m128i index, const color_planes *planes)
{
    if (out == 3) {
        for (size_t i = 0; i < 3; i++)
            store16(dst + 16 * i,
                    look_up_planes(index, planes, pixel_of_byte[i], channel_of_byte[i]));
    } else {
        const __m128i b = _mm_shuffle_epi8(planes->b, index);
        const __m128i g = _mm_shuffle_epi8(planes->g, index);
        const __m128i r = _mm_shuffle_epi8(planes->r, index);
        const __m128i a = _mm_shuffle_epi8(planes->a, index);
        const __m128i bg0 = _mm_unpacklo_epi8(b, g), bg1 = _mm_unpackhi_epi8(b, g);
        const __m128i ra0 = _mm_unpacklo_epi8(r, a), ra1 = _mm_unpackhi_epi8(r, a);

        store16(dst, _mm_unpacklo_epi16(bg0, ra0));
        store16(dst + 16, _mm_unpackhi_epi16(bg0, ra0));
        store16(dst + 32, _mm_unpacklo_epi16(bg1, ra1));
        store16(dst + 48, _mm_unpackhi_epi16(bg1, ra1));
    }
}

KERNEL void colors_block(unsigned depth, size_t out, uint8_t *dst, const uint8_t *src,
                         const color_planes *planes, __m128i four_colors)
{
    const __m128i index = unpack_samples(depth, src);

    if (depth == 4)
        planes_block(out, dst, index, planes);
    else
        four_colors_block(out, dst, index, four_colors);
}

KERNEL void colors_row(unsigned depth, size_t out, uint8_t *dst, const uint8_t *src, size_t width,
                       const row_context *context)
{
    const color_planes planes = make_planes(context);
    const __m128i      four_colors = load16(context->lut[0]);
    uint8_t            bytes[64];

    for (; width >= 16; width -= 16, src += 2 * depth, dst += 16 * out)
        colors_block(depth, out, dst, src, &planes, four_colors);
    if (width > 0) {
        colors_block(depth, out, bytes, src, &planes, four_colors);
        memcpy(dst, bytes, width * out);
    }
}

KERNEL void index_row(unsigned depth, uint8_t *dst, const uint8_t *src, size_t width)
{
    uint8_t bytes[16];

    for (; width >= 16; width -= 16, src += 2 * depth, dst += 16)
        store16(dst, unpack_samples(depth, src));
    store16(bytes, unpack_samples(depth, src));
    memcpy(dst, bytes, width);
}

#define DEFINE_DEPTH(depth)                                                                        \
    TARGET void row_lut##depth##_to_bgr24_sse(uint8_t *dst, const uint8_t *src, size_t width,      \
                                              const row_context *context)                          \
    {                                                                                              \
        colors_row(depth, 3, dst, src, width, context);                                            \
    }                                                                                              \
    TARGET void row_lut##depth##_to_bgra32_sse(uint8_t *dst, const uint8_t *src, size_t width,     \
                                               const row_context *context)                         \
    {                                                                                              \
        colors_row(depth, 4, dst, src, width, context);                                            \
    }
DEFINE_DEPTH(1)
DEFINE_DEPTH(2)
DEFINE_DEPTH(4)

TARGET void row_index2_to_index8_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                     const row_context *context)
{
    (void)context;
    index_row(2, dst, src, width);
}

TARGET void row_index4_to_index8_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                     const row_context *context)
{
    (void)context;
    index_row(4, dst, src, width);
}

/* ---- Palettes of 256 --------------------------------------------------------- */

/* Four look-ups are collected in one register: a quarter of the stores. */
KERNEL __m128i look_up_quad(const uint8_t *src, const row_context *context)
{
    uint32_t indices;
    int32_t  c[4];

    memcpy(&indices, src, 4);
    for (size_t i = 0; i < 4; i++)
        memcpy(&c[i], context->lut[indices >> 8 * i & 255], 4);
    return _mm_insert_epi32(
        _mm_insert_epi32(_mm_insert_epi32(_mm_cvtsi32_si128(c[0]), c[1], 1), c[2], 2), c[3], 3);
}

/* Four pixels; with 3 bytes, 4 more bytes. */
KERNEL void store_colors(size_t out, uint8_t *dst, __m128i quad)
{
    store16(dst, out == 3 ? _mm_shuffle_epi8(quad, load16(without_alpha)) : quad);
}

/* Drawings have long runs of one colour. In shorter ones than this the branch would be mispredicted
 * too often. */
#define RUN 32

KERNEL bool is_run(const uint8_t *src)
{
    const __m128i a = load16(src), b = load16(src + 16);
    const __m128i first = _mm_shuffle_epi8(a, _mm_setzero_si128());
    const __m128i differ = _mm_or_si128(_mm_xor_si128(a, first), _mm_xor_si128(b, first));

    return _mm_testz_si128(differ, differ);
}

KERNEL void write_run(size_t out, uint8_t *dst, const uint8_t color[4])
{
    int32_t pixel;

    memcpy(&pixel, color, 4);
    for (size_t i = 0; i < RUN; i += 4)
        store_colors(out, dst + i * out, _mm_set1_epi32(pixel));
}

KERNEL void lut8_row(size_t out, uint8_t *dst, const uint8_t *src, size_t width,
                     const row_context *context)
{
    const size_t beyond = out == 3 ? 2 : 0; /* pixels that a store overwrites */

    for (; width >= RUN + beyond; width -= RUN, src += RUN, dst += RUN * out) {
        if (is_run(src)) {
            write_run(out, dst, context->lut[*src]);
            continue;
        }
        for (size_t i = 0; i < RUN; i += 4)
            store_colors(out, dst + i * out, look_up_quad(src + i, context));
    }
    for (; width >= 4 + beyond; width -= 4, src += 4, dst += 4 * out)
        store_colors(out, dst, look_up_quad(src, context));
    for (; width > 0; width--, src++, dst += out)
        memcpy(dst, context->lut[*src], out);
}

TARGET void row_lut8_to_bgr24_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                  const row_context *context)
{
    lut8_row(3, dst, src, width, context);
}

TARGET void row_lut8_to_bgra32_sse(uint8_t *dst, const uint8_t *src, size_t width,
                                   const row_context *context)
{
    lut8_row(4, dst, src, width, context);
}

#endif
