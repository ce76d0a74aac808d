/* The instructions that the 16-byte kernels use: SSE up to 4.1 on x86-64, or, in WebAssembly, where
 * they run as well, their replacements. */
#ifndef PNG2BMP_SSE_H
#define PNG2BMP_SSE_H

#if defined(__wasm_simd128__)
#include "cpu/wasm/simd128.h"
#define SSE_TARGET
#else
#include <immintrin.h>
#define SSE_TARGET __attribute__((target("ssse3,sse4.1")))
#endif

#endif
