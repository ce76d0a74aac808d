/* The kernels of WebAssembly with SIMD128 that are not those of x86/ (see simd128.h). */
#ifndef PNG2BMP_WASM_H
#define PNG2BMP_WASM_H

#if defined(__wasm_simd128__)
#define PNG2BMP_SIMD128 1

#include "base/kernels.h"

bool inflate_fast_simd128(struct inflater *z);

#endif
#endif
