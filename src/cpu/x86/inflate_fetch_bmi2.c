/* The inflater's fast loop, for a BMP in memory that is not in the cache. */
#include "x86.h"

#ifdef PNG2BMP_X86

#define INFLATE_BMI2 inflate_fast_fetch_bmi2
/* For writing (prefetchw). An address where there is no memory has no effect, and older CPUs with
 * AVX2 that do not know the instruction take it for one without any. */
#define FETCH_LINE(to, fetch_by)                                                                   \
    __builtin_prefetch((const void *)((uintptr_t)(to) + (fetch_by)), 1, 3)
#include "inflate_bmi2.h"

#endif
