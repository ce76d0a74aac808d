/* The inflater's fast loop, for a BMP in memory that is in the cache. */
#include "x86.h"

#ifdef PNG2BMP_X86

#define INFLATE_BMI2 inflate_fast_bmi2
#define FETCH_LINE(to, fetch_by) (void)(fetch_by)
#include "inflate_bmi2.h"

#endif
