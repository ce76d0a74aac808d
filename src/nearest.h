/* The nearest colour of a palette, exactly: by the Euclidean distance of the three samples as they
 * are stored. The first of those that are equally near. */
#ifndef PNG2BMP_NEAREST_H
#define PNG2BMP_NEAREST_H

#include "png2bmp.h"

/* Colours that are looked for are in sixteenths of a sample. Errors that are carried may lead out
 * of the range of samples, so far at most. */
enum {
    NEAREST_LEAST = -128 * 16,
    NEAREST_MOST = 383 * 16,
    NEAREST_WHITE = 255 * 16
};

/* A palette of up to FEW entries is searched, and takes colours out of range as they are. For a
 * larger one they are the end of the range, and the cube of colours has cells of 4 x 4 x 4 samples,
 * which know what can be nearest to a colour in them. */
enum {
    NEAREST_FEW = 16,
    NEAREST_CELL_BITS = 6, /* of a side, in sixteenths */
    NEAREST_SIDE = 64,     /* cells */
    NEAREST_CELLS = NEAREST_SIDE * NEAREST_SIDE * NEAREST_SIDE,
    NEAREST_LISTED = 3 /* in the lower half of a cell: its list is in the upper half */
};

typedef struct nearest {
    int16_t               bgr16[256][4]; /* the palette in sixteenths, and 0 */
    uint8_t               bgr[256][4];   /* the fourth byte is not used */
    uint8_t               all[256];      /* the entries, without those that repeat an earlier one */
    unsigned              count;         /* of them */
    bool                  is_large;
    uint8_t              *sure; /* of a small palette */
    struct nearest_cells *of;   /* of a large one */
} nearest;

/* Bytes that nearest_open wants, for a palette of `entries`. */
size_t nearest_memory(unsigned entries);

/* memory: nearest_memory(...) bytes, aligned as malloc does it, that stay the caller's. palette: R
 * G B, `entries` of them, 2 to 256. */
nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries);

/* The index of the entry that is nearest to B G R, in sixteenths. */
unsigned nearest_of(nearest *n, const int bgr16[3]);

/* B G R of an entry. */
const uint8_t *nearest_color(const nearest *n, unsigned index);

/* ---- Cells, for kernels -------------------------------------------------------------- */

/* The cells of a large palette, B slowest, R fastest. Four entries, one a byte from the lowest on,
 * in the order of the palette, the last repeated; if the first is above the second, something else:
 * a list, or that nearest_of must be asked. */
typedef struct nearest_tables {
    const uint32_t *cells, *lists;
} nearest_tables;

nearest_tables nearest_tables_of(const nearest *n);

static inline bool nearest_is_few(uint32_t cell)
{
    return (cell & 0xff) <= (cell >> 8 & 0xff);
}

/* How many fours there are, and they; NULL: no list. */
static inline const uint32_t *nearest_list(nearest_tables tables, uint32_t cell)
{
    return (cell & 0xffff) == NEAREST_LISTED ? tables.lists + (cell >> 16) : NULL;
}

#endif
