/*
 * Palettes of 256 entries with AVX-512 VBMI: each channel of the palette is in four registers, and
 * 64 pixels are looked up at once.
 */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))
#define KERNEL TARGET __attribute__((always_inline)) static inline

enum {
    PIXELS = 64
};

/* In narrower rows, splitting the palette costs more than it saves. */
enum {
    SHORTEST_ROW = 192
};

typedef struct palette_planes {
    __m512i quarter[4][4]; /* [channel][entry / 64] */
} palette_planes;

KERNEL __m512i load64(const uint8_t *p)
{
    return _mm512_loadu_si512(p);
}

/* Splits 64 entries, B G R A, into 64 values of each channel: by channel within each register, then
 * the 4 x 4 matrix of 16-byte pieces is transposed. */
KERNEL void split_quarter(palette_planes *planes, size_t q, const row_context *context)
{
    static const uint8_t by_channel[PIXELS] = {
        0,  4,  8,  12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 1,  5,  9,  13, 17, 21,
        25, 29, 33, 37, 41, 45, 49, 53, 57, 61, 2,  6,  10, 14, 18, 22, 26, 30, 34, 38, 42, 46,
        50, 54, 58, 62, 3,  7,  11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55, 59, 63};
    const __m512i order = load64(by_channel);
    const __m512i e0 = _mm512_permutexvar_epi8(order, load64(context->lut[64 * q]));
    const __m512i e1 = _mm512_permutexvar_epi8(order, load64(context->lut[64 * q + 16]));
    const __m512i e2 = _mm512_permutexvar_epi8(order, load64(context->lut[64 * q + 32]));
    const __m512i e3 = _mm512_permutexvar_epi8(order, load64(context->lut[64 * q + 48]));
    const __m512i bg01 = _mm512_shuffle_i64x2(e0, e1, 0x44),
                  ra01 = _mm512_shuffle_i64x2(e0, e1, 0xee);
    const __m512i bg23 = _mm512_shuffle_i64x2(e2, e3, 0x44),
                  ra23 = _mm512_shuffle_i64x2(e2, e3, 0xee);

    planes->quarter[0][q] = _mm512_shuffle_i64x2(bg01, bg23, 0x88);
    planes->quarter[1][q] = _mm512_shuffle_i64x2(bg01, bg23, 0xdd);
    planes->quarter[2][q] = _mm512_shuffle_i64x2(ra01, ra23, 0x88);
    planes->quarter[3][q] = _mm512_shuffle_i64x2(ra01, ra23, 0xdd);
}

/* The table look-up uses seven bits of each index; the eighth chooses the half. */
KERNEL __m512i look_up(const palette_planes *planes, size_t channel, __m512i index)
{
    const __m512i *quarter = planes->quarter[channel];

    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index),
                                  _mm512_permutex2var_epi8(quarter[0], index, quarter[1]),
                                  _mm512_permutex2var_epi8(quarter[2], index, quarter[3]));
}

/*
 * 64 pixels, B G R A. Interleaving works within 16-byte pieces; the indices go in as a transposed 4
 * x 4 matrix of fours, so that pixels come out in order.
 */
KERNEL void look_up_64(__m512i pixels[4], const uint8_t *src, const palette_planes *planes,
                       size_t out)
{
    const __m512i fours = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i index = _mm512_permutexvar_epi32(fours, load64(src));
    const __m512i b = look_up(planes, 0, index), g = look_up(planes, 1, index);
    const __m512i r = look_up(planes, 2, index);
    const __m512i a = out == 4 ? look_up(planes, 3, index) : r;
    const __m512i bg0 = _mm512_unpacklo_epi8(b, g), bg1 = _mm512_unpackhi_epi8(b, g);
    const __m512i ra0 = _mm512_unpacklo_epi8(r, a), ra1 = _mm512_unpackhi_epi8(r, a);

    pixels[0] = _mm512_unpacklo_epi16(bg0, ra0);
    pixels[1] = _mm512_unpackhi_epi16(bg0, ra0);
    pixels[2] = _mm512_unpacklo_epi16(bg1, ra1);
    pixels[3] = _mm512_unpackhi_epi16(bg1, ra1);
}

/* Without alpha, 64 pixels are three blocks of 64 bytes; block i has its bytes from pixels[i] (0 to
 * 63) and pixels[i + 1] (64 to 127). */
static const uint8_t without_alpha[3][64] = {
    {0,  1,  2,  4,  5,  6,  8,  9,  10, 12, 13, 14, 16, 17, 18, 20, 21, 22, 24, 25, 26, 28,
     29, 30, 32, 33, 34, 36, 37, 38, 40, 41, 42, 44, 45, 46, 48, 49, 50, 52, 53, 54, 56, 57,
     58, 60, 61, 62, 64, 65, 66, 68, 69, 70, 72, 73, 74, 76, 77, 78, 80, 81, 82, 84},
    {21, 22, 24, 25, 26, 28, 29, 30, 32, 33, 34, 36, 37, 38, 40, 41,  42,  44,  45,  46, 48, 49,
     50, 52, 53, 54, 56, 57, 58, 60, 61, 62, 64, 65, 66, 68, 69, 70,  72,  73,  74,  76, 77, 78,
     80, 81, 82, 84, 85, 86, 88, 89, 90, 92, 93, 94, 96, 97, 98, 100, 101, 102, 104, 105},
    {42,  44,  45,  46,  48,  49,  50,  52,  53,  54,  56,  57,  58,  60,  61,  62,
     64,  65,  66,  68,  69,  70,  72,  73,  74,  76,  77,  78,  80,  81,  82,  84,
     85,  86,  88,  89,  90,  92,  93,  94,  96,  97,  98,  100, 101, 102, 104, 105,
     106, 108, 109, 110, 112, 113, 114, 116, 117, 118, 120, 121, 122, 124, 125, 126}};

/* 64 pixels in whole blocks, 192 or 256 bytes. */
KERNEL void store_64(uint8_t *dst, const __m512i pixels[4], size_t out)
{
    for (size_t i = 0; i < out; i++)
        _mm512_storeu_si512(dst + 64 * i,
                            out == 4 ? pixels[i]
                                     : _mm512_permutex2var_epi8(pixels[i], load64(without_alpha[i]),
                                                                pixels[i < 3 ? i + 1 : 3]));
}

KERNEL void palette_row(size_t out, uint8_t *dst, const uint8_t *src, size_t width,
                        const row_context *context)
{
    palette_planes planes;
    __m512i        pixels[4];
    uint8_t        bytes[4 * PIXELS];

    for (size_t q = 0; q < 4; q++)
        split_quarter(&planes, q, context);
    for (; width >= PIXELS; width -= PIXELS, src += PIXELS, dst += PIXELS * out) {
        look_up_64(pixels, src, &planes, out);
        store_64(dst, pixels, out);
    }
    if (width > 0) {
        look_up_64(pixels, src, &planes, out);
        store_64(bytes, pixels, out);
        memcpy(dst, bytes, width * out);
    }
}

TARGET void row_lut8_to_bgr24_avx512(uint8_t *dst, const uint8_t *src, size_t width,
                                     const row_context *context)
{
    if (width < SHORTEST_ROW)
        row_lut8_to_bgr24_sse(dst, src, width, context);
    else
        palette_row(3, dst, src, width, context);
}

TARGET void row_lut8_to_bgra32_avx512(uint8_t *dst, const uint8_t *src, size_t width,
                                      const row_context *context)
{
    if (width < SHORTEST_ROW)
        row_lut8_to_bgra32_sse(dst, src, width, context);
    else
        palette_row(4, dst, src, width, context);
}

#endif
