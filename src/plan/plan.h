/* What is checked again of a plan: before it is run, and of plans that are derived from it. */
#ifndef PNG2BMP_PLAN_H
#define PNG2BMP_PLAN_H

#include "png/chunk.h"

/* The rest of a plan, of which the options, `png`, `about` and `first_idat` are there. size: of the
 * whole file, for the check whether so many pixels can come from it; UINT64_MAX: unknown. */
png2bmp_status plan_after_header(png2bmp_plan *plan, const png_file *file, uint64_t size);

/* Whether the plan was made, from a PNG; from pixels like these. What is run without is a mistake
 * of the caller. */
png2bmp_status plan_check_png(const png2bmp_plan *plan, png2bmp_report *report);
png2bmp_status plan_check_pixels(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                 png2bmp_report *report);

/* Whether plan->memory is allowed. */
png2bmp_status plan_check_memory(const png2bmp_plan *plan, png2bmp_report *report);

/* Whether that and the bytes of a strip are. */
png2bmp_status plan_check_strip(const png2bmp_plan *plan, uint64_t strip, png2bmp_report *report);

#endif
