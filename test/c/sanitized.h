/* Which sanitizer a C test is built with, and options that suit it. */
#ifndef PNG2BMP_TEST_SANITIZED_H
#define PNG2BMP_TEST_SANITIZED_H

#include "png2bmp.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define MSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif
#ifndef MSAN
#define MSAN 0
#endif

/* Defaults; MemorySanitizer of clang 14 does not follow vector shuffles: plain C there. */
static inline void init_options(png2bmp_options *options)
{
    png2bmp_options_init(options);
    if (MSAN)
        options->cpu = PNG2BMP_CPU_SCALAR;
}

#endif
