/* Sizes that follow from a plan's facts. */
#ifndef PNG2BMP_PLAN_H
#define PNG2BMP_PLAN_H

#include "png2bmp.h"

unsigned plan_bits_per_pixel(const png2bmp_png_info *png);

/* Bytes of a scanline of `width` pixels, without its filter type. */
uint64_t plan_scanline_bytes(uint32_t width, const png2bmp_png_info *png);

/* Bytes of all scanlines, filter types included: what the zlib stream must contain. */
uint64_t plan_total_scanline_bytes(const png2bmp_png_info *png);

/* Whether plan->memory is allowed. */
png2bmp_status plan_check_memory(const png2bmp_plan *plan, png2bmp_report *report);

#endif
