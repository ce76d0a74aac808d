/* Unfiltering with SSSE3 and SSE4.1: waves of 16 bytes. */
#include "x86.h"

#ifdef PNG2BMP_SSE

#include "sse.h"
#include "unfilter.h"

#define TARGET SSE_TARGET
#define KERNEL TARGET __attribute__((always_inline)) static inline

#include "unfilter_single.h"

#include "unfilter_rows.h"

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

#define VECTOR_BYTES 16
#define SLOT 4
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

#define VECTOR_BYTES 16
#define SLOT 8
#include "unfilter_wave.h"
#undef SLOT
#undef VECTOR_BYTES

DEFINE_UNFILTER(1, sse, 1, false, wave_1_128, 16)
DEFINE_UNFILTER(2, sse, 2, false, wave_2_128, 8)
DEFINE_UNFILTER(3, sse, 3, false, wave_4_128, 4)
DEFINE_UNFILTER(4, sse, 4, false, wave_4_128, 4)
DEFINE_UNFILTER(6, sse, 6, false, wave_8_128, 2)
DEFINE_UNFILTER(8, sse, 8, false, wave_8_128, 2)
DEFINE_UNFILTER(swap3, sse, 3, true, wave_4_128, 4)
DEFINE_UNFILTER(swap4, sse, 4, true, wave_4_128, 4)

#endif
