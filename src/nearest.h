/* The nearest colour of a palette, exactly: by the Euclidean distance of the three samples as they
 * are stored. The first of those that are equally near. */
#ifndef PNG2BMP_NEAREST_H
#define PNG2BMP_NEAREST_H

#include "png2bmp.h"

typedef struct nearest nearest;

/* Bytes that nearest_open wants, for a palette of `entries`. */
size_t nearest_memory(unsigned entries);

/* memory: nearest_memory(...) bytes, aligned as malloc does it, that stay the caller's. palette: R
 * G B, `entries` of them, 2 to 256. */
nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries);

/* The index of the entry that is nearest to B G R. */
unsigned nearest_of(nearest *n, const uint8_t bgr[3]);

/* B G R of an entry. */
const uint8_t *nearest_color(const nearest *n, unsigned index);

#endif
