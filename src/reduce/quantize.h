/* Chooses colours for an image that has more than its palette may have. */
#ifndef PNG2BMP_QUANTIZE_H
#define PNG2BMP_QUANTIZE_H

#include "base/cancel.h"

/* Bytes that quantize allocates. */
#define QUANTIZE_MEMORY (13u << 19)

/*
 * Chooses at most `colors` (2 to 256) for the pixels. Returns how many; 0: out of memory. If it is
 * cancelled, the colours are not to be used.
 *
 * The set of the image's colours is cut in two where that reduces the squared error most, as in X.
 * Wu's method ("Efficient Statistical Computations for Optimal Color Quantization", Graphics Gems
 * II, 1991); then the part that gains most by a cut, and so on. A few rounds then move the mean of
 * each part to the mean of the colours that are nearest to it (S. Lloyd, "Least squares
 * quantization in PCM", 1982).
 */
unsigned quantize(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned colors,
                  cancel_check *cancel);

#endif
