/* The arm64 kernels, and which functions they replace. On other CPUs this folder compiles to
 * nothing. Every arm64 CPU has NEON, so nothing is detected at run time. */
#ifndef PNG2BMP_ARM_H
#define PNG2BMP_ARM_H

#if defined(__aarch64__) && defined(__GNUC__) && !defined(__ARM_BIG_ENDIAN)
#define PNG2BMP_ARM 1

#include "base/kernels.h"

#define NEON_UNFILTERS(X)                                                                          \
    X(3)                                                                                           \
    X(4)                                                                                           \
    X(swap3)                                                                                       \
    X(swap4)

#define NEON_ROWS(X)                                                                               \
    X(lut1_to_bgr24)                                                                               \
    X(lut2_to_bgr24)                                                                               \
    X(lut4_to_bgr24)                                                                               \
    X(lut1_to_bgra32)                                                                              \
    X(lut2_to_bgra32)                                                                              \
    X(lut4_to_bgra32)                                                                              \
    X(gray8_to_bgr24)                                                                              \
    X(index2_to_index8)                                                                            \
    X(index4_to_index8)                                                                            \
    X(rgb8_to_bgr24)                                                                               \
    X(rgb8_key_to_bgr24)                                                                           \
    X(rgb8_key_to_bgra32)                                                                          \
    X(gray_alpha8_blend_to_bgr24)                                                                  \
    X(gray_alpha8_drop_to_bgr24)                                                                   \
    X(gray_alpha8_to_bgra32)                                                                       \
    X(rgba8_blend_to_bgr24)                                                                        \
    X(rgba8_drop_to_bgr24)                                                                         \
    X(rgba8_to_bgra32)

#define DECLARE_NEON_UNFILTER(name) DECLARE_UNFILTER(name, neon)
#define DECLARE_NEON_ROW(name) DECLARE_ROW(name, neon)
NEON_UNFILTERS(DECLARE_NEON_UNFILTER)
NEON_ROWS(DECLARE_NEON_ROW)

#endif
#endif
