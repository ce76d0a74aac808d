/* The inflater's fast loop with BMI2's shifts and AVX2's copies. */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>

#include "inflate/inflate_repeats.h"
#include "inflate/inflate_state.h"

#define WITH_BMI2 __attribute__((target("avx2,bmi,bmi2,prfchw")))

WITH_BMI2 static inline void store_wide(uint8_t *to, __m256i wide)
{
    _mm256_storeu_si256((__m256i *)to, wide);
}

WITH_BMI2 static inline void copy_wide(uint8_t *to, const uint8_t *from)
{
    store_wide(to, _mm256_loadu_si256((const __m256i *)from));
}

WITH_BMI2 static inline void copy_sixteen(uint8_t *to, const uint8_t *from)
{
    _mm_storeu_si128((__m128i *)to, _mm_loadu_si128((const __m128i *)from));
}

/* The line of the BMP that corresponds to this output, for writing (prefetchw). An address where
 * there is no memory has no effect, and older CPUs with AVX2 that do not know the instruction take
 * it for one without any. */
WITH_BMI2 static ALWAYS_INLINE void fetch_line(const uint8_t *to, uintptr_t fetch_by)
{
    /* It is in another object than `to`. NOLINTNEXTLINE(performance-no-int-to-ptr) */
    __builtin_prefetch((const void *)((uintptr_t)to + fetch_by), 1, 3);
}

/* At least three bytes: each loop runs once before it checks. The steps are long, because their
 * number is what the branch predictor has to guess. */
WITH_BMI2 static ALWAYS_INLINE void copy_match(uint8_t *to, const uint8_t *end, size_t distance,
                                               bool fetches, uintptr_t fetch_by)
{
    if (distance >= 32) {
        do {
            if (fetches)
                fetch_line(to, fetch_by);
            copy_wide(to, to - distance);
            copy_wide(to + 32, to + 32 - distance);
            to += 64;
        } while (to < end);
    } else if (distance >= 16) {
        do {
            if (fetches)
                fetch_line(to, fetch_by);
            copy_sixteen(to, to - distance);
            to += 16;
        } while (to < end);
    } else if (distance == 1) {
        /* One byte is loaded alone: a wider load would wait for the stores that it overlaps. */
        __m256i pattern = _mm256_set1_epi8((char)to[-1]);
        do {
            if (fetches)
                fetch_line(to, fetch_by);
            store_wide(to, pattern);
            store_wide(to + 32, pattern);
            to += 64;
        } while (to < end);
    } else {
        __m128i group = _mm_loadu_si128((const __m128i *)(to - distance));
        __m256i pattern =
            _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(group),
                                _mm256_loadu_si256((const __m256i *)repeat_order[distance]));
        size_t step = repeat_steps[distance];
        do {
            if (fetches)
                fetch_line(to, fetch_by);
            store_wide(to, pattern);
            to += step;
        } while (to < end);
    }
}

#define FAST_EXTRA(entry, code) ((uint32_t)(_bzhi_u64(code, entry) >> ENTRY_CODE_BITS(entry)))
#define COPY_MATCH(to, end, distance) copy_match(to, end, distance, fetches, z->fetch_by)
#define INFLATE_FAST(z) WITH_BMI2 static ALWAYS_INLINE bool decode(struct inflater *z, bool fetches)
#include "inflate/inflate_fast.h"

/* For a BMP in memory that is in the cache. */
ALIGNED WITH_BMI2 bool inflate_fast_bmi2(struct inflater *z)
{
    return decode(z, false);
}

/* For one that is not. */
ALIGNED WITH_BMI2 bool inflate_fast_fetch_bmi2(struct inflater *z)
{
    return decode(z, true);
}

#endif
