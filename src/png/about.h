/* Metadata that a BMP has no place for: it is reported, and does not affect the conversion, except
 * that of colours, see plan/convert_colors.c, and the orientation, see plan/turn.c. */
#ifndef PNG2BMP_ABOUT_H
#define PNG2BMP_ABOUT_H

#include "chunk.h"

/* How many bytes of the data of such a chunk about_read reads: all, or the first ones of it. */
uint32_t about_needs(const chunk *c);

/* Reads an ancillary chunk before the pixels, if it is one of interest. */
void about_read(const chunk *c, png2bmp_png_about *about);

/* Whether such chunks say what the colours are, except iCCP: its data is read by plan/profile.c. */
bool about_is_color(uint32_t type);

/* Whether they say the orientation. */
bool about_is_exif(uint32_t type);

#endif
