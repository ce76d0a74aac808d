/* Rows of BMP pixels with AVX2. */
#include "x86.h"

#ifdef PNG2BMP_X86

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define KERNEL TARGET __attribute__((always_inline)) static inline
#define LEVEL avx2
#define VECTOR_BYTES 32

#include "pixel_rows.h"

#endif
