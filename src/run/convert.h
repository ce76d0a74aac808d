/* A PNG, or raw pixels, to rows of a BMP. Every row is written, padding included. Not for
 * conversions with halves_are_needed: see whole.h. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "target.h"

/* What is converted: a PNG, or pixels. */
typedef struct run_source {
    const uint8_t        *png;
    size_t                size;
    const png2bmp_pixels *pixels; /* NULL: a PNG */
} run_source;

/* One of the two functions below. */
png2bmp_status source_rows(const png2bmp_plan *plan, const run_source *source, row_target *target,
                           const png2bmp_control *control, png2bmp_report *report);

png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report);

png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, const png2bmp_control *control,
                           png2bmp_report *report);

#endif
