/* The second step: from a plan and a source to a BMP. */
#ifndef PNG2BMP_RUN_H
#define PNG2BMP_RUN_H

#include "convert.h"

/* Into memory: plan->bmp.byte_length bytes, all of which are written. */
png2bmp_status run_to(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                      const png2bmp_control *control, png2bmp_report *report);

/* In pieces, each of which `sink` receives once: the headers, strips of about this many bytes in
 * the order of the rows, an embedded profile. A BMP that is no longer than a strip, and one that
 * must be complete before any of its rows is (interlaced, halves_are_needed), is one piece. What
 * the sink returns other than PNG2BMP_OK ends the run. */
png2bmp_status run_into(const png2bmp_plan *plan, const run_source *source, uint64_t strip_bytes,
                        byte_sink sink, const png2bmp_control *control, png2bmp_report *report);

#endif
