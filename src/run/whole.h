/* Runs both halves of a conversion: see halves.h. */
#ifndef PNG2BMP_WHOLE_H
#define PNG2BMP_WHOLE_H

#include "convert.h"

/* As run_to. */
png2bmp_status whole_run(const png2bmp_plan *plan, const run_source *source, uint8_t *bmp,
                         const png2bmp_control *control, png2bmp_report *report);

#endif
