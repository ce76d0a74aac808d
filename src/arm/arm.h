/* The arm64 kernels. This folder compiles to nothing elsewhere. Every arm64 CPU has
 * NEON, so there is nothing to find out at run time. */
#ifndef PNG2BMP_ARM_H
#define PNG2BMP_ARM_H

#if defined(__aarch64__) && defined(__GNUC__) && !defined(__ARM_BIG_ENDIAN)
#define PNG2BMP_ARM 1

#include "kernels.h"

#define DECLARE_UNFILTER(name)                                                                     \
    void unfilter_##name##_neon(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,            \
                                size_t row_bytes, const uint8_t *prior, size_t rows);
DECLARE_UNFILTER(3)
DECLARE_UNFILTER(4)
DECLARE_UNFILTER(swap3)
DECLARE_UNFILTER(swap4)
#undef DECLARE_UNFILTER

#define DECLARE_ROW(name)                                                                          \
    void row_##name##_neon(uint8_t *dst, const uint8_t *src, size_t width,                         \
                           const row_context *context);
ROW_KINDS(DECLARE_ROW)
#undef DECLARE_ROW

#endif
#endif
