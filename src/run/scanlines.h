/*
 * The scanlines of a PNG, one batch after another: connects chunks and inflater, checks filter
 * types, and reports errors.
 */
#ifndef PNG2BMP_SCANLINES_H
#define PNG2BMP_SCANLINES_H

#include "inflate/inflate.h"
#include "png/png.h"

typedef struct scanline_reader {
    const png2bmp_plan *plan;
    const png_file     *file;
    idat_reader         idats;
    inflater           *inflater;

    /* A scanline with an unknown filter type: the error comes after the scanlines before it. */
    bool               filter_failed;
    unsigned           failed_type;
    unsigned long long failed_scanline;

    bool stream_is_read; /* to its end, by scanlines_finish; it held */
    bool has_surplus;    /* more than was needed */
} scanline_reader;

/* reader, file: must not move until scanlines_close, which must be called in any case.
 * longest_row: bytes without the filter type. fetches: before each scanlines_next, inflate_fetch is
 * called. */
png2bmp_status scanlines_open(scanline_reader *reader, const png2bmp_plan *plan,
                              const png_file *file, size_t longest_row, bool fetches,
                              const kernels *kernels);
void           scanlines_close(scanline_reader *reader);

/* The functions below return STATUS_WAITING while more of a file that is fed is needed: then they
 * are called again with the same arguments. */

/* The next scanlines of 1 + row_bytes bytes, at least one and at most max_rows, none after an
 * error; `first` is the number of the first, for messages. As inflate_rows. */
png2bmp_status scanlines_next(scanline_reader *reader, size_t row_bytes, uint32_t max_rows,
                              uint32_t first, const uint8_t **rows, size_t *count);

/* The next bytes of a scanline that is read in pieces, starting with its filter type, which is not
 * checked; at most 1 + longest_row. */
png2bmp_status scanlines_next_piece(scanline_reader *reader, size_t size, const uint8_t **bytes);

/* The error for a scanline's filter type. */
png2bmp_status scanlines_filter_error(scanline_reader *reader, unsigned type,
                                      unsigned long long scanline);

/* After the last scanline: the rest of the stream and of the file. */
png2bmp_status scanlines_finish(scanline_reader *reader);

#endif
