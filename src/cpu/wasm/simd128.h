/*
 * The SSE instructions that the 16-byte kernels of x86/ use, in WebAssembly's SIMD128, so that
 * WebAssembly runs the same kernels. Named and defined as in <immintrin.h>; blendv masks are whole
 * bytes, and shuffle indices are 0x80 or at most 15.
 */
#ifndef PNG2BMP_WASM_SSE_H
#define PNG2BMP_WASM_SSE_H

#include <wasm_simd128.h>

typedef v128_t __m128i;

#define SSE_INLINE __attribute__((always_inline)) static inline

#define SSE_UNARY(sse, wasm)                                                                       \
    SSE_INLINE __m128i _mm_##sse(__m128i a)                                                        \
    {                                                                                              \
        return wasm_##wasm(a);                                                                     \
    }
#define SSE_BINARY(sse, wasm)                                                                      \
    SSE_INLINE __m128i _mm_##sse(__m128i a, __m128i b)                                             \
    {                                                                                              \
        return wasm_##wasm(a, b);                                                                  \
    }
#define SSE_SHIFT(sse, wasm)                                                                       \
    SSE_INLINE __m128i _mm_##sse(__m128i a, int bits)                                              \
    {                                                                                              \
        return wasm_##wasm(a, (uint32_t)bits);                                                     \
    }

SSE_UNARY(cvtepu8_epi16, u16x8_extend_low_u8x16)
SSE_BINARY(add_epi8, i8x16_add)
SSE_BINARY(add_epi16, i16x8_add)
SSE_BINARY(add_epi32, i32x4_add)
SSE_BINARY(adds_epu16, u16x8_add_sat)
SSE_BINARY(and_si128, v128_and)
SSE_BINARY(avg_epu8, u8x16_avgr)
SSE_BINARY(cmpeq_epi8, i8x16_eq)
SSE_BINARY(cmpeq_epi32, i32x4_eq)
SSE_BINARY(cmpeq_epi64, i64x2_eq)
SSE_BINARY(cmpgt_epi16, i16x8_gt)
SSE_BINARY(madd_epi16, i32x4_dot_i16x8)
SSE_BINARY(max_epi16, i16x8_max)
SSE_BINARY(max_epi32, i32x4_max)
SSE_BINARY(max_epu8, u8x16_max)
SSE_BINARY(min_epi16, i16x8_min)
SSE_BINARY(min_epi32, i32x4_min)
SSE_BINARY(min_epu8, u8x16_min)
SSE_BINARY(mulhrs_epi16, i16x8_q15mulr_sat) /* differs for -32768 * -32768 only */
SSE_BINARY(mullo_epi16, i16x8_mul)
SSE_BINARY(or_si128, v128_or)
SSE_BINARY(packs_epi16, i8x16_narrow_i16x8)
SSE_BINARY(packs_epi32, i16x8_narrow_i32x4)
SSE_BINARY(packus_epi16, u8x16_narrow_i16x8)
SSE_BINARY(packus_epi32, u16x8_narrow_i32x4)
SSE_BINARY(shuffle_epi8, i8x16_swizzle)
SSE_BINARY(sub_epi8, i8x16_sub)
SSE_BINARY(sub_epi16, i16x8_sub)
SSE_BINARY(subs_epu8, u8x16_sub_sat)
SSE_BINARY(xor_si128, v128_xor)
SSE_SHIFT(slli_epi16, i16x8_shl)
SSE_SHIFT(slli_epi32, i32x4_shl)
SSE_SHIFT(srai_epi16, i16x8_shr)
SSE_SHIFT(srai_epi32, i32x4_shr)
SSE_SHIFT(srli_epi16, u16x8_shr)
SSE_SHIFT(srli_epi32, u32x4_shr)

#undef SSE_UNARY
#undef SSE_BINARY
#undef SSE_SHIFT

SSE_INLINE __m128i _mm_andnot_si128(__m128i a, __m128i b)
{
    return wasm_v128_andnot(b, a);
}

SSE_INLINE __m128i _mm_blendv_epi8(__m128i unless, __m128i then, __m128i mask)
{
    return wasm_v128_bitselect(then, unless, mask);
}

SSE_INLINE __m128i _mm_mulhi_epu16(__m128i a, __m128i b)
{
    return wasm_i16x8_shuffle(wasm_u32x4_extmul_low_u16x8(a, b), wasm_u32x4_extmul_high_u16x8(a, b),
                              1, 3, 5, 7, 9, 11, 13, 15);
}

SSE_INLINE __m128i _mm_hadd_epi32(__m128i a, __m128i b)
{
    return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6),
                          wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

SSE_INLINE int _mm_testc_si128(__m128i a, __m128i b)
{
    return !wasm_v128_any_true(wasm_v128_andnot(b, a));
}

SSE_INLINE int _mm_testz_si128(__m128i a, __m128i b)
{
    return !wasm_v128_any_true(wasm_v128_and(a, b));
}

SSE_INLINE int _mm_movemask_epi8(__m128i v)
{
    return wasm_i8x16_bitmask(v);
}

/* ---- Load and store -------------------------------------------------------- */

SSE_INLINE __m128i _mm_loadu_si128(const __m128i *p)
{
    return wasm_v128_load(p);
}

SSE_INLINE void _mm_storeu_si128(__m128i *p, __m128i v)
{
    wasm_v128_store(p, v);
}

SSE_INLINE __m128i _mm_setzero_si128(void)
{
    return wasm_i64x2_const(0, 0);
}

SSE_INLINE __m128i _mm_set1_epi8(int v)
{
    return wasm_i8x16_splat((int8_t)v);
}

SSE_INLINE __m128i _mm_set1_epi16(int v)
{
    return wasm_i16x8_splat((int16_t)v);
}

SSE_INLINE __m128i _mm_set1_epi32(int v)
{
    return wasm_i32x4_splat(v);
}

SSE_INLINE __m128i _mm_set1_epi64x(long long v)
{
    return wasm_i64x2_splat(v);
}

SSE_INLINE __m128i _mm_loadl_epi64(const __m128i *p)
{
    return wasm_v128_load64_zero(p);
}

#define _mm_setr_epi8 wasm_i8x16_make
#define _mm_setr_epi16 wasm_i16x8_make
#define _mm_setr_epi32 wasm_i32x4_make

SSE_INLINE __m128i _mm_cvtsi32_si128(int v)
{
    return wasm_i32x4_make(v, 0, 0, 0);
}

SSE_INLINE __m128i _mm_cvtsi64_si128(long long v)
{
    return wasm_i64x2_make(v, 0);
}

SSE_INLINE int _mm_cvtsi128_si32(__m128i v)
{
    return wasm_i32x4_extract_lane(v, 0);
}

SSE_INLINE long long _mm_cvtsi128_si64(__m128i v)
{
    return wasm_i64x2_extract_lane(v, 0);
}

SSE_INLINE void _mm_storel_epi64(__m128i *p, __m128i v)
{
    wasm_v128_store64_lane(p, v, 0);
}

#define _mm_extract_epi32(v, lane) wasm_i32x4_extract_lane(v, lane)
#define _mm_insert_epi32(v, value, lane) wasm_i32x4_replace_lane(v, lane, value)

/* ---- Shuffles -------------------------------------------------------------- */

#define SSE_LANE(order, i) ((order) >> 2 * (i)&3)

#define _mm_shuffle_epi32(v, order)                                                                \
    wasm_i32x4_shuffle(v, v, SSE_LANE(order, 0), SSE_LANE(order, 1), SSE_LANE(order, 2),           \
                       SSE_LANE(order, 3))
#define _mm_shufflelo_epi16(v, order)                                                              \
    wasm_i16x8_shuffle(v, v, SSE_LANE(order, 0), SSE_LANE(order, 1), SSE_LANE(order, 2),           \
                       SSE_LANE(order, 3), 4, 5, 6, 7)
#define _mm_shufflehi_epi16(v, order)                                                              \
    wasm_i16x8_shuffle(v, v, 0, 1, 2, 3, 4 + SSE_LANE(order, 0), 4 + SSE_LANE(order, 1),           \
                       4 + SSE_LANE(order, 2), 4 + SSE_LANE(order, 3))

/* n bytes of zeros, then those of v. */
#define _mm_slli_si128(v, n)                                                                       \
    wasm_i8x16_shuffle(_mm_setzero_si128(), v, 16 - (n), 17 - (n), 18 - (n), 19 - (n), 20 - (n),   \
                       21 - (n), 22 - (n), 23 - (n), 24 - (n), 25 - (n), 26 - (n), 27 - (n),       \
                       28 - (n), 29 - (n), 30 - (n), 31 - (n))

/* The 16 bytes from byte n of low on, of low and then high. */
#define _mm_alignr_epi8(high, low, n)                                                              \
    wasm_i8x16_shuffle(low, high, n, 1 + (n), 2 + (n), 3 + (n), 4 + (n), 5 + (n), 6 + (n),         \
                       7 + (n), 8 + (n), 9 + (n), 10 + (n), 11 + (n), 12 + (n), 13 + (n),          \
                       14 + (n), 15 + (n))

SSE_INLINE __m128i _mm_unpacklo_epi8(__m128i a, __m128i b)
{
    return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

SSE_INLINE __m128i _mm_unpackhi_epi8(__m128i a, __m128i b)
{
    return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

SSE_INLINE __m128i _mm_unpacklo_epi16(__m128i a, __m128i b)
{
    return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

SSE_INLINE __m128i _mm_unpackhi_epi16(__m128i a, __m128i b)
{
    return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

SSE_INLINE __m128i _mm_unpacklo_epi32(__m128i a, __m128i b)
{
    return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
}

SSE_INLINE __m128i _mm_unpackhi_epi32(__m128i a, __m128i b)
{
    return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
}

SSE_INLINE __m128i _mm_unpacklo_epi64(__m128i a, __m128i b)
{
    return wasm_i64x2_shuffle(a, b, 0, 2);
}

SSE_INLINE __m128i _mm_unpackhi_epi64(__m128i a, __m128i b)
{
    return wasm_i64x2_shuffle(a, b, 1, 3);
}

/* n bytes at `from`, then those of v. V8 makes two instructions of it. */
#define SSE_DEFINE_AFTER(n, bits)                                                                  \
    SSE_INLINE __m128i after_##n(const void *from, __m128i v)                                      \
    {                                                                                              \
        return _mm_alignr_epi8(v, wasm_v128_load##bits##_splat(from), 16 - (n));                   \
    }

SSE_DEFINE_AFTER(1, 8)
SSE_DEFINE_AFTER(2, 16)
SSE_DEFINE_AFTER(4, 32)
SSE_DEFINE_AFTER(8, 64)

#undef SSE_DEFINE_AFTER
#define SSE_AFTER_NAME(n) after_##n
#define SSE_AFTER(n) SSE_AFTER_NAME(n)

#endif
