/* The seven passes of an interlaced image: PNG specification, section 8.2. */
#ifndef PNG2BMP_ADAM7_H
#define PNG2BMP_ADAM7_H

#include <stddef.h>
#include <stdint.h>

#define ADAM7_PASSES 7

/* The pixels of one pass: pixel (x, y) of it is pixel (x0 + x * dx, y0 + y * dy)
 * of the image. A pass of zero width or height is not in the file. */
typedef struct adam7_pass {
    uint32_t x0, y0, dx, dy;
    uint32_t width, height;
} adam7_pass;

/* Pass 0 to 6 of an image of width x height pixels. */
adam7_pass adam7_pass_of(unsigned pass, uint32_t width, uint32_t height);

/* The scanlines of all its passes. */
uint32_t adam7_scanlines(uint32_t width, uint32_t height);

#endif
