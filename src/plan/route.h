/* How a plan is carried out: which kernels and buffers turn filtered scanlines into rows of the
 * BMP. The plan reports this memory; the run allocates it (test/c/test_memory.c: to the byte). */
#ifndef PNG2BMP_ROUTE_H
#define PNG2BMP_ROUTE_H

#include "steps.h"

/* Longer scanlines are read in pieces, by long_row.c. A batch of them would only have one, so
 * nothing is lost. */
#define LONG_ROW (512 * 1024)

enum {
    LONG_ROW_PIECE = 65520, /* whole pixels of 1, 2, 3, 4, 6 and 8 bytes */
    LONG_ROW_PIXEL = 8,     /* bytes of the largest */
    LONG_ROW_FILTERED = 1 + LONG_ROW_PIXEL + LONG_ROW_PIECE + KERNEL_SLACK,
    LONG_ROW_MEMORY = LONG_ROW_FILTERED + LONG_ROW_PIXEL + LONG_ROW_PIECE
};

typedef struct route {
    row_steps     steps;
    unfilter_kind unfilter;
    bool          direct;   /* unfilter writes rows of the output itself */
    bool          scatters; /* see turn.h */
    bool          reverses; /* the samples of each row */
    uint64_t      row_bytes;
    uint64_t      held_bytes; /* longer scanlines are read in pieces: long_row.h */

    /* The scratch memory: what the writer of rows needs (steps.memory, rounded); rows of `pitch`
     * bytes (the prior scanline, then `group` more), or one scanline that is read in pieces, and
     * memory for that; a row of pixels before they are scattered, or of samples in reverse. 0
     * bytes: not needed. */
    uint64_t writer_bytes, pitch, samples_bytes, pieces_bytes, row_apart_bytes;
    uint32_t group;
} route;

route route_of(const png2bmp_plan *plan);

uint64_t route_scratch_bytes(const route *r);

/* Rows of raw pixels that are copied, each with slack: those of a turned image, or the last. */
typedef struct raw_rows {
    uint64_t pitch;
    uint32_t count;
} raw_rows;

raw_rows route_raw_rows(const png2bmp_plan *plan);

/* What encode.c allocates: the writer's memory, and these rows. */
uint64_t route_memory_of_samples(const png2bmp_plan *plan, const row_steps *steps);

/* Whether the BMP can only leave in one piece: it is complete before any of its rows is. */
bool route_is_whole(const png2bmp_plan *plan);

/* Whether the rows of a PNG come from the last one of the BMP up. */
bool route_goes_up(const png2bmp_plan *plan);

/* The most bytes that a run allocates at the same time: for a PNG, and for raw pixels. */
uint64_t route_memory(const png2bmp_plan *plan);
uint64_t route_memory_of_pixels(const png2bmp_plan *plan);

#endif
