/*
 * Reduces rows of pixels to fewer colours: those of a palette, or of 16 bits. The error of each
 * pixel is carried on to its neighbours, in numbers that are samples as they are stored (sRGB as a
 * rule), or their light: see light.h. With a palette that was chosen for the image, an eighth of
 * the error is dropped: the colours are so close that the rest hides their steps, with less noise.
 */
#ifndef PNG2BMP_DITHER_H
#define PNG2BMP_DITHER_H

#include "base/cancel.h"
#include "base/kernels.h"
#include "diffusion.h"
#include "nearest.h"

/* Of one pixel: B G R and 0, in numbers. */
typedef int16_t dither_error[4];

/* What becomes of an error, in 32768ths of it. all: how much of it is carried on; ahead, behind,
 * below: how much of that goes to the next pixel in the row, and in the row below to the pixel
 * behind and to the one below. Floyd and Steinberg give the rest to the one below and ahead. */
typedef struct dither_shares {
    int16_t ahead, behind, below, all;
} dither_shares;

/* The numbers of a picture's samples. */
typedef struct dither_numbers {
    light_scale scale;
    int16_t     of[3][256]; /* of B, G and R */
    bool        are_stored; /* of[...] is 16 times the sample */
    /* Ordered, where the matrix has ends: between which two numbers each is moved. */
    int16_t low[3][256], high[3][256];
} dither_numbers;

/* Numbers that are those of the scale. fit: brings the light of samples into the range of a panel
 * whose colours these are (R G B): see light_fit. */
void dither_numbers_open(dither_numbers *numbers, bool is_linear);
void dither_numbers_fit(dither_numbers *numbers, const uint8_t (*colors)[3], unsigned count);

typedef struct dither_state {
    png2bmp_dither  rule;
    dither_numbers *numbers;
    nearest        *palette;   /* NULL: the levels below */
    unsigned        levels[3]; /* B G R: the highest level of each channel */
    bool            has_ends;  /* ordered: the matrix reaches from one number to the next */
    int             spread[3]; /* ordered, else: how far it reaches, in samples */
    dither_shares   shares;
    uint32_t        y; /* of the next row */
    diffuse_fn      diffuse;
    bool            has_holes; /* see dither_rows; false when it is opened */
    uint8_t         hole;      /* their index */
    size_t          width;
    diffusion_rows  rows;   /* of dither_error */
    cancel_check   *cancel; /* NULL when it is opened */
} dither_state;

/* How many bytes of errors dither_open_palette and dither_open_levels want. */
size_t dither_errors(png2bmp_dither rule, size_t width);

/* Rows are diffused in groups of GROUP, each group in one direction. Kernels do the rows of a group
 * together, each LAG pixels behind the one above it: two would be enough for all errors to have
 * arrived; with three, those from above have been there for a while. */
enum {
    DITHER_GROUP = 4,
    DITHER_LAG = 3,
    /* Kernels may read this many pixels before and after each row, and write as many indices. */
    DITHER_MARGIN = DITHER_GROUP * DITHER_LAG
};

/* What a state needs, whatever it reduces to. errors: dither_errors(...) bytes, aligned as malloc
 * does it, that stay the caller's, as the numbers do. */
typedef struct dither_setup {
    png2bmp_dither  rule;
    dither_numbers *numbers;
    void           *errors;
    size_t          width;
} dither_setup;

/* A palette to be reduced to. gray_step: how far apart its grays are, in samples, if it has no
 * other colours and more than one; else 0. is_chosen: for this image. is_seen: what is nearest is
 * what is seen of the colours, which may be anywhere. */
typedef struct dither_palette {
    nearest *nearest;
    unsigned entries;
    int      gray_step;
    bool     is_chosen, is_seen;
} dither_palette;

/* Before row 0. */
void dither_open_palette(dither_state *state, const dither_setup *setup,
                         const dither_palette *palette, diffuse_fn diffuse);
void dither_open_levels(dither_state *state, const dither_setup *setup, const uint8_t levels[3]);

/* Rows of B G R pixels, and the indices that they become, one a byte. The pitches are the bytes
 * from one row to the next. With holes, an index that is not 0 before is that of a hole: it has no
 * colour, and no error crosses it. */
typedef struct dither_rows {
    uint8_t *bgr;
    size_t   pitch;
    uint8_t *indices;
    size_t   index_pitch;
} dither_rows;

/* count: at most a group. What is there when it is cancelled is not whole. */
void dither_to_indices(dither_state *state, const dither_rows *rows, unsigned count);

/* What the kernels of level 'diffuse' do, in plain C. */
void diffuse_c(const dither_state *state, const dither_rows *rows, bool to_left);

/* One row, in place: each sample becomes the one of its level. holes: not 0 for each hole, which
 * keeps its colour; read if has_holes. */
void dither_row_of_levels(dither_state *state, uint8_t *bgr, uint8_t *holes);

#endif
