/*
 * What panels and printers take: rows of B G R pixels become luma, black and white,
 * or 16-bit colour.
 */
#ifndef PNG2BMP_PANEL_H
#define PNG2BMP_PANEL_H

#include "png2bmp.h"

/* Rec. 601 luma of `width` B G R pixels: a byte each; gray stays as it is. */
void panel_luma(uint8_t *dst, const uint8_t *bgr, size_t width);

/* RGB565, little-endian: two bytes a pixel, each channel rounded. */
void panel_rgb565(uint8_t *dst, const uint8_t *bgr, size_t width);

/* Dithering goes down the image: a row depends on those above it. */
typedef struct mono_state {
    png2bmp_dither dither;
    int            threshold;
    unsigned       white; /* the bit of a white pixel; black has the other */
    uint32_t       y;     /* of the next row */
    int           *error; /* carried down, in sixteenths of a level; mono_errors(width) of them */
} mono_state;

/* How many ints mono_open wants. */
size_t mono_errors(size_t width);

/* Sets the state before row 0. errors: mono_errors(width) ints that stay the
 * caller's. */
void mono_open(mono_state *state, const png2bmp_options *options, int *errors, size_t width);

/* One row of luma to bits, leftmost in the high bit, unused bits 0. */
void mono_row(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t width);

#endif
