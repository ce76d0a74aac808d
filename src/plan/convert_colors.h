/* What becomes of the colour space of a PNG: options.color_space. */
#ifndef PNG2BMP_CONVERT_COLORS_H
#define PNG2BMP_CONVERT_COLORS_H

#include "png/png.h"

/* Decides it: plan->space, is_srgb and bmp.converted_from, whose layout must be there. Warns if
 * what is written is far from sRGB, which readers of a BMP assume; that is never an error. */
png2bmp_status convert_colors_plan(png2bmp_plan *plan, const png_file *file);

#endif
