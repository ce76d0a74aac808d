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

/* Errors that are carried may lead out of the range of samples, so far at most. */
enum {
    NEAREST_LEAST = -128,
    NEAREST_MOST = 383
};

/* The index of the entry that is nearest to B G R. A palette of more than 16 entries takes what is
 * out of range for the end of the range. */
unsigned nearest_of(nearest *n, const int bgr[3]);

/* B G R of an entry. */
const uint8_t *nearest_color(const nearest *n, unsigned index);

#endif
