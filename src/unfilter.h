/* Filtered scanlines in, samples out: the plain C definitions. See kernels.h. */
#ifndef PNG2BMP_UNFILTER_H
#define PNG2BMP_UNFILTER_H

#include "kernels.h"

void unfilter_1_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_2_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_3_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_4_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_6_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_8_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                  const uint8_t *prior, size_t rows);
void unfilter_swap3_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                      const uint8_t *prior, size_t rows);
void unfilter_swap4_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                      const uint8_t *prior, size_t rows);

/* The kind for a scanline whose pixels take `bits` bits. */
unfilter_kind unfilter_kind_for(unsigned bits);

#endif
