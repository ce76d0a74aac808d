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

/* 32 pixels of 24 bits are three vectors: the pixel that each byte belongs to, of the first 16 or
 * of the second. */
static const uint8_t gray_of_byte[3][32] = {
    {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4,  5,
     5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10},
    {10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15,
     0,  0,  0,  1,  1,  1,  2,  2,  2,  3,  3,  3,  4,  4,  4,  5},
    {5,  5,  6,  6,  6,  7,  7,  7,  8,  8,  8,  9,  9,  9,  10, 10,
     10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15},
};

KERNEL void gray_vector(uint8_t *dst, __m256i pixels, size_t i)
{
    const __m256i order = _mm256_loadu_si256((const __m256i *)gray_of_byte[i]);

    _mm256_storeu_si256((__m256i *)(dst + 32 * i), _mm256_shuffle_epi8(pixels, order));
}

KERNEL void gray_block(uint8_t *dst, const uint8_t *src)
{
    const __m256i both = _mm256_loadu_si256((const __m256i *)src);

    gray_vector(dst, _mm256_permute2x128_si256(both, both, 0x00), 0);
    gray_vector(dst, both, 1);
    gray_vector(dst, _mm256_permute2x128_si256(both, both, 0x11), 2);
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

#endif
