/* What a row takes on its way from samples to the BMP, and the memory for that. */
#ifndef PNG2BMP_STEPS_H
#define PNG2BMP_STEPS_H

#include "bmp/pixel_way.h"

/* A row that takes two steps is processed in pieces of this many pixels, so that the intermediate
 * pixels stay in the cache, and need no more memory for a wider image. A multiple of 8, so that
 * pieces of packed samples start at whole bytes. Scratch rows start at addresses that suit vectors,
 * and kernels read past their ends. */
enum {
    STEPS_PIECE = 2048,
    STEPS_PIECE_BYTES = (4 * STEPS_PIECE + KERNEL_SLACK + 15) / 16 * 16,
    STEPS_SAMPLES_BYTES = (8 * STEPS_PIECE + KERNEL_SLACK + 15) / 16 * 16
};

/* The memory of a row_writer, one part after another, in bytes; 0: not needed. */
typedef struct row_layout {
    uint64_t colors;  /* a piece of pixels, and one more if there is alpha */
    uint64_t line;    /* between two steps: a piece of luma, or a whole row of B G R */
    uint64_t group;   /* whole rows of B G R for a palette, group_pitch apart */
    uint64_t indices; /* as many of indices, index_pitch apart; or which pixels are holes, of a
                         piece or of a whole row */
    uint64_t numbers, nearest;
    uint64_t errors;
    uint64_t srgb;    /* tables of a conversion to sRGB */
    uint64_t samples; /* a piece of them */
    uint64_t group_pitch, index_pitch;
} row_layout;

/* What follows from a plan for every row. */
typedef struct row_steps {
    pixel_way  way;
    row_layout layout;
    uint64_t   memory; /* that rows_open needs, aligned as by malloc: the sum of the layout */
} row_steps;

row_steps steps_of(const png2bmp_plan *plan);

/* The unfilter that produces rows of the output by itself, because they hold the scanline's bytes,
 * or those bytes swapped; UNFILTER_COUNT if there is none. */
unfilter_kind steps_direct_unfilter(const row_steps *steps);

#endif
