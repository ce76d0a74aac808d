/* The nearest colour of a palette, exactly: by the Euclidean distance of three numbers (light.h).
 * Of entries that are equally near, the first. */
#ifndef PNG2BMP_NEAREST_H
#define PNG2BMP_NEAREST_H

#include "base/bytes.h"
#include "light.h"
#include "png2bmp.h"

/* The errors that are added to colours may lead out of the range of numbers, up to these limits. */
enum {
    NEAREST_LEAST = -128 * 16,
    NEAREST_MOST = 383 * 16
};

/* A palette of up to FEW entries takes colours as they are, also out of range. For a larger one
 * they are first rounded to whole samples in range, which are then compared, so that the answers
 * can be kept: the cube of colours has cells of 4 x 4 x 4 colours, and each cell that is used has a
 * block of answers. */
enum {
    NEAREST_FEW = 16,
    NEAREST_CELL_BITS = 2, /* of a side, in samples */
    NEAREST_SIDE = 64,     /* cells */
    NEAREST_CELLS = NEAREST_SIDE * NEAREST_SIDE * NEAREST_SIDE,
    NEAREST_BLOCK = 64 /* colours in a cell */
};

/* B slowest, R fastest: of the cells, and of the colours in a block. */
typedef struct nearest_tables {
    const uint16_t *cells;                  /* number of the block; 0: none */
    const uint8_t (*blocks)[NEAREST_BLOCK]; /* entries */
} nearest_tables;

/* A small palette has cells of 256 x 256 x 256 numbers, for colours out of range as well. */
enum {
    NEAREST_SMALL_BITS = 8, /* of a side, in numbers */
    NEAREST_SMALL_SIDE = 32,
    NEAREST_SMALL_CELLS = NEAREST_SMALL_SIDE * NEAREST_SMALL_SIDE * NEAREST_SMALL_SIDE,
    NEAREST_UNDECIDED = 254 /* from here on, a cell does not tell the entry */
};

typedef struct nearest {
    int16_t number[256][4];      /* the palette's, and 0 */
    int16_t coordinates[256][4]; /* by which it is compared: numbers, or 16 x the samples */
    uint8_t bgr[256][4];         /* the fourth byte is not used */
    const light_scale    *scale;
    uint8_t               all[256]; /* the entries, without those that repeat an earlier one */
    unsigned              count;    /* of them */
    bool                  is_large;
    uint8_t              *only_entry; /* of a small palette: of each cell */
    struct nearest_cells *of;         /* of a large one */
    nearest_tables        tables;
} nearest;

/* Bytes that nearest_open wants, for a palette of `entries`. */
size_t nearest_memory(unsigned entries);

/* memory: nearest_memory(...) bytes, aligned as malloc does it, that stay the caller's, as the
 * scale does. palette: R G B, `entries` of them, 2 to 256. */
nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries,
                      const light_scale *scale);

/* Before the first colour is looked up: entries that are never the nearest. There must be others,
 * if one is looked up. */
void nearest_leave_out(nearest *n, unsigned entries, const bool left_out[256]);

/* B G R of an entry, as it is matched; and in numbers. */
static inline const uint8_t *nearest_color(const nearest *n, unsigned index)
{
    return n->bgr[index];
}

static inline const int16_t *nearest_number(const nearest *n, unsigned index)
{
    return n->number[index];
}

/* What nearest_of does where the tables do not have the answer. */
unsigned nearest_search_small(nearest *n, const int numbers[3], size_t cell);
unsigned nearest_search_large(nearest *n, const unsigned bgr[3], size_t cell);

/* Rounds to a whole sample in range. */
static ALWAYS_INLINE unsigned nearest_sample(const light_scale *scale, int v)
{
    return scale->sample[v < 0 ? 0 : v > LIGHT_WHITE ? LIGHT_WHITE : v];
}

static ALWAYS_INLINE size_t nearest_in_cube(unsigned b, unsigned g, unsigned r, unsigned side)
{
    return ((size_t)b * side + g) * side + r;
}

static ALWAYS_INLINE unsigned nearest_in_block(unsigned b, unsigned g, unsigned r)
{
    return (b % 4 * 4 + g % 4) * 4 + r % 4;
}

static ALWAYS_INLINE unsigned nearest_of_small(nearest *n, const int numbers[3])
{
    const size_t cell = nearest_in_cube(
        (unsigned)(numbers[0] - NEAREST_LEAST) >> NEAREST_SMALL_BITS,
        (unsigned)(numbers[1] - NEAREST_LEAST) >> NEAREST_SMALL_BITS,
        (unsigned)(numbers[2] - NEAREST_LEAST) >> NEAREST_SMALL_BITS, NEAREST_SMALL_SIDE);
    const unsigned entry = n->only_entry[cell];

    return entry < NEAREST_UNDECIDED ? entry : nearest_search_small(n, numbers, cell);
}

static ALWAYS_INLINE unsigned nearest_of_large(nearest *n, const int numbers[3])
{
    const unsigned b = nearest_sample(n->scale, numbers[0]),
                   g = nearest_sample(n->scale, numbers[1]),
                   r = nearest_sample(n->scale, numbers[2]);
    const size_t   cell = nearest_in_cube(b / 4, g / 4, r / 4, NEAREST_SIDE);
    const unsigned block = n->tables.cells[cell];

    if (UNLIKELY(block == 0))
        return nearest_search_large(n, (const unsigned[3]){b, g, r}, cell);
    return n->tables.blocks[block][nearest_in_block(b, g, r)];
}

/* The index of the entry that is nearest to B G R, in numbers. */
static ALWAYS_INLINE unsigned nearest_of(nearest *n, const int numbers[3])
{
    return n->is_large ? nearest_of_large(n, numbers) : nearest_of_small(n, numbers);
}

#endif
