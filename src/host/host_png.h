/* A PNG of R G B A pixels for icons, which lib/ makes: with libdeflate's compressor. */
#ifndef PNG2BMP_HOST_PNG_H
#define PNG2BMP_HOST_PNG_H

#include "base/opaque.h"

/* The sides of an icon's image are at most this long. */
#define HOST_PNG_LONGEST_SIDE 256

/* Bytes of a PNG of this size at most. */
size_t host_png_bound(uint32_t width, uint32_t height);

/* Makes a plan of R G B A pixels without gaps one of their PNG: its byte_length is then the
 * greatest length. PNG2BMP_ERR_PIXELS: not such pixels, or too large for an icon. */
png2bmp_status host_png_plan(png2bmp_plan *plan, const png2bmp_pixels *pixels,
                             png2bmp_report *report);

/* Writes the PNG of `rgba`, 4 * width * height bytes, top row first, to host_png_bound bytes at
 * `png`. Sides: 1 to HOST_PNG_LONGEST_SIDE. Returns the length; 0: out of memory. */
size_t host_png_write(uint8_t *png, const uint8_t *rgba, uint32_t width, uint32_t height);

#endif
