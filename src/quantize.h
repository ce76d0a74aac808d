/* Colours for an image that has more than its palette may have. */
#ifndef PNG2BMP_QUANTIZE_H
#define PNG2BMP_QUANTIZE_H

#include "png2bmp.h"

/* Bytes that quantize allocates. */
#define QUANTIZE_MEMORY (3u << 20)

/*
 * The different colours of `pixels` R G B pixels, in the order in which they come, if there are no
 * more than `most` (2 to 256). 0: there are more.
 */
unsigned quantize_count(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned most);

/*
 * Chooses at most `colors` (2 to 256) for the pixels. Gives how many; 0: out of memory.
 *
 * The image's colours are cut in two where the squared error loses most, as in X. Wu's method
 * ("Efficient Statistical Computations for Optimal Color Quantization", Graphics Gems II, 1991);
 * then the part that gains most by a cut, and so on. Then the means of the parts are moved to the
 * middle of what they are nearest to, a few times (S. Lloyd, "Least squares quantization in PCM",
 * 1982).
 */
unsigned quantize(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned colors);

#endif
