/* Metadata that a BMP has no place for: it is reported, and does not affect the conversion. */
#ifndef PNG2BMP_ABOUT_H
#define PNG2BMP_ABOUT_H

#include "chunk.h"

/* Reads an ancillary chunk before the pixels, if it is one of interest. */
void about_read(const chunk *c, const png_file *file, png2bmp_png_about *about);

/* Warns if the samples are far from sRGB, which programs that read a BMP assume. Never an error. */
void about_warn(const png_file *file, const png2bmp_png_about *about);

#endif
