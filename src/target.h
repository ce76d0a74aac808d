/* Where the rows of a BMP go: all of them into memory, or strip by strip. */
#ifndef PNG2BMP_TARGET_H
#define PNG2BMP_TARGET_H

#include "png2bmp.h"

/*
 * Row y of the image (0 is the top one) belongs at top + (y % rows) * step. When
 * the last of these places is filled, or the last row of the image is, flush is
 * called with the first row among them and their number, and may fail; they are
 * then written over.
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

/* How many rows make a strip of about so many bytes. At least two, unless the image has fewer: the
 * one before the next must stay readable. */
uint32_t target_strip_rows(const png2bmp_plan *plan, uint64_t bytes);

/* What a flush of these rows is to write: `size` bytes at `offset` of the file. They lie one after
 * the other in memory as they do in the file: the first of them there is the topmost, or in a
 * bottom-up BMP the lowest. */
typedef struct target_strip {
    const uint8_t *bytes;
    size_t         size;
    uint64_t       offset;
} target_strip;

target_strip target_strip_of(const row_target *target, const png2bmp_plan *plan, uint32_t first_row,
                             uint32_t rows);

uint8_t *target_row(const row_target *target, uint32_t y);

/* How many rows from y on lie one step from the next. In a target that is written
 * over, half of it at most, so that the row before y stays readable. */
uint32_t target_run(const row_target *target, uint32_t y);

/* To be called when the rows before `end` are written: flushes them when it is
 * time to. end lies at most target_run behind the last call. */
png2bmp_status target_filled(row_target *target, uint32_t end, uint32_t height);

#endif
