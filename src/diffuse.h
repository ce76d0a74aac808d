/* The kernels of error diffusion, for kernels.c. */
#ifndef PNG2BMP_DIFFUSE_H
#define PNG2BMP_DIFFUSE_H

#include "dither.h"

void diffuse_c(const dither_state *state, const dither_rows *rows, bool to_left);
void diffuse_sse(const dither_state *state, const dither_rows *rows, bool to_left);

#endif
