/* Which row function makes rows of this BMP out of this image. */
#ifndef PNG2BMP_ROW_CHOICE_H
#define PNG2BMP_ROW_CHOICE_H

#include "kernels.h"

row_kind row_kind_of(const png2bmp_plan *plan);

/* Whether transparency gives way to the background, blended or by a threshold. */
bool row_blends(const png2bmp_plan *plan);

/* Whether rows are made with their alpha although the format has none: ALPHA_KEY looks at it. A
 * palette or a transparent colour is dealt with in the tables. */
bool row_needs_alpha(const png2bmp_plan *plan);

/* Whether the transparent colour changes what is written. */
bool row_key_matters(const png2bmp_plan *plan);

#endif
