/* The second step: from a plan and a source to a BMP. */
#ifndef PNG2BMP_RUN_H
#define PNG2BMP_RUN_H

#include "base/sink.h"
#include "convert.h"
#include "resized.h"

/* ---- All at once -------------------------------------------------------------- */

/* What is converted: a PNG in memory, or pixels. */
typedef struct run_source {
    const uint8_t        *png;
    size_t                size;
    const png2bmp_pixels *pixels; /* NULL: a PNG */
} run_source;

/* Into memory: plan->bmp.byte_length bytes, all of which are written. */
png2bmp_status run_to(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                      const png2bmp_control *control, png2bmp_report *report);

/* In pieces, each of which `sink` receives once: the headers, strips of about this many bytes in
 * the order of the rows, an embedded profile. A BMP that is no longer than a strip, and one of
 * which route_is_whole is one piece. What
 * the sink returns other than PNG2BMP_OK ends the run. */
png2bmp_status run_into(const png2bmp_plan *plan, const run_source *source, uint64_t strip_bytes,
                        byte_sink sink, const png2bmp_control *control, png2bmp_report *report);

/* Whether memory for a BMP that must be one piece, and is longer than this, is allowed. */
png2bmp_status run_check_piece(const png2bmp_plan *plan, uint64_t strip_bytes,
                               png2bmp_report *report);

/* ---- As the PNG comes --------------------------------------------------------- */

/* One that goes on: all that it has to know while it waits. */
typedef struct bmp_run {
    row_target            target; /* first: hand_out_strip takes its address for that of the run */
    const png2bmp_plan   *plan;
    const png2bmp_plan   *written; /* the same, or &resized_to: the plan of what leaves */
    const png_file       *file;
    const png2bmp_pixels *pixels;
    byte_sink             sink;
    const byte_room      *room; /* NULL: rows have a strip in `scratch` */
    uint8_t              *bmp;  /* all of it; NULL: it leaves in strips */
    bool                  owns_bmp;
    uint8_t              *scratch;   /* a strip, or what the first half makes */
    const png2bmp_plan   *rows_plan; /* of the rows that are made from the source, and */
    row_target           *rows_target;
    bool                  is_open; /* the conversion */
    bool                  is_resized;
    bool                  has_rows; /* all of them are made */
    conversion            conversion;
    png2bmp_plan          first; /* of the first half, if there are two */
    png2bmp_plan          resized_to;
    resized_rows          resized;
} bmp_run;

/* Whether rows can be written to where they leave from: they are whole at once. Only of those that
 * leave in the order of the file. */
bool run_can_be_placed(const png2bmp_plan *plan);

/* As run_to and run_into. room: NULL, or with run_can_be_placed where rows are written, in place of
 * a strip: whenever the run goes on, it may be another one. Then rows also leave when the run
 * waits. With room for no row at all, the file must pause. file: the PNG, its report and its
 * `cancel`, which is there; with pixels (else NULL), only the latter two. What is pointed to, and
 * the run itself, must not move until run_end, which must be called in any case. */
png2bmp_status run_begin_to(bmp_run *r, const png2bmp_plan *plan, const png_file *file,
                            const png2bmp_pixels *pixels, uint8_t *bmp);
png2bmp_status run_begin_into(bmp_run *r, const png2bmp_plan *plan, const png_file *file,
                              const png2bmp_pixels *pixels, uint64_t strip_bytes, byte_sink sink,
                              const byte_room *room);

/* Converts all that has come. PNG2BMP_OK: the BMP is complete. STATUS_WAITING: there is nothing
 * left of it, no pointer to it is kept, and the run goes on when this is called again. */
png2bmp_status run_go_on(bmp_run *r);
void           run_end(bmp_run *r);

/* While it waits: no byte of the PNG before this one is needed again. */
size_t run_position(const bmp_run *r);

#endif
