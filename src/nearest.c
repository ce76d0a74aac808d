#include "nearest.h"

#include <string.h>

/* A palette of more entries is divided: the cube of colours has 32 x 32 x 32 cells of 8 x 8 x 8
 * colours, and each knows the entries that can be nearest to any colour in it. They are looked for
 * when the first colour of the cell comes. */
#define FEW 8

enum {
    CELL_BITS = 3,
    SIDE = 256 >> CELL_BITS,
    CELLS = SIDE * SIDE * SIDE,
    /* Room for candidates: a few a cell are enough. When it is used up, cells that come later
     * search all entries. */
    ROOM = 128 * 1024
};

typedef struct cell {
    uint32_t first;
    uint16_t count; /* 0: not looked for yet */
} cell;

typedef struct cells {
    cell     of[CELLS];
    uint32_t used;
    uint8_t  candidates[ROOM];
} cells;

struct nearest {
    unsigned entries;
    uint8_t  bgr[256][4]; /* the fourth byte is not used */
    uint8_t  all[256];    /* 0, 1, 2 ...: the candidates where there are no cells */
    cells   *cells;       /* NULL: few entries */
};

size_t nearest_memory(unsigned entries)
{
    return sizeof(nearest) + (entries > FEW ? sizeof(cells) : 0);
}

nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries)
{
    nearest *n = memory;

    memset(n, 0, sizeof *n);
    n->entries = entries;
    for (unsigned i = 0; i < entries; i++) {
        for (unsigned channel = 0; channel < 3; channel++)
            n->bgr[i][channel] = palette[i][2 - channel];
        n->all[i] = (uint8_t)i;
    }
    if (entries > FEW) {
        n->cells = (cells *)(n + 1);
        memset(n->cells->of, 0, sizeof n->cells->of);
        n->cells->used = 0;
    }
    return n;
}

const uint8_t *nearest_color(const nearest *n, unsigned index)
{
    return n->bgr[index];
}

static int square(int v)
{
    return v * v;
}

static unsigned search(const nearest *n, const uint8_t bgr[3], const uint8_t *candidates,
                       unsigned count)
{
    unsigned best = candidates[0];
    int      least = INT32_MAX;

    for (unsigned i = 0; i < count; i++) {
        const uint8_t *color = n->bgr[candidates[i]];
        const int      distance =
            square(bgr[0] - color[0]) + square(bgr[1] - color[1]) + square(bgr[2] - color[2]);

        if (distance < least) {
            least = distance;
            best = candidates[i];
        }
    }
    return best;
}

/* ---- Cells ---------------------------------------------------------------------- */

/* Of one channel: the least and the greatest distance from v to the interval of a cell. */
static void distances(int v, int low, int *least, int *most)
{
    const int high = low + (1 << CELL_BITS) - 1;

    *least = v < low ? low - v : v > high ? v - high : 0;
    *most = high - v > v - low ? high - v : v - low;
}

/* An entry can be nearest only if its least distance to the cell is not above the greatest that
 * some entry has. Candidates keep the order of the palette, so that ties end as they would
 * without cells. */
static void fill(nearest *n, cell *c, const int low[3])
{
    cells *all = n->cells;
    int    least[256], bound = INT32_MAX;

    c->first = all->used;
    for (unsigned i = 0; i < n->entries; i++) {
        int farthest = 0;

        least[i] = 0;
        for (unsigned channel = 0; channel < 3; channel++) {
            int near, far;

            distances(n->bgr[i][channel], low[channel], &near, &far);
            least[i] += square(near);
            farthest += square(far);
        }
        bound = farthest < bound ? farthest : bound;
    }
    for (unsigned i = 0; i < n->entries; i++)
        if (least[i] <= bound)
            all->candidates[all->used++] = (uint8_t)i;
    c->count = (uint16_t)(all->used - c->first);
}

unsigned nearest_of(nearest *n, const uint8_t bgr[3])
{
    const unsigned b = bgr[0] >> CELL_BITS, g = bgr[1] >> CELL_BITS, r = bgr[2] >> CELL_BITS;
    cell          *c;

    if (!n->cells)
        return search(n, bgr, n->all, n->entries);
    c = &n->cells->of[(b * SIDE + g) * SIDE + r];
    if (c->count == 0) {
        const int low[3] = {bgr[0] & -(1 << CELL_BITS), bgr[1] & -(1 << CELL_BITS),
                            bgr[2] & -(1 << CELL_BITS)};

        if (n->cells->used + n->entries > ROOM)
            return search(n, bgr, n->all, n->entries);
        fill(n, c, low);
    }
    return search(n, bgr, n->cells->candidates + c->first, c->count);
}
