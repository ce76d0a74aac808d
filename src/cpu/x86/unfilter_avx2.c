/* Unfiltering with AVX2: waves of 32 bytes. */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>

#include "pixels/unfilter.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define KERNEL TARGET __attribute__((always_inline)) static inline

#include "unfilter_single.h"

#include "unfilter_rows.h"

#define WAVE_MOST_ROWS 32
#include "unfilter_edges.h"

KERNEL __m256i shuffle_blocks(__m256i v, const uint8_t *order)
{
    return order ? _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(load_block(order))) : v;
}

#define VECTOR_BYTES 16
#define SLOT 1
#include "unfilter_wave.h"

#define VECTOR_BYTES 16
#define SLOT 2
#include "unfilter_wave.h"

#define VECTOR_BYTES 32
#define SLOT 1
#include "unfilter_wave.h"

#define VECTOR_BYTES 32
#define SLOT 2
#include "unfilter_wave.h"

#define VECTOR_BYTES 32
#define SLOT 4
#include "unfilter_wave.h"

#define VECTOR_BYTES 32
#define SLOT 8
#include "unfilter_wave.h"

#define WAVES_1 ((wave_pair){.wave = wave_1_256, .narrow = wave_1_128, .lanes = 32})
#define WAVES_2 ((wave_pair){.wave = wave_2_256, .narrow = wave_2_128, .lanes = 16})
#define WAVES_4 ((wave_pair){.wave = wave_4_256, .narrow = NULL, .lanes = 8})
#define WAVES_8 ((wave_pair){.wave = wave_8_256, .narrow = NULL, .lanes = 4})
DEFINE_UNFILTERS(avx2)

#endif
