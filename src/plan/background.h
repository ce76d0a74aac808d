/* The plan of rows that are missing in a damaged image: see salvage.c. */
#ifndef PNG2BMP_BACKGROUND_H
#define PNG2BMP_BACKGROUND_H

#include "base/opaque.h"

/* Whether the background is no colour but what transparent pixels get. */
bool background_is_hole(const png2bmp_plan *plan);

/* The same BMP, from an image of R G B, or of R G B A if it is a hole. If it has a palette of its
 * own, that is kept, and the nearest of its colours is used. */
png2bmp_plan background_of(const png2bmp_plan *plan);

/* Bytes of a line of such pixels, with slack. */
uint64_t background_line_bytes(const png2bmp_plan *plan);

/* Bytes that salvage_fill allocates: this line, and the memory of a writer. */
uint64_t background_memory(const png2bmp_plan *plan);

#endif
