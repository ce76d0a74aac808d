/* The x86-64 kernels. This folder compiles to nothing elsewhere, and where the
 * compiler cannot set the instruction set function by function. */
#ifndef PNG2BMP_X86_H
#define PNG2BMP_X86_H

#if defined(__x86_64__) && defined(__GNUC__)
#define PNG2BMP_X86 1

#include "kernels.h"

#define DECLARE_UNFILTER(name)                                                                     \
    void name(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,            \
              const uint8_t *prior, size_t rows);
#define DECLARE_UNFILTERS(level)                                                                   \
    DECLARE_UNFILTER(unfilter_1_##level)                                                           \
    DECLARE_UNFILTER(unfilter_2_##level)                                                           \
    DECLARE_UNFILTER(unfilter_3_##level)                                                           \
    DECLARE_UNFILTER(unfilter_4_##level)                                                           \
    DECLARE_UNFILTER(unfilter_6_##level)                                                           \
    DECLARE_UNFILTER(unfilter_8_##level)                                                           \
    DECLARE_UNFILTER(unfilter_swap3_##level)                                                       \
    DECLARE_UNFILTER(unfilter_swap4_##level)
DECLARE_UNFILTERS(sse)
DECLARE_UNFILTERS(avx2)

#define DECLARE_ROWS(name)                                                                         \
    void row_##name##_sse(uint8_t *dst, const uint8_t *src, size_t width,                          \
                          const row_context *context);                                             \
    void row_##name##_avx2(uint8_t *dst, const uint8_t *src, size_t width,                         \
                           const row_context *context);                                            \
    void row_##name##_avx512(uint8_t *dst, const uint8_t *src, size_t width,                       \
                             const row_context *context);
ROW_KINDS(DECLARE_ROWS)
#undef DECLARE_ROWS
#undef DECLARE_UNFILTERS
#undef DECLARE_UNFILTER

/* With AVX2, BMI1 and BMI2; see inflate_fast.h. */
bool inflate_fast_bmi2(struct inflater *z);

#endif
#endif
