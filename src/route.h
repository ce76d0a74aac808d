/*
 * Consequences of a plan for the way from filtered scanlines to rows of the output. One function
 * computes them all: the plan takes from it the memory that it announces, and the run what it does
 * and allocates, so that the two agree (test/c/test_memory.c: to the byte).
 *
 * The run calls it again, although the plan could keep what it says. That would be a second copy of
 * every size in memory that callers own, in a public structure that then had the enums of kernels.h
 * in it; and where the whole image is needed (whole.h) the plans of both halves, which are derived
 * from the caller's, would have to renew it. It takes 60 to 90 ns: of a 16 x 16 icon's plan and run
 * about 1 %.
 */
#ifndef PNG2BMP_ROUTE_H
#define PNG2BMP_ROUTE_H

#include "rows.h"

typedef struct route {
    row_steps     steps;
    unfilter_kind unfilter;
    bool          direct; /* unfilter writes rows of the output itself */
    uint64_t      row_bytes;
    uint64_t      held_bytes; /* longer scanlines are read in pieces: long_row.h */

    /* The scratch memory: what the writer of rows needs (steps.memory, rounded); rows of `pitch`
     * bytes (the prior scanline, then `group` more), or one scanline that is read in pieces, and
     * memory for that; for an interlaced image a row of pixels before they are scattered. 0 bytes:
     * not needed. */
    uint64_t writer_bytes, pitch, samples_bytes, pieces_bytes, pass_row_bytes;
    uint32_t group;
} route;

route route_of(const png2bmp_plan *plan);

uint64_t route_scratch_bytes(const route *r);

/* The most bytes that a run allocates at the same time: for a PNG, and for raw pixels. */
uint64_t route_memory(const png2bmp_plan *plan);
uint64_t route_memory_of_pixels(const png2bmp_plan *plan);

#endif
