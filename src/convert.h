/* What save.c shares with convert.c: a conversion whose rows go to a target that
 * may be smaller than the image. */
#ifndef PNG2BMP_CONVERT_H
#define PNG2BMP_CONVERT_H

#include "png2bmp.h"

/*
 * Where BMP rows go. Row y of the image (0 is the top one) belongs at
 * top + (y % rows) * step. When the last of these places is filled, or the last
 * row of the image is, flush is called with the first row among them and their
 * number, and may fail; they are then written over.
 *
 * A target of the whole image has rows == height and no flush. An interlaced
 * image needs such a target, others at least two rows (or all of them).
 */
typedef struct row_target {
    uint8_t  *top;
    ptrdiff_t step; /* negative: bottom-up */
    uint32_t  rows;
    png2bmp_status (*flush)(struct row_target *target, uint32_t first_row, uint32_t rows);
} row_target;

/* The target that lays `rows` rows of the plan's stride at `base`, in the order
 * of the plan. */
row_target target_at(uint8_t *base, uint32_t rows, const png2bmp_plan *plan);

/* Writes the header: plan->bmp.header_length bytes. */
void convert_header(uint8_t *dst, const png2bmp_plan *plan);

/* Writes every row, padding included. */
png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report);

#endif
