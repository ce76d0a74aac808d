/* The colours of an image: what its gray levels and palette indices become, its transparent colour,
 * and the palette of its BMP. */
#ifndef PNG2BMP_COLORS_H
#define PNG2BMP_COLORS_H

#include "pixel_way.h"

/* Fills the context: tables, key, background. */
void colors_prepare(row_context *context, const png2bmp_plan *plan, const pixel_way *way);

/* Fills the plan->bmp.palette_entries (2 to 256) entries of the BMP's palette: B G R and an unused
 * byte. */
void colors_palette(uint8_t (*palette)[4], const png2bmp_plan *plan, const pixel_way *way);

#endif
