/* Rows of BMP pixels with AVX2. */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define KERNEL TARGET __attribute__((always_inline)) static inline
#define LEVEL avx2
#define VECTOR_BYTES 32

#include "pixel_rows.h"

KERNEL __m256i load32(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

KERNEL void store32(uint8_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

/* 32 pixels of 24 bits are three vectors: the pixel that each byte belongs to, of the first 16 or
 * of the second, and its channel. */
static const uint8_t pixel_of_byte[3][32] = {
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4,  5,
     5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10},
    {10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15,
     0,  0,  0,  1,  1,  1,  2,  2,  2,  3,  3,  3,  4,  4,  4,  5},
    {5,  5,  6,  6,  6,  7,  7,  7,  8,  8,  8,  9,  9,  9,  10, 10,
     10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15},
};
static const uint8_t channel_of_byte[3][32] = {
    {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
     1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1},
    {2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2,
     0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0},
    {1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1,
     2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2},
};

/* Of 32 bytes, one for each pixel, that of the pixel which each byte of vector i belongs to. */
KERNEL __m256i spread(__m256i pixels, size_t i)
{
    if (i != 1)
        pixels = i == 0 ? _mm256_permute2x128_si256(pixels, pixels, 0x00)
                        : _mm256_permute2x128_si256(pixels, pixels, 0x11);
    return _mm256_shuffle_epi8(pixels, load32(pixel_of_byte[i]));
}

KERNEL void gray_block(uint8_t *dst, const uint8_t *src)
{
    const __m256i pixels = load32(src);

    for (size_t i = 0; i < 3; i++)
        store32(dst + 32 * i, spread(pixels, i));
}

ALIGNED TARGET void row_gray8_to_bgr24_avx2(uint8_t *dst, const uint8_t *src, size_t width,
                                            const row_context *context)
{
    uint8_t bytes[96];

    (void)context;
    for (; width >= 32; width -= 32, src += 32, dst += 96)
        gray_block(dst, src);
    gray_block(bytes, src);
    memcpy(dst, bytes, 3 * width);
}

/* ---- Depths below 8 --------------------------------------------------------- */

/* As unpack_samples in pixels_sse.c, 32 of them. */
KERNEL __m256i unpack_samples(unsigned depth, const uint8_t *src)
{
    __m256i v;

    if (depth == 1) {
        const __m256i bit = _mm256_set1_epi64x(0x0102040810204080);
        uint32_t      packed;

        memcpy(&packed, src, 4);
        v = _mm256_shuffle_epi8(
            _mm256_set1_epi32((int)packed),
            _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
        return _mm256_sub_epi8(_mm256_setzero_si256(),
                               _mm256_cmpeq_epi8(_mm256_and_si256(v, bit), bit));
    }
    if (depth == 2) {
        v = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)src));
        v = _mm256_or_si256(_mm256_slli_epi32(v, 16), _mm256_srli_epi32(v, 4));
        v = _mm256_or_si256(_mm256_slli_epi32(v, 8), _mm256_srli_epi32(v, 2));
        return _mm256_and_si256(v, _mm256_set1_epi8(3));
    }
    v = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)src));
    v = _mm256_or_si256(_mm256_slli_epi16(v, 8), _mm256_srli_epi16(v, 4));
    return _mm256_and_si256(v, _mm256_set1_epi8(15));
}

/* The first 16 colours by channel, the same in both halves. */
typedef struct color_planes {
    __m256i b, g, r;
} color_planes;

KERNEL color_planes make_planes(const row_context *context)
{
    const __m256i by_channel = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m256i first_pair = _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5);
    const __m256i second_pair = _mm256_setr_epi32(2, 6, 3, 7, 2, 6, 3, 7);
    const __m256i low = _mm256_shuffle_epi8(load32(context->lut[0]), by_channel);
    const __m256i high = _mm256_shuffle_epi8(load32(context->lut[8]), by_channel);
    const __m256i bg = _mm256_unpacklo_epi32(low, high), ra = _mm256_unpackhi_epi32(low, high);

    return (color_planes){_mm256_permutevar8x32_epi32(bg, first_pair),
                          _mm256_permutevar8x32_epi32(bg, second_pair),
                          _mm256_permutevar8x32_epi32(ra, first_pair)};
}

/* As look_up_planes in pixels_sse.c. */
KERNEL __m256i look_up_planes(__m256i index, const color_planes *planes, size_t i)
{
    const __m256i at = spread(index, i), channel = load32(channel_of_byte[i]);
    const __m256i is_g = _mm256_cmpeq_epi8(channel, _mm256_set1_epi8(1));
    const __m256i is_r = _mm256_cmpeq_epi8(channel, _mm256_set1_epi8(2));

    return _mm256_blendv_epi8(_mm256_blendv_epi8(_mm256_shuffle_epi8(planes->b, at),
                                                 _mm256_shuffle_epi8(planes->g, at), is_g),
                              _mm256_shuffle_epi8(planes->r, at), is_r);
}

/* As look_up_four in pixels_sse.c. */
KERNEL __m256i look_up_four(__m256i index, __m256i four_colors, size_t i)
{
    const __m256i at = spread(_mm256_slli_epi16(index, 2), i);

    return _mm256_shuffle_epi8(four_colors, _mm256_add_epi8(at, load32(channel_of_byte[i])));
}

KERNEL void colors_block(unsigned depth, uint8_t *dst, const uint8_t *src,
                         const color_planes *planes, __m256i four_colors)
{
    const __m256i index = unpack_samples(depth, src);

    for (size_t i = 0; i < 3; i++)
        store32(dst + 32 * i, depth == 4 ? look_up_planes(index, planes, i)
                                         : look_up_four(index, four_colors, i));
}

KERNEL void colors_row(unsigned depth, uint8_t *dst, const uint8_t *src, size_t width,
                       const row_context *context)
{
    const color_planes planes = make_planes(context);
    const __m256i      four_colors =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)context->lut[0]));
    uint8_t bytes[96];

    for (; width >= 32; width -= 32, src += 4 * depth, dst += 96)
        colors_block(depth, dst, src, &planes, four_colors);
    if (width > 0) {
        colors_block(depth, bytes, src, &planes, four_colors);
        memcpy(dst, bytes, 3 * width);
    }
}

#define DEFINE_DEPTH(depth)                                                                        \
    ALIGNED TARGET void row_lut##depth##_to_bgr24_avx2(uint8_t *dst, const uint8_t *src,           \
                                                       size_t width, const row_context *context)   \
    {                                                                                              \
        colors_row(depth, dst, src, width, context);                                               \
    }
DEFINE_DEPTH(1)
DEFINE_DEPTH(2)
DEFINE_DEPTH(4)

#endif
