/* Converts rows of luma to black and white, for panels and printers. */
#ifndef PNG2BMP_MONO_H
#define PNG2BMP_MONO_H

#include "diffusion.h"

/* Dithering works downwards: a row depends on those above it. */
typedef struct mono_state {
    png2bmp_dither dither;
    int            threshold;
    unsigned       white; /* the bit of a white pixel; black has the other */
    uint32_t       y;     /* of the next row */
    diffusion_rows rows;  /* in sixteenths of a level */
} mono_state;

/* How many ints mono_open wants. */
size_t mono_errors(png2bmp_dither rule, size_t width);

/* Sets the state before row 0. rule: that of the options, or the one that DEFAULT stands for.
 * errors: mono_errors(...) ints, which the caller keeps owning. */
void mono_open(mono_state *state, png2bmp_dither rule, const png2bmp_options *options, int *errors,
               size_t width);

/* Converts one row of luma to bits, leftmost in the high bit, unused bits 0. */
void mono_row(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t width);

#endif
