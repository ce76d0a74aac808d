/* What a PNG says of its picture and a BMP has no place for: it is handed out, and nothing is
 * converted by it. */
#ifndef PNG2BMP_ABOUT_H
#define PNG2BMP_ABOUT_H

#include "chunk.h"

/* Takes what is known of an ancillary chunk before the pixels. */
void about_read(const chunk *c, const png_file *file, png2bmp_png_about *about);

/* Warns where the samples are far from sRGB: a program that takes a BMP takes them for that. Never
 * an error. */
void about_warn(const png_file *file, const png2bmp_png_about *about);

#endif
