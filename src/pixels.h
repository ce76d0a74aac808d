/* Samples in, one BMP row out: the plain C definitions. */
#ifndef PNG2BMP_PIXELS_H
#define PNG2BMP_PIXELS_H

#include "kernels.h"

#define ROW_DECLARE(name)                                                                          \
    void row_##name##_c(uint8_t *dst, const uint8_t *src, size_t width, const row_context *context);
ROW_KINDS(ROW_DECLARE)
#undef ROW_DECLARE

#endif
