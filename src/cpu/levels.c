#include "levels.h"

#include "colour/to_srgb.h"
#include "cpu/arm/arm.h"
#include "cpu/wasm/wasm.h"
#include "cpu/x86/x86.h"
#include "inflate/inflate_state.h"
#include "pixels/pixels.h"
#include "pixels/unfilter.h"
#include "reduce/dither.h"
#include "resize/weigh.h"

/* The table of a level: plain C, overridden by the replacements of all levels up to this one. A
 * later entry of an initializer overrides an earlier one: C11, section 6.7.9, paragraph 19. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

#define UNFILTER_C(name, bpp) .unfilter[UNFILTER_##name] = unfilter_##name##_c,
#define ROW_C(name, from, to) .row[ROW_##name] = row_##name##_c,
#define SRGB_C(name, from, to) .srgb[SRGB_##name] = srgb_##name##_c,
#ifdef PNG2BMP_SIMD128
/* An engine that has SIMD128 needs no other loop: one more would be 2 kB to download. */
#define INFLATE_FAST_C inflate_fast_simd128
#else
#define INFLATE_FAST_C inflate_fast_c
#endif

#define PLAIN                                                                                      \
    UNFILTER_KINDS(UNFILTER_C)                                                                     \
    ROW_KINDS(ROW_C)                                                                               \
    SRGB_KINDS(SRGB_C).inflate_fast = INFLATE_FAST_C, .inflate_fast_fetch = INFLATE_FAST_C,        \
    .diffuse = diffuse_c, .weigh_across = weigh_across_c, .weigh_down = weigh_down_c

static const kernels plain = {PLAIN};

#define UNFILTER(name, level) .unfilter[UNFILTER_##name] = unfilter_##name##_##level,
#define ROW(name, level) .row[ROW_##name] = row_##name##_##level,

#ifdef PNG2BMP_SSE

#define SSE_UNFILTER(name, bpp) UNFILTER(name, sse)
#define SSE_ROW(name) ROW(name, sse)
#define SSE                                                                                        \
    PLAIN, UNFILTER_KINDS(SSE_UNFILTER) SSE_ROWS(SSE_ROW).diffuse = diffuse_sse,                   \
                                        .weigh_across = weigh_across_sse,                          \
                                        .weigh_down = weigh_down_sse

#endif

#ifdef PNG2BMP_X86

#define AVX2_UNFILTER(name, bpp) UNFILTER(name, avx2)
#define AVX2_ROW(name) ROW(name, avx2)
#define AVX512_ROW(name) ROW(name, avx512)
#define X86 SSE, .bypass = bypass_sse, .bypass_end = bypass_end_sse
#define AVX2                                                                                       \
    X86, UNFILTER_KINDS(AVX2_UNFILTER) AVX2_ROWS(AVX2_ROW).inflate_fast = inflate_fast_bmi2,       \
                                       .inflate_fast_fetch = inflate_fast_fetch_bmi2
#define AVX512 AVX2, AVX512_ROWS(AVX512_ROW)

static const kernels sse = {X86};
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

#define X86_LEVEL(level)                                                                           \
    {                                                                                              \
        .name = #level, .kernels = &level, .is_supported = has_##level                             \
    }
#else
#define X86_LEVEL(level)                                                                           \
    {                                                                                              \
        .name = #level                                                                             \
    }
#endif

#ifdef PNG2BMP_ARM

#define NEON_UNFILTER(name) UNFILTER(name, neon)
#define NEON_ROW(name) ROW(name, neon)

static const kernels neon = {PLAIN, NEON_UNFILTERS(NEON_UNFILTER) NEON_ROWS(NEON_ROW)};

#define ARM_LEVEL(level)                                                                           \
    {                                                                                              \
        .name = #level, .kernels = &level                                                          \
    }
#else
#define ARM_LEVEL(level)                                                                           \
    {                                                                                              \
        .name = #level                                                                             \
    }
#endif

#ifdef PNG2BMP_SIMD128

/* The SSE kernels, compiled by wasm/simd128.h. An engine has SIMD128 or refuses the file. */
static const kernels simd128 = {SSE};

#define WASM_LEVEL(level)                                                                          \
    {                                                                                              \
        .name = #level, .kernels = &level                                                          \
    }
#else
#define WASM_LEVEL(level)                                                                          \
    {                                                                                              \
        .name = #level                                                                             \
    }
#endif

/* ---- The levels, lowest first ------------------------------------------------------ */

typedef struct cpu_level {
    const char    *name;
    const kernels *kernels;     /* NULL: not in this build */
    bool (*is_supported)(void); /* by this CPU; NULL: by all that the build is for */
} cpu_level;

static const cpu_level levels[] = {
    [PNG2BMP_CPU_AUTO] = {.name = "auto"},
    [PNG2BMP_CPU_SCALAR] = {.name = "scalar", .kernels = &plain},
    [PNG2BMP_CPU_SSE] = X86_LEVEL(sse),
    [PNG2BMP_CPU_AVX2] = X86_LEVEL(avx2),
    [PNG2BMP_CPU_AVX512] = X86_LEVEL(avx512),
    [PNG2BMP_CPU_NEON] = ARM_LEVEL(neon),
    [PNG2BMP_CPU_SIMD128] = WASM_LEVEL(simd128),
};

_Static_assert(sizeof levels / sizeof levels[0] == PNG2BMP_CPU_COUNT, "a row for each level");

static bool is_here(const cpu_level *level)
{
    return level->kernels && (!level->is_supported || level->is_supported());
}

const kernels *kernels_for(png2bmp_cpu level)
{
    unsigned i = level == PNG2BMP_CPU_AUTO ? PNG2BMP_CPU_COUNT - 1 : (unsigned)level;

    while (!is_here(&levels[i]))
        i--;
    return levels[i].kernels;
}

const char *kernels_level_name(uint32_t level)
{
    return level < PNG2BMP_CPU_COUNT ? levels[level].name : NULL;
}
