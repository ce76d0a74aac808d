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

DEFINE_UNFILTER(1, sse, 1, false, 16, wave_1_128, NULL)
DEFINE_UNFILTER(2, sse, 2, false, 8, wave_2_128, NULL)
DEFINE_UNFILTER(3, sse, 3, false, 4, wave_4_128, NULL)
DEFINE_UNFILTER(4, sse, 4, false, 4, wave_4_128, NULL)
DEFINE_UNFILTER(6, sse, 6, false, 2, wave_8_128, NULL)
DEFINE_UNFILTER(8, sse, 8, false, 2, wave_8_128, NULL)
DEFINE_UNFILTER(swap3, sse, 3, true, 4, wave_4_128, NULL)
DEFINE_UNFILTER(swap4, sse, 4, true, 4, wave_4_128, NULL)

#endif
