/* Samples in, one BMP row out: the plain C definitions, and which one does it. */
#ifndef PNG2BMP_PIXELS_H
#define PNG2BMP_PIXELS_H

#include "kernels.h"

#define ROW_DECLARE(name)                                                                          \
    void row_##name##_c(uint8_t *dst, const uint8_t *src, size_t width, const row_context *context);
ROW_KINDS(ROW_DECLARE)
#undef ROW_DECLARE

/* The row function for this image and this BMP: see the table in pixels.c. */
row_kind pixels_row_kind(const png2bmp_plan *plan);

/* Fills the context: tables, key, background. */
void pixels_prepare(row_context *context, const png2bmp_plan *plan);

/* Fills the plan->bmp.palette_entries (2 to 256) entries of the BMP's palette: B
 * G R and a byte that is not used. */
void pixels_palette(uint8_t (*palette)[4], const row_context *context, const png2bmp_plan *plan);

/* The highest of `width` palette indices of 1, 2, 4 or 8 bits. */
unsigned pixels_highest_index(const uint8_t *samples, size_t width, unsigned depth);

#endif
