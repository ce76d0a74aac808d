/* Pixels that change places: rows in reverse, columns that become rows, and pixels that go to
 * places apart from each other. */
#ifndef PNG2BMP_TURNED_H
#define PNG2BMP_TURNED_H

#include <stddef.h>
#include <stdint.h>

/* Of a row of `width` pixels of `bits` (1, 2, 4, or whole bytes up to 8), in reverse, the pixels
 * from `from` on, a multiple of 8, `count` of them. Bits after the last pixel are 0. */
void turn_reverse(uint8_t *dst, const uint8_t *src, size_t width, unsigned bits, size_t from,
                  size_t count);

/* Columns that become rows: pixel x of row y, pixel_bytes (1 to 4) long, is at
 * src + x * down + y * across. */
typedef struct turn_columns {
    const uint8_t *src;
    ptrdiff_t      down, across;
    size_t         pixel_bytes;
} turn_columns;

/* The first `width` pixels of `rows` such rows, which are `pitch` bytes apart in dst. */
void turn_gather(uint8_t *dst, size_t pitch, unsigned rows, const turn_columns *from, size_t width);

/* Where a row's pixels go: pixel i to pixel x + i * x_step of the row at `row` + i * row_step. */
typedef struct turn_places {
    uint8_t  *row;
    ptrdiff_t row_step; /* bytes */
    ptrdiff_t x, x_step;
} turn_places;

/* Stores `count` pixels of `bits` (1, 4, or whole bytes up to 4), packed in src, at their places.
 */
void turn_scatter(const turn_places *to, const uint8_t *src, size_t count, unsigned bits);

#endif
