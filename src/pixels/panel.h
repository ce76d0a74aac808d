/*
 * Steps that a row of pixels goes through after its samples: luma, 16-bit colour, alpha, packed
 * indices.
 */
#ifndef PNG2BMP_PANEL_H
#define PNG2BMP_PANEL_H

#include "png2bmp.h"

/* Rec. 601 luma of `width` B G R pixels, one byte each; gray does not change. */
void panel_luma(uint8_t *dst, const uint8_t *bgr, size_t width);

/* Replaces B G R with their luma, three times the same. */
void panel_gray(uint8_t *bgr, size_t width);

/* Two bytes per pixel, little-endian: each channel rounded to the nearest of its levels, 0 to
 * levels[i] = 2^n - 1, B in the lowest bits. */
void panel_levels(uint8_t *dst, const uint8_t *bgr, size_t width, const uint8_t levels[3]);

/* Pixels with alpha: their colour, or, below the threshold, the background (B G R). */
void panel_key(uint8_t *bgr, const uint8_t *bgra, size_t width, unsigned threshold,
               const uint8_t background[3]);

/* B G R A in place: each colour times alpha / 255, rounded. */
void panel_premultiply(uint8_t *pixels, size_t width);

/* Packs a byte per index into 1 or 4 bits, leftmost in the high bits, unused bits 0. Indices are
 * below 1 << bits. */
void panel_pack(uint8_t *dst, const uint8_t *indices, size_t width, unsigned bits);

#endif
