/* Which function does which work at which level of the CPU. */
#include "kernels.h"

#include "arm/arm.h"
#include "inflate_state.h"
#include "pixels.h"
#include "unfilter.h"
#include "x86/x86.h"

/*
 * One line for each entry: its index, its name, and who does it on x86-64 with
 * SSE4.1, AVX2 and AVX-512, and on arm64. A level repeats the one before it where
 * nothing faster was found (docs/kernels-notes.md); "c" is plain C.
 */
#define UNFILTER_TABLE(X)                                                                          \
    X(UNFILTER_1, unfilter_1, sse, avx2, avx2, c)                                                  \
    X(UNFILTER_2, unfilter_2, sse, avx2, avx2, c)                                                  \
    X(UNFILTER_3, unfilter_3, sse, avx2, avx2, neon)                                               \
    X(UNFILTER_4, unfilter_4, sse, avx2, avx2, neon)                                               \
    X(UNFILTER_6, unfilter_6, sse, avx2, avx2, c)                                                  \
    X(UNFILTER_8, unfilter_8, sse, avx2, avx2, c)                                                  \
    X(UNFILTER_SWAP3, unfilter_swap3, sse, avx2, avx2, neon)                                       \
    X(UNFILTER_SWAP4, unfilter_swap4, sse, avx2, avx2, neon)

#define ROW_TABLE(X)                                                                               \
    X(ROW_lut1_to_bgr24, row_lut1_to_bgr24, sse, sse, sse, neon)                                   \
    X(ROW_lut2_to_bgr24, row_lut2_to_bgr24, sse, sse, sse, neon)                                   \
    X(ROW_lut4_to_bgr24, row_lut4_to_bgr24, sse, sse, sse, neon)                                   \
    X(ROW_lut8_to_bgr24, row_lut8_to_bgr24, sse, sse, avx512, c)                                   \
    X(ROW_lut1_to_bgra32, row_lut1_to_bgra32, sse, sse, sse, neon)                                 \
    X(ROW_lut2_to_bgra32, row_lut2_to_bgra32, sse, sse, sse, neon)                                 \
    X(ROW_lut4_to_bgra32, row_lut4_to_bgra32, sse, sse, sse, neon)                                 \
    X(ROW_lut8_to_bgra32, row_lut8_to_bgra32, sse, sse, avx512, c)                                 \
    X(ROW_gray8_to_bgr24, row_gray8_to_bgr24, sse, sse, sse, neon)                                 \
    X(ROW_index1_to_index1, row_index1_to_index1, c, c, c, c)                                      \
    X(ROW_index2_to_index8, row_index2_to_index8, sse, sse, sse, neon)                             \
    X(ROW_index4_to_index8, row_index4_to_index8, sse, sse, sse, neon)                             \
    X(ROW_index8_to_index8, row_index8_to_index8, c, c, c, c)                                      \
    X(ROW_gray16_to_index8, row_gray16_to_index8, sse, sse, sse, c)                                \
    X(ROW_gray16_key_to_bgr24, row_gray16_key_to_bgr24, sse, avx2, avx2, c)                        \
    X(ROW_gray16_key_to_bgra32, row_gray16_key_to_bgra32, sse, avx2, avx2, c)                      \
    X(ROW_rgb8_to_bgr24, row_rgb8_to_bgr24, sse, avx2, avx2, neon)                                 \
    X(ROW_rgb8_key_to_bgr24, row_rgb8_key_to_bgr24, sse, avx2, avx2, neon)                         \
    X(ROW_rgb8_key_to_bgra32, row_rgb8_key_to_bgra32, sse, avx2, avx2, neon)                       \
    X(ROW_rgb16_key_to_bgr24, row_rgb16_key_to_bgr24, sse, avx2, avx2, c)                          \
    X(ROW_rgb16_key_to_bgra32, row_rgb16_key_to_bgra32, sse, avx2, avx2, c)                        \
    X(ROW_gray_alpha8_blend_to_bgr24, row_gray_alpha8_blend_to_bgr24, sse, avx2, avx2, neon)       \
    X(ROW_gray_alpha8_drop_to_bgr24, row_gray_alpha8_drop_to_bgr24, sse, avx2, avx2, neon)         \
    X(ROW_gray_alpha8_to_bgra32, row_gray_alpha8_to_bgra32, sse, avx2, avx2, neon)                 \
    X(ROW_gray_alpha16_blend_to_bgr24, row_gray_alpha16_blend_to_bgr24, sse, avx2, avx2, c)        \
    X(ROW_gray_alpha16_drop_to_bgr24, row_gray_alpha16_drop_to_bgr24, sse, avx2, avx2, c)          \
    X(ROW_gray_alpha16_to_bgra32, row_gray_alpha16_to_bgra32, sse, avx2, avx2, c)                  \
    X(ROW_rgba8_blend_to_bgr24, row_rgba8_blend_to_bgr24, sse, avx2, avx2, neon)                   \
    X(ROW_rgba8_drop_to_bgr24, row_rgba8_drop_to_bgr24, sse, avx2, avx2, neon)                     \
    X(ROW_rgba8_to_bgra32, row_rgba8_to_bgra32, sse, avx2, avx2, neon)                             \
    X(ROW_rgba16_blend_to_bgr24, row_rgba16_blend_to_bgr24, sse, avx2, avx2, c)                    \
    X(ROW_rgba16_drop_to_bgr24, row_rgba16_drop_to_bgr24, sse, avx2, avx2, c)                      \
    X(ROW_rgba16_to_bgra32, row_rgba16_to_bgra32, sse, avx2, avx2, c)

#define LEVEL(column, inflate_loop)                                                                \
    {                                                                                              \
        .unfilter = {UNFILTER_TABLE(column)}, .row = {ROW_TABLE(column)},                          \
        .inflate_fast = inflate_loop                                                               \
    }

#define COLUMN_C(index, name, sse, avx2, avx512, neon) [index] = name##_c,
static const kernels plain = LEVEL(COLUMN_C, inflate_fast_c);

#ifdef PNG2BMP_X86

#define COLUMN_SSE(index, name, sse, avx2, avx512, neon) [index] = name##_##sse,
#define COLUMN_AVX512(index, name, sse, avx2, avx512, neon) [index] = name##_##avx512,
#define COLUMN_AVX2(index, name, sse, avx2, avx512, neon) [index] = name##_##avx2,
static const kernels sse = LEVEL(COLUMN_SSE, inflate_fast_c);
static const kernels avx2 = LEVEL(COLUMN_AVX2, inflate_fast_bmi2);
static const kernels avx512 = LEVEL(COLUMN_AVX512, inflate_fast_bmi2);

/* __builtin_cpu_supports reads what was found out when the program started: the
 * instruction itself (cpuid) takes tens of microseconds in a virtual machine. */
static bool has_sse(void)
{
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1");
}

static bool has_avx2(void)
{
    return has_sse() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi");
}

const kernels *kernels_for(png2bmp_cpu level)
{
    switch (level) {
    case PNG2BMP_CPU_AUTO:
    case PNG2BMP_CPU_AVX512:
        if (has_avx512())
            return &avx512;
        /* fall through */
    case PNG2BMP_CPU_AVX2:
        if (has_avx2())
            return &avx2;
        /* fall through */
    case PNG2BMP_CPU_SSE:
        if (has_sse())
            return &sse;
        /* fall through */
    default:
        return &plain;
    }
}

#elif defined(PNG2BMP_ARM)

#define COLUMN_NEON(index, name, sse, avx2, avx512, neon) [index] = name##_##neon,
static const kernels neon = LEVEL(COLUMN_NEON, inflate_fast_c);

const kernels *kernels_for(png2bmp_cpu level)
{
    return level == PNG2BMP_CPU_AUTO || level == PNG2BMP_CPU_NEON ? &neon : &plain;
}

#else

const kernels *kernels_for(png2bmp_cpu level)
{
    (void)level;
    return &plain;
}

#endif
