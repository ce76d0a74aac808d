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
#include "kernels.h"
#include "nearest.h"

typedef struct dither_state {
    png2bmp_dither rule;
    nearest       *palette;   /* NULL: the levels below */
    unsigned       levels[3]; /* B G R: the highest level of each channel */
    int            spread[3]; /* ordered: how far the matrix reaches, in samples */
    bool           is_chosen; /* the palette, for this image */
    uint32_t       y;         /* of the next row */
    diffuse_fn     diffuse;
    size_t         width;
    diffusion_rows rows; /* in sixteenths of a sample, three a pixel */
} dither_state;

/* How many ints dither_open wants. */
size_t dither_errors(png2bmp_dither rule, size_t width);

/* Rows that are walked the same way, and together where that is faster: those of a multiple of it
 * and the next ones. Each is so many pixels behind the one above it: with two, no error would come
 * too late, with three none of those from above comes last. */
enum {
    DITHER_GROUP = 4,
    DITHER_LAG = 3,
    /* So many pixels at both ends of each row may be read, and so many of its indices written. */
    DITHER_MARGIN = DITHER_GROUP * DITHER_LAG
};

/* Before row 0; `palette`, or `levels`. errors: dither_errors(...) ints that stay the caller's. */
void dither_open_palette(dither_state *state, png2bmp_dither rule, nearest *palette,
                         unsigned entries, bool is_chosen, diffuse_fn diffuse, int *errors,
                         size_t width);
void dither_open_levels(dither_state *state, png2bmp_dither rule, const unsigned levels[3],
                        int *errors, size_t width);

/* Rows of B G R pixels that lie `pitch` bytes apart to indices, one a byte; at most a group. */
typedef struct dither_rows {
    uint8_t *bgr;
    size_t   pitch;
    uint8_t *indices;
    size_t   index_pitch;
} dither_rows;

void dither_to_indices(dither_state *state, const dither_rows *rows, unsigned count);

/* One row, in place: each sample becomes the one of its level. */
void dither_row_of_levels(dither_state *state, uint8_t *bgr);

#endif
