/*
 * The plans of conversions to another size. The first makes gray, R G B or R G B A of the image,
 * turned, row by row, which are resized (resize/resize.h) and go on by the second, as raw pixels
 * do.
 */
#ifndef PNG2BMP_SIZES_H
#define PNG2BMP_SIZES_H

#include "base/opaque.h"
#include "resize/resize.h"

bool sizes_differ(const png2bmp_plan *plan);

/* Gives options the size of others. */
void sizes_copy(png2bmp_options *options, const png2bmp_options *from);

/* The plan of what is resized, top row first; of what becomes of it. Without plan->bmp.format, the
 * latter lacks a layout. Both are without a size of their own, and the latter is not turned. */
png2bmp_plan sizes_first(const png2bmp_plan *plan);
png2bmp_plan sizes_second(const png2bmp_plan *plan);

/* What is between the two. */
resize_spec sizes_spec(const png2bmp_plan *plan);

/* The memory between them, in bytes, each a multiple of 16: what the resizer needs; what the writer
 * of the resized rows needs; `rows` rows of the first plan, which are all of them if they do not
 * come in order. */
typedef struct sizes_layout {
    uint64_t resizer, writer, strip;
    uint32_t rows;
} sizes_layout;

/* written: the plan of those rows. */
sizes_layout sizes_layout_of(const png2bmp_plan *plan, const png2bmp_plan *written);
uint64_t     sizes_layout_bytes(const sizes_layout *layout);

#endif
