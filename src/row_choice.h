/* Which row function converts rows of this image to rows of this BMP. */
#ifndef PNG2BMP_ROW_CHOICE_H
#define PNG2BMP_ROW_CHOICE_H

#include "format.h"
#include "kernels.h"

/* Where the colours of the BMP's palette come from. PALETTE_GIVEN: options.palette, or, while that
 * is empty, colours that have yet to be chosen for the image. */
palette_kind colors_kind(const png2bmp_plan *plan);

/* Whether the pixels become colours of a palette that is not the image's own; in bgr24, too. */
bool colors_are_matched(const png2bmp_plan *plan);

row_kind row_kind_of(const png2bmp_plan *plan);

/* Whether transparency is replaced with the background, blended or by a threshold. */
bool row_blends(const png2bmp_plan *plan);

/* Whether rows are made with alpha although the format has none, because ALPHA_KEY needs it. A
 * palette or a transparent colour is handled in the tables. */
bool row_needs_alpha(const png2bmp_plan *plan);

/* Whether the transparent colour affects the output. */
bool row_key_matters(const png2bmp_plan *plan);

#endif
