/* What the samples of sRGB stand for: IEC 61966-2-1. */
#ifndef PNG2BMP_SRGB_H
#define PNG2BMP_SRGB_H

#include <stdint.h>

/* The light of each sample, in 65535ths of white's, rounded. */
extern const uint16_t srgb_light[256];

#endif
