/* Runs both halves of a conversion: see halves.h. */
#ifndef PNG2BMP_WHOLE_H
#define PNG2BMP_WHOLE_H

#include "base/opaque.h"

/* What is converted: a PNG, or pixels. */
typedef struct whole_source {
    const uint8_t        *png;
    size_t                size;
    const png2bmp_pixels *pixels; /* NULL: a PNG */
} whole_source;

/* As png2bmp_run and png2bmp_run_pixels. */
png2bmp_status whole_run(const png2bmp_plan *plan, const whole_source *source, uint8_t *bmp,
                         const png2bmp_control *control, png2bmp_report *report);

#endif
