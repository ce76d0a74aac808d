/*
 * Rows of the BMP past the cache.
 *
 * An ordinary store to a line that is not in the cache first reads it from memory, and a row is
 * written completely. A streaming store ("non-temporal" in Intel's manual, volume 1, section
 * 10.4.6.2) goes to a buffer that holds one line and is written to memory when it is full, so lines
 * are written whole; the rest at both ends goes through the cache.
 */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <emmintrin.h>
#include <string.h>

enum {
    LINE = 64
};

static void stream_line(uint8_t *dst, const uint8_t *src)
{
    const __m128i *from = (const __m128i *)(const void *)src;
    __m128i       *to = (__m128i *)(void *)dst;
    const __m128i  a = _mm_loadu_si128(from), b = _mm_loadu_si128(from + 1);
    const __m128i  c = _mm_loadu_si128(from + 2), d = _mm_loadu_si128(from + 3);

    _mm_stream_si128(to, a);
    _mm_stream_si128(to + 1, b);
    _mm_stream_si128(to + 2, c);
    _mm_stream_si128(to + 3, d);
}

void bypass_sse(uint8_t *dst, const uint8_t *src, size_t size)
{
    const size_t to_line = (size_t)(-(uintptr_t)dst % LINE);
    const size_t before = to_line < size ? to_line : size;

    memcpy(dst, src, before);
    dst += before;
    src += before;
    size -= before;
    for (; size >= LINE; size -= LINE, dst += LINE, src += LINE)
        stream_line(dst, src);
    memcpy(dst, src, size);
}

void bypass_end_sse(void)
{
    _mm_sfence();
}

#endif
