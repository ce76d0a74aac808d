/* The colours of an image: what its gray levels and palette indices become, its transparent colour,
 * and the palette of its BMP. */
#ifndef PNG2BMP_COLORS_H
#define PNG2BMP_COLORS_H

#include "format.h"
#include "kernels.h"

/* Where the colours of the BMP's palette come from. PALETTE_GIVEN: options.palette, or, while that
 * is empty, colours that have yet to be chosen for the image. */
palette_kind colors_kind(const png2bmp_plan *plan);

/* Whether the pixels become colours of a palette that is not the image's own; in bgr24, too. */
bool colors_are_matched(const png2bmp_plan *plan);

/* Fills the context: tables, key, background. */
void colors_prepare(row_context *context, const png2bmp_plan *plan);

/* Fills the plan->bmp.palette_entries (2 to 256) entries of the BMP's palette: B G R and an unused
 * byte. */
void colors_palette(uint8_t (*palette)[4], const row_context *context, const png2bmp_plan *plan);

#endif
