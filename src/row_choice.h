/* Which row function makes rows of this BMP out of this image. */
#ifndef PNG2BMP_ROW_CHOICE_H
#define PNG2BMP_ROW_CHOICE_H

#include "kernels.h"

row_kind row_kind_of(const png2bmp_plan *plan);

/* Whether transparency is blended onto the background. */
bool row_blends(const png2bmp_plan *plan);

/* Whether the transparent colour changes what is written. */
bool row_key_matters(const png2bmp_plan *plan);

#endif
