/* Consequences of a plan for the way from filtered scanlines to rows of the output: computed once,
 * for the memory that the plan announces and for the run. */
#ifndef PNG2BMP_ROUTE_H
#define PNG2BMP_ROUTE_H

#include "kernels.h"

typedef struct route {
    unfilter_kind unfilter;
    bool          direct; /* unfilter writes rows of the output itself */
    uint64_t      row_bytes;
    uint64_t      held_bytes; /* longer scanlines are read in pieces: long_row.h */

    /* The scratch memory: what the writer of rows needs; rows of `pitch` bytes (the prior scanline,
     * then `group` more), or one scanline that is read in pieces, and memory for that; for an
     * interlaced image a row of pixels before they are scattered. 0 bytes: not needed. */
    uint64_t writer_bytes, pitch, samples_bytes, pieces_bytes, pass_row_bytes;
    uint32_t group;
} route;

route route_of(const png2bmp_plan *plan);

uint64_t route_scratch_bytes(const route *r);

/* The most bytes that a run allocates at the same time: for a PNG, and for raw pixels. */
uint64_t route_memory(const png2bmp_plan *plan);
uint64_t route_memory_of_pixels(const png2bmp_plan *plan);

#endif
