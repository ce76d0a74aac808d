/* The bytes of a BMP before its first row: combines bmp.c and the colours of pixels.c. */
#ifndef PNG2BMP_HEADER_H
#define PNG2BMP_HEADER_H

#include "opaque.h"

/* Writes plan->bmp.header_length bytes: headers and palette. */
void header_write(uint8_t *dst, const png2bmp_plan *plan);

#endif
