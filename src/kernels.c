/* Which function does what at which CPU level. */
#include "kernels.h"

#include "arm/arm.h"
#include "diffuse.h"
#include "inflate_state.h"
#include "pixels.h"
#include "unfilter.h"
#include "x86/x86.h"

/* The table of a level: plain C, overridden by the replacements of all levels up to this one. A
 * later entry of an initializer overrides an earlier one: C11, section 6.7.9, paragraph 19. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

#define UNFILTER_C(name, bpp) .unfilter[UNFILTER_##name] = unfilter_##name##_c,
#define ROW_C(name, from, to) .row[ROW_##name] = row_##name##_c,
#define PLAIN                                                                                      \
    UNFILTER_KINDS(UNFILTER_C)                                                                     \
    ROW_KINDS(ROW_C).inflate_fast = inflate_fast_c, .diffuse = diffuse_c

static const kernels plain = {PLAIN};

#define UNFILTER(name, level) .unfilter[UNFILTER_##name] = unfilter_##name##_##level,
#define ROW(name, level) .row[ROW_##name] = row_##name##_##level,

#ifdef PNG2BMP_SSE

#define SSE_UNFILTER(name) UNFILTER(name, sse)
#define SSE_ROW(name) ROW(name, sse)
#define SSE PLAIN, SSE_UNFILTERS(SSE_UNFILTER) SSE_ROWS(SSE_ROW).diffuse = diffuse_sse

#endif

#ifdef PNG2BMP_X86

#define AVX2_UNFILTER(name) UNFILTER(name, avx2)
#define AVX2_ROW(name) ROW(name, avx2)
#define AVX512_ROW(name) ROW(name, avx512)
#define AVX2 SSE, AVX2_UNFILTERS(AVX2_UNFILTER) AVX2_ROWS(AVX2_ROW).inflate_fast = inflate_fast_bmi2
#define AVX512 AVX2, AVX512_ROWS(AVX512_ROW)

static const kernels sse = {SSE};
static const kernels avx2 = {AVX2};
static const kernels avx512 = {AVX512};

/* __builtin_cpu_supports uses what was detected when the program started: the instruction itself
 * (cpuid) takes tens of microseconds in a virtual machine. */
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

#elif defined(PNG2BMP_SSE)

/* WebAssembly: the SSE kernels, as wasm/sse.h has them compiled. An engine has SIMD128 or refuses
 * the file. */
static const kernels simd128 = {SSE};

const kernels *kernels_for(png2bmp_cpu level)
{
    return level == PNG2BMP_CPU_AUTO || level == PNG2BMP_CPU_SIMD128 ? &simd128 : &plain;
}

#elif defined(PNG2BMP_ARM)

#define NEON_UNFILTER(name) UNFILTER(name, neon)
#define NEON_ROW(name) ROW(name, neon)

static const kernels neon = {PLAIN, NEON_UNFILTERS(NEON_UNFILTER) NEON_ROWS(NEON_ROW)};

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
