/* Converts rows of luma to black and white, for panels and printers. */
#ifndef PNG2BMP_MONO_H
#define PNG2BMP_MONO_H

#include "diffusion.h"

/* Dithering works downwards and to the right: a row may be written in pieces, so that it need not
 * be in memory as a whole. Errors are in numbers: see light.h. */
typedef struct mono_state {
    png2bmp_dither dither;
    int            threshold;   /* in samples; of numbers, as far up between black and white */
    int16_t        number[256]; /* of each luma */
    unsigned       black;       /* the bit of a black pixel; white has the other */
    size_t         width;
    size_t         x; /* of the next piece */
    uint32_t       y;
    diffusion_rows rows;        /* Floyd and Steinberg: of int16_t; Atkinson: of int */
    int            ahead[2];    /* for the next pixel, and for the one after it */
    int            below_ahead; /* for the pixel under the next one */
} mono_state;

/* Bytes of memory that mono_open needs, aligned for int. */
size_t mono_memory(png2bmp_dither rule, size_t width);

/* Sets the state before row 0. rule: that of the options, or the one that DEFAULT stands for.
 * is_linear: errors are made and carried in light. memory: the caller keeps owning it. */
void mono_open(mono_state *state, png2bmp_dither rule, const png2bmp_options *options,
               bool is_linear, void *memory, size_t width);

/* Converts the next piece of a row of luma to bits, leftmost in the high bit, unused bits 0. The
 * pieces but the last have a multiple of eight pixels. After the last: mono_end_row. */
void mono_write(mono_state *state, uint8_t *dst, const uint8_t *luma, size_t count);
void mono_end_row(mono_state *state);

#endif
