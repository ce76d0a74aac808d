/* Unfiltering with AVX2: waves of 32 bytes. */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>

#include "unfilter.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define KERNEL TARGET __attribute__((always_inline)) static inline

#include "unfilter_single.h"

#include "unfilter_rows.h"

KERNEL __m256i shuffle_blocks(__m256i v, const uint8_t *order)
{
    return order ? _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(load_block(order))) : v;
}

#define VECTOR_BYTES 16
#define SLOT 1
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 16
#define SLOT 2
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 32
#define SLOT 1
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 32
#define SLOT 2
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 32
#define SLOT 4
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 32
#define SLOT 8
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

DEFINE_UNFILTER(1, avx2, 1, false, 32, wave_1_256, wave_1_128)
DEFINE_UNFILTER(2, avx2, 2, false, 16, wave_2_256, wave_2_128)
DEFINE_UNFILTER(3, avx2, 3, false, 8, wave_4_256, NULL)
DEFINE_UNFILTER(4, avx2, 4, false, 8, wave_4_256, NULL)
DEFINE_UNFILTER(6, avx2, 6, false, 4, wave_8_256, NULL)
DEFINE_UNFILTER(8, avx2, 8, false, 4, wave_8_256, NULL)
DEFINE_UNFILTER(swap3, avx2, 3, true, 8, wave_4_256, NULL)
DEFINE_UNFILTER(swap4, avx2, 4, true, 8, wave_4_256, NULL)

#endif
