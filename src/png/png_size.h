/* Sizes that follow from what IHDR says. */
#ifndef PNG2BMP_PNG_SIZE_H
#define PNG2BMP_PNG_SIZE_H

#include "png2bmp.h"

unsigned png_bits_per_pixel(const png2bmp_png_info *png);

/* Bytes of a scanline of `width` pixels, without its filter type. */
uint64_t png_scanline_bytes(uint32_t width, const png2bmp_png_info *png);

/* Bytes of all scanlines, filter types included: what the zlib stream must contain. */
uint64_t png_all_scanlines_bytes(const png2bmp_png_info *png);

#endif
