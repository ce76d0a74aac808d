/* The destination of a BMP's rows: all of them in memory, or strip by strip. */
#ifndef PNG2BMP_TARGET_H
#define PNG2BMP_TARGET_H

#include "base/opaque.h"
#include "base/sink.h"

/*
 * Row y, in the order in which they come (0 is the first), belongs at top + (y % rows) * step. When
 * the last of these places or the last row of the image is whole, flush is called with the first of
 * these rows and their number. It may fail; afterwards the places are reused.
 *
 * One that is placed has its places anew from time to time: `first` is the row at the top, and
 * `above` a copy of the row before it.
 *
 * A target of the whole image has rows == height and no flush. An image that is scattered
 * (plan/turn.h) needs such a target, others at least two rows (or all of them).
 *
 * Only rows_hand_on (rows.h) lets strips leave, since a writer may hold rows back.
 */
typedef struct row_target {
    uint8_t  *top;
    ptrdiff_t step; /* negative: bottom-up */
    uint32_t  rows;
    uint32_t  height; /* of the image */
    uint32_t  first;  /* at the top */
    uint32_t  gone;   /* rows that have left, */
    uint32_t  whole;  /* and those that might */
    bool      is_placed;
    uint8_t  *above;  /* NULL: not needed */
    bool      failed; /* flush has */

    /* See target_expect. The system has provided the pages of the rows before `provided`. */
    bool     is_fresh;
    uint32_t provided;

    png2bmp_status (*flush)(struct row_target *target, uint32_t first_row, uint32_t rows);
} row_target;

/* The target that lays out `rows` rows of the plan's stride at `base`, in the order of the plan.
 * flips: they come from the last one up. */
row_target target_at(uint8_t *base, uint32_t rows, const png2bmp_plan *plan, bool flips);

/* One for target_place, with memory for a copy of a row, or NULL. */
row_target target_to_place(const png2bmp_plan *plan, uint8_t *above);

/* The next rows, all before which have left, belong to `room`, as many as it has room for. */
void target_place(row_target *target, const byte_room *room);

/* How many rows make a strip of about this many bytes. At least two, unless the image has fewer,
 * since the row before the next one must stay readable; one, if rows are so long that scanlines
 * are read in pieces (long_row.h), which may be written over the row before. */
uint32_t target_strip_rows(const png2bmp_plan *plan, uint64_t bytes);

/* What a flush of these rows writes: `size` bytes at `offset` of the file. They are consecutive in
 * memory as they are in the file: the first of them is the top one, or in a bottom-up BMP the
 * bottom one. */
typedef struct target_strip {
    const uint8_t *bytes;
    size_t         size;
    uint64_t       offset;
} target_strip;

target_strip target_strip_of(const row_target *target, const png2bmp_plan *plan, uint32_t first_row,
                             uint32_t rows);

uint8_t *target_row(const row_target *target, uint32_t y);

/* The rows from y to y + rows - 1, all within a target_run, are about to be written. In memory that
 * was fresh, its pages are provided ahead, in large stretches. */
void target_expect(row_target *target, uint32_t y, uint32_t rows);

/* How many rows from y on are one step apart. In a target that is reused, at most half of its rows,
 * so that the row before y stays readable, unless it is placed. */
uint32_t target_run(const row_target *target, uint32_t y);

/* Whether the strip leaves when the rows before `end` are whole. */
bool target_is_due(const row_target *target, uint32_t end);

/* The rows before `whole` are: lets their strip leave if it is due. `whole` is at most target_run
 * rows after that of the last call. */
png2bmp_status target_leave(row_target *target, uint32_t whole);

/* Lets the rows leave that are whole, though their strip is not. */
png2bmp_status target_leave_early(row_target *target);

/* In builds for tests (PNG2BMP_POISON), so that a byte that nobody writes is seen: fills the places
 * of the next rows with a pattern. keeps_last: except for that of the row before them, if it is
 * still to be read. In other builds, nothing. */
void target_poison(const row_target *target, bool keeps_last);

#endif
