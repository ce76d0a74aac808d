/* The rows of an image of another size: see plan/sizes.h. */
#ifndef PNG2BMP_RESIZED_H
#define PNG2BMP_RESIZED_H

#include "png/chunk.h"
#include "resize/resize.h"
#include "rows.h"
#include "target.h"

typedef struct resized_rows {
    row_target          from; /* first: its address is that of the structure */
    png2bmp_plan        first;
    const png2bmp_plan *plan;
    row_target         *to;
    const png_file     *file;
    resizer             resizer;
    row_writer          writer;
    uint8_t            *top;      /* row of `from` */
    const uint8_t      *next;     /* of `from`: the row that is resized next, */
    uint32_t            left;     /* and how many there are */
    bool                is_read;  /* it is resized, and waits for room for what it gives */
    bool                is_whole; /* `from` is, which did not come in order */
    void               *memory;   /* the rows of `from`, what the resizer needs, and the writer */
} resized_rows;

/* What is written to r->from by the plan r->first goes to `to`: the size of `sized`, in rows of
 * `plan`. flips: rows of r->first come from the last one up, and all at once. file: has the check
 * for cancelling, and the report. Nothing may move until resized_close, which must be called in any
 * case. */
png2bmp_status resized_open(resized_rows *r, const png2bmp_plan *sized, const png2bmp_plan *plan,
                            row_target *to, const png_file *file, bool flips);
void           resized_close(resized_rows *r);

/* After STATUS_WAITING, before anything else is written to r->from. It may be returned again, where
 * the file pauses. */
png2bmp_status resized_go_on(resized_rows *r);

/* When all of r->from is written; as resized_go_on. */
png2bmp_status resized_finish(resized_rows *r);

#endif
