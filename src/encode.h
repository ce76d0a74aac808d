/* Raw pixels to rows of a BMP. */
#ifndef PNG2BMP_ENCODE_H
#define PNG2BMP_ENCODE_H

#include "target.h"

/* Writes every row, padding included. */
png2bmp_status encode_rows(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                           row_target *target, const png2bmp_control *control,
                           png2bmp_report *report);

/* Bytes that it allocates. */
uint64_t encode_memory(const png2bmp_plan *plan);

#endif
