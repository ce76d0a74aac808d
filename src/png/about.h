/* Metadata that a BMP has no place for: it is reported, and does not affect the conversion. */
#ifndef PNG2BMP_ABOUT_H
#define PNG2BMP_ABOUT_H

#include "chunk.h"

/* How many bytes of the data of such a chunk about_read reads: all, or the first ones of it. */
uint32_t about_needs(const chunk *c);

/* Reads an ancillary chunk before the pixels, if it is one of interest. */
void about_read(const chunk *c, png2bmp_png_about *about);

/* Warns if the samples are far from sRGB, which programs that read a BMP assume. Never an error. */
void about_warn(const png_file *file, const png2bmp_png_about *about);

#endif
