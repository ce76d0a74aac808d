/* One very long scanline, piece by piece, so that it never has to be in memory in filtered form. */
#ifndef PNG2BMP_LONG_ROW_H
#define PNG2BMP_LONG_ROW_H

#include "base/kernels.h"
#include "scanlines.h"

typedef struct long_row_reader {
    scanline_reader *scanlines;
    unfilter_fn      unfilter;
    size_t           pixel_bytes;
    bool             swap;     /* unfilter is one of the SWAP forms */
    uint8_t         *filtered; /* a piece, after the pixel before it */
    uint8_t         *above;    /* the same piece of the row above */

    /* Of the row that is being read: */
    bool     is_begun;
    unsigned filter;
    size_t   at; /* bytes that are done */
} long_row_reader;

/* memory: LONG_ROW_MEMORY bytes of any alignment; the caller keeps owning it. */
long_row_reader long_row_open(scanline_reader *scanlines, const kernels *kernels,
                              unfilter_kind unfilter, void *memory);

/* Undoes the filter of the next scanline into row. above: the row above it in the order of `row`,
 * which may be `row` itself; NULL for zeros. number: of the scanline, for messages. STATUS_WAITING:
 * to go on, it is called again with the same arguments. */
png2bmp_status long_row_read(long_row_reader *reader, uint8_t *row, size_t row_bytes,
                             const uint8_t *above, uint32_t number);

#endif
