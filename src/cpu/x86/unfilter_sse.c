/* Unfiltering with SSSE3 and SSE4.1: waves of 16 bytes. */
#include "x86.h"

#ifdef PNG2BMP_SSE

#include "pixels/unfilter.h"
#include "sse.h"

#define TARGET SSE_TARGET
#define KERNEL TARGET __attribute__((always_inline)) static inline

#include "unfilter_single.h"

#include "unfilter_rows.h"

#define WAVE_MOST_ROWS 16
#include "unfilter_edges.h"

#define VECTOR_BYTES 16
#define SLOT 1
#include "unfilter_wave.h"

#define VECTOR_BYTES 16
#define SLOT 2
#include "unfilter_wave.h"

#define VECTOR_BYTES 16
#define SLOT 4
#include "unfilter_wave.h"

#define VECTOR_BYTES 16
#define SLOT 8
#include "unfilter_wave.h"

#define WAVES_1 ((wave_pair){.wave = wave_1_128, .narrow = NULL, .lanes = 16})
#define WAVES_2 ((wave_pair){.wave = wave_2_128, .narrow = NULL, .lanes = 8})
#define WAVES_4 ((wave_pair){.wave = wave_4_128, .narrow = NULL, .lanes = 4})
#define WAVES_8 ((wave_pair){.wave = wave_8_128, .narrow = NULL, .lanes = 2})
DEFINE_UNFILTERS(sse)

#endif
