/* Rows of luma become black and white, for panels and printers. */
#ifndef PNG2BMP_MONO_H
#define PNG2BMP_MONO_H

#include "png2bmp.h"

/* Dithering goes down the image: a row depends on those above it. */
typedef struct mono_state {
    png2bmp_dither dither;
    int            threshold;
    unsigned       white;       /* the bit of a white pixel; black has the other */
    uint32_t       y;           /* of the next row */
    int           *error;       /* carried down to this row, in sixteenths of a level */
    int           *error_below; /* Atkinson: to the row below it */
} mono_state;

/* How many ints mono_open wants. */
size_t mono_errors(const png2bmp_options *options, size_t width);

/* Sets the state before row 0. errors: mono_errors(...) ints that stay the
 * caller's. */
void mono_open(mono_state *state, const png2bmp_options *options, int *errors, size_t width);

/* One row of luma to bits, leftmost in the high bit, unused bits 0. */
void mono_row(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t width);

#endif
