/* What the plan checks again for conversions that are derived from one. */
#ifndef PNG2BMP_PLAN_H
#define PNG2BMP_PLAN_H

#include "base/opaque.h"

/* Whether plan->memory is allowed. */
png2bmp_status plan_check_memory(const png2bmp_plan *plan, png2bmp_report *report);

/* Whether that and the bytes of a strip are. */
png2bmp_status plan_check_strip(const png2bmp_plan *plan, uint64_t strip, png2bmp_report *report);

#endif
