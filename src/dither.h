/*
 * Rows of colours become rows of fewer colours: those of a palette, or of 16 bits. The error that
 * this makes is carried on to the neighbours, in the samples as they are stored (sRGB as a rule),
 * which is what viewers blend in, too. Of a palette that was chosen for the image an eighth of the
 * error is dropped: its colours are close to the image's, so that the rest hides their steps, and
 * makes less noise.
 */
#ifndef PNG2BMP_DITHER_H
#define PNG2BMP_DITHER_H

#include "diffusion.h"
#include "nearest.h"

typedef struct dither_state {
    png2bmp_dither rule;
    nearest       *palette;   /* NULL: the levels below */
    unsigned       levels[3]; /* B G R: the highest level of each channel */
    int            spread[3]; /* ordered: how far the matrix reaches, in samples */
    int            eighths;   /* of an error that are carried on */
    uint32_t       y;         /* of the next row */
    size_t         width;
    diffusion_rows rows; /* in sixteenths of a sample, three a pixel */
} dither_state;

/* How many ints dither_open wants. */
size_t dither_errors(png2bmp_dither rule, size_t width);

/* Before row 0; `palette`, or `levels`. errors: dither_errors(...) ints that stay the caller's. */
void dither_open_palette(dither_state *state, png2bmp_dither rule, nearest *palette,
                         unsigned entries, bool is_chosen, int *errors, size_t width);
void dither_open_levels(dither_state *state, png2bmp_dither rule, const unsigned levels[3],
                        int *errors, size_t width);

/* One row of B G R pixels to indices, one a byte. */
void dither_row_to_indices(dither_state *state, uint8_t *indices, const uint8_t *bgr);

/* One row, in place: each sample becomes the one of its level. */
void dither_row_of_levels(dither_state *state, uint8_t *bgr);

#endif
