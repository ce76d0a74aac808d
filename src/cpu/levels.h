/* The CPU levels: which versions of the hot functions are used at each. */
#ifndef PNG2BMP_LEVELS_H
#define PNG2BMP_LEVELS_H

#include "base/kernels.h"

/* The table of a level; if this CPU or this build lacks it, the next lower one. Constant data:
 * nothing to release. */
const kernels *kernels_for(png2bmp_cpu level);

/* The name of a level; NULL for values outside the enum. */
const char *kernels_level_name(uint32_t level);

#endif
