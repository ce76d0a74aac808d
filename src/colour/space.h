/* The colour space that a PNG says it has, without ICC profiles: those are read in icc.c. */
#ifndef PNG2BMP_SPACE_H
#define PNG2BMP_SPACE_H

#include "base/opaque.h"

/* Set curves and matrix as cICP says, or gAMA and cHRM. Return NULL, or what is wrong with it or
 * unknown, as the end of a sentence. */
const char *space_of_cicp(color_space *space, const png2bmp_png_about *about);
const char *space_of_gamma(color_space *space, const png2bmp_png_about *about);

/* Whether samples in the space are those of sRGB: at 8 bits, grays are, and colours within 1. */
bool space_is_srgb(const color_space *space, bool is_gray);

/* Fills space->stored with the gray levels or the palette of the image, if its pixels are indices
 * of them. */
void space_store_colors(color_space *space, const png2bmp_png_info *png);

/* Whether they are: gray up to 8 bits, or a palette. */
bool space_is_stored(const png2bmp_png_info *png);

/* Whether samples are converted while the image is: neither stored nor sRGB already. */
bool space_converts_samples(const png2bmp_plan *plan);

#endif
