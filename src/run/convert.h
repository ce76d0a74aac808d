/* A PNG to rows of a BMP. Every row is written, padding included. Not for conversions with
 * halves_are_needed: see run.c. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "long_row.h"
#include "plan/route.h"
#include "rows.h"
#include "salvage.h"
#include "scanlines.h"
#include "target.h"

/* A conversion that goes on as the PNG comes, and stops where the file pauses. One that lies in
 * memory is converted at once. */
typedef struct conversion {
    const png2bmp_plan *plan;
    route               route;
    row_target         *target;
    cancel_check       *cancel;
    scanline_reader     scanlines;

    unfilter_fn unfilter;
    row_writer  writer;
    bool        is_cgbi;
    bool        fetches; /* the lines of the next rows, while they are inflated */
    bool        watch_indices;
    bool        is_narrowed; /* indices have fewer bits in the BMP */

    /* How far it is. */
    bool           is_begun, is_damaged; /* damaged: what is missing is being filled */
    unsigned       pass;                 /* of an interlaced image */
    uint32_t       y;                    /* the next row, of the image or of this pass */
    uint32_t       rows_done;  /* of the image; of an interlaced one: scanlines of all passes */
    const uint8_t *batch;      /* the scanlines from y on, */
    uint32_t       batch_left; /* so many of them */

    /* One allocation, laid out as in route.h: what the writer needs, scratch rows, memory of
     * long_row, a row apart. */
    void          *memory;
    uint8_t       *scratch;
    uint8_t       *row_apart; /* pixels before they are scattered, or samples in reverse */
    const uint8_t *prior;     /* the row above the next one, if it is needed: see take_samples */

    long_row_reader long_row;
    salvage_filler  filler;
} conversion;

/* The plan, the file and the target, and the conversion itself, must not move until
 * conversion_close, which must be called in any case. The file has the report and `cancel`. */
png2bmp_status conversion_open(conversion *c, const png2bmp_plan *plan, const png_file *file,
                               row_target *target);
void           conversion_close(conversion *c);

/* Converts all that has come. PNG2BMP_OK: that was all of it. STATUS_WAITING: the rows that have
 * come are written, or the file pauses; it goes on when it is called again. */
png2bmp_status conversion_go_on(conversion *c);

#endif
