/* The x86-64 kernels: which functions each level replaces, including those of the previous level
 * where nothing faster was found (docs/notes/kernels.md); SSE and AVX2 replace every unfilter
 * function. This folder compiles to nothing on other CPUs, and with compilers that cannot set the
 * instruction set per function. */
#ifndef PNG2BMP_X86_H
#define PNG2BMP_X86_H

#if defined(__x86_64__) && defined(__GNUC__)
#define PNG2BMP_X86 1
#endif

/* Level SSE runs in WebAssembly as well: see sse.h. */
#if defined(PNG2BMP_X86) || defined(__wasm_simd128__)
#define PNG2BMP_SSE 1

#include "base/kernels.h"

/* Of functions with short hot loops: their speed does not depend on what is linked before them. */
#define ALIGNED __attribute__((aligned(64)))

#define SSE_ROWS(X)                                                                                \
    X(lut1_to_bgr24)                                                                               \
    X(lut2_to_bgr24)                                                                               \
    X(lut4_to_bgr24)                                                                               \
    X(lut8_to_bgr24)                                                                               \
    X(lut1_to_bgra32)                                                                              \
    X(lut2_to_bgra32)                                                                              \
    X(lut4_to_bgra32)                                                                              \
    X(lut8_to_bgra32)                                                                              \
    X(gray8_to_bgr24)                                                                              \
    X(index2_to_index8)                                                                            \
    X(index4_to_index8)                                                                            \
    X(gray16_to_index8)                                                                            \
    X(gray16_key_to_bgr24)                                                                         \
    X(gray16_key_to_bgra32)                                                                        \
    X(rgb8_to_bgr24)                                                                               \
    X(rgb8_key_to_bgr24)                                                                           \
    X(rgb8_key_to_bgra32)                                                                          \
    X(rgb16_key_to_bgr24)                                                                          \
    X(rgb16_key_to_bgra32)                                                                         \
    X(gray_alpha8_blend_to_bgr24)                                                                  \
    X(gray_alpha8_drop_to_bgr24)                                                                   \
    X(gray_alpha8_to_bgra32)                                                                       \
    X(gray_alpha16_blend_to_bgr24)                                                                 \
    X(gray_alpha16_drop_to_bgr24)                                                                  \
    X(gray_alpha16_to_bgra32)                                                                      \
    X(rgba8_blend_to_bgr24)                                                                        \
    X(rgba8_drop_to_bgr24)                                                                         \
    X(rgba8_to_bgra32)                                                                             \
    X(rgba16_blend_to_bgr24)                                                                       \
    X(rgba16_drop_to_bgr24)                                                                        \
    X(rgba16_to_bgra32)

#define DECLARE_SSE_UNFILTER(name, bpp) DECLARE_UNFILTER(name, sse)
#define DECLARE_SSE_ROW(name) DECLARE_ROW(name, sse)
UNFILTER_KINDS(DECLARE_SSE_UNFILTER)
SSE_ROWS(DECLARE_SSE_ROW)

void diffuse_sse(const struct dither_state *state, const struct dither_rows *rows, bool to_left);
void weigh_across_sse(int16_t *dst, const int16_t *line, const struct weights_span *columns,
                      const int16_t *weights, size_t taps, size_t count);
void weigh_down_sse(int32_t *sums, const int16_t *rows, size_t pitch, const int16_t *weights,
                    size_t row_count, size_t count);

#endif

#ifdef PNG2BMP_X86

#define AVX2_ROWS(X)                                                                               \
    X(lut1_to_bgr24)                                                                               \
    X(lut2_to_bgr24)                                                                               \
    X(lut4_to_bgr24)                                                                               \
    X(gray8_to_bgr24)                                                                              \
    X(gray16_key_to_bgr24)                                                                         \
    X(gray16_key_to_bgra32)                                                                        \
    X(rgb8_to_bgr24)                                                                               \
    X(rgb8_key_to_bgr24)                                                                           \
    X(rgb8_key_to_bgra32)                                                                          \
    X(rgb16_key_to_bgr24)                                                                          \
    X(rgb16_key_to_bgra32)                                                                         \
    X(gray_alpha8_blend_to_bgr24)                                                                  \
    X(gray_alpha8_drop_to_bgr24)                                                                   \
    X(gray_alpha8_to_bgra32)                                                                       \
    X(gray_alpha16_blend_to_bgr24)                                                                 \
    X(gray_alpha16_drop_to_bgr24)                                                                  \
    X(gray_alpha16_to_bgra32)                                                                      \
    X(rgba8_blend_to_bgr24)                                                                        \
    X(rgba8_drop_to_bgr24)                                                                         \
    X(rgba8_to_bgra32)                                                                             \
    X(rgba16_blend_to_bgr24)                                                                       \
    X(rgba16_drop_to_bgr24)                                                                        \
    X(rgba16_to_bgra32)

#define AVX512_ROWS(X)                                                                             \
    X(lut8_to_bgr24)                                                                               \
    X(lut8_to_bgra32)

#define DECLARE_AVX2_UNFILTER(name, bpp) DECLARE_UNFILTER(name, avx2)
#define DECLARE_AVX2_ROW(name) DECLARE_ROW(name, avx2)
#define DECLARE_AVX512_ROW(name) DECLARE_ROW(name, avx512)
UNFILTER_KINDS(DECLARE_AVX2_UNFILTER)
AVX2_ROWS(DECLARE_AVX2_ROW)
AVX512_ROWS(DECLARE_AVX512_ROW)

/* WebAssembly has no such stores: not with the kernels of SSE above. */
void bypass_sse(uint8_t *dst, const uint8_t *src, size_t size);
void bypass_end_sse(void);

/* With AVX2, BMI1 and BMI2; see inflate_fast.h. */
bool inflate_fast_bmi2(struct inflater *z);
bool inflate_fast_fetch_bmi2(struct inflater *z);

#endif
#endif
