#include "nearest.h"

#include <string.h>

/* The cube of colours has cells, which know what can be nearest to any colour in them. They find
 * out when the first colour of theirs comes.
 *
 * A palette of more than MANY entries: 32 x 32 x 32 cells of 8 x 8 x 8 colours, each with a list of
 * entries. A smaller one: as many cells of 16 x 16 x 16, since here the colours may be out of
 * range; each has its only entry, or else all entries are searched. */
enum {
    MANY = 16,
    SIDE = 32,
    CELLS = SIDE * SIDE * SIDE,
    LIST_BITS = 3,
    SURE_BITS = 4,
    /* Room for lists: a few entries a cell are enough. When it is used up, cells that come later
     * search all entries. */
    ROOM = 128 * 1024
};

_Static_assert(SIDE << LIST_BITS == 256, "the samples");
_Static_assert(SIDE << SURE_BITS == NEAREST_MOST - NEAREST_LEAST + 1, "the samples and beyond");

typedef struct cell {
    uint32_t first;
    uint16_t count; /* 0: not looked for yet */
} cell;

typedef struct cells {
    cell     of[CELLS];
    uint32_t used;
    uint8_t  candidates[ROOM];
} cells;

/* What else a cell of a small palette may hold, beside its entry. */
enum {
    UNKNOWN = 254,
    SEVERAL = 255
};

struct nearest {
    uint8_t  bgr[256][4]; /* the fourth byte is not used */
    uint8_t  all[256];    /* the entries, without those that repeat an earlier one */
    unsigned count;       /* of them */
    cells   *cells;       /* NULL: a small palette */
    uint8_t *sure;        /* NULL: a large one */
};

size_t nearest_memory(unsigned entries)
{
    return sizeof(nearest) + (entries > MANY ? sizeof(cells) : CELLS);
}

static bool is_repeated(const nearest *n, unsigned entry)
{
    for (unsigned i = 0; i < entry; i++)
        if (memcmp(n->bgr[i], n->bgr[entry], 3) == 0)
            return true;
    return false;
}

nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries)
{
    nearest *n = memory;

    memset(n, 0, sizeof *n);
    for (unsigned i = 0; i < entries; i++) {
        for (unsigned channel = 0; channel < 3; channel++)
            n->bgr[i][channel] = palette[i][2 - channel];
        if (!is_repeated(n, i))
            n->all[n->count++] = (uint8_t)i;
    }
    if (entries > MANY) {
        n->cells = (cells *)(n + 1);
        memset(n->cells->of, 0, sizeof n->cells->of);
        n->cells->used = 0;
    } else {
        n->sure = (uint8_t *)(n + 1);
        memset(n->sure, UNKNOWN, CELLS);
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

static unsigned search(const nearest *n, const int bgr[3], const uint8_t *candidates,
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
static void distances(int v, int low, int side, int *least, int *most)
{
    const int high = low + side - 1;

    *least = v < low ? low - v : v > high ? v - high : 0;
    *most = high - v > v - low ? high - v : v - low;
}

/* An entry can be nearest only if its least distance to the cell is not above the greatest that
 * some entry has. Candidates keep the order of the palette, so that ties end as they would
 * without cells. */
static unsigned find_candidates(const nearest *n, const int low[3], int side, uint8_t *candidates)
{
    int      least[256], bound = INT32_MAX;
    unsigned count = 0;

    for (unsigned i = 0; i < n->count; i++) {
        const uint8_t *color = n->bgr[n->all[i]];
        int            farthest = 0;

        least[i] = 0;
        for (unsigned channel = 0; channel < 3; channel++) {
            int near, far;

            distances(color[channel], low[channel], side, &near, &far);
            least[i] += square(near);
            farthest += square(far);
        }
        bound = farthest < bound ? farthest : bound;
    }
    for (unsigned i = 0; i < n->count; i++)
        if (least[i] <= bound)
            candidates[count++] = n->all[i];
    return count;
}

static void find_low(int low[3], const int bgr[3], int side)
{
    for (unsigned i = 0; i < 3; i++)
        low[i] = bgr[i] & -side; /* NEAREST_LEAST is a multiple, too */
}

static uint8_t entry_of_cell(const nearest *n, const int bgr[3])
{
    uint8_t candidates[256];
    int     low[3];

    find_low(low, bgr, 1 << SURE_BITS);
    return find_candidates(n, low, 1 << SURE_BITS, candidates) == 1 ? candidates[0] : SEVERAL;
}

static unsigned search_small(const nearest *n, const int bgr[3])
{
    const unsigned b = (unsigned)(bgr[0] - NEAREST_LEAST) >> SURE_BITS,
                   g = (unsigned)(bgr[1] - NEAREST_LEAST) >> SURE_BITS,
                   r = (unsigned)(bgr[2] - NEAREST_LEAST) >> SURE_BITS;
    uint8_t *entry = &n->sure[(b * SIDE + g) * SIDE + r];

    if (*entry == UNKNOWN)
        *entry = entry_of_cell(n, bgr);
    return *entry == SEVERAL ? search(n, bgr, n->all, n->count) : *entry;
}

static int in_range(int v)
{
    return v < 0 ? 0 : v > 255 ? 255 : v;
}

static unsigned search_large(nearest *n, const int wanted[3])
{
    const int bgr[3] = {in_range(wanted[0]), in_range(wanted[1]), in_range(wanted[2])};
    const int b = bgr[0] >> LIST_BITS, g = bgr[1] >> LIST_BITS, r = bgr[2] >> LIST_BITS;
    cell     *c = &n->cells->of[(b * SIDE + g) * SIDE + r];

    if (c->count == 0) {
        int low[3];

        if (n->cells->used + n->count > ROOM)
            return search(n, bgr, n->all, n->count);
        find_low(low, bgr, 1 << LIST_BITS);
        c->first = n->cells->used;
        c->count =
            (uint16_t)find_candidates(n, low, 1 << LIST_BITS, n->cells->candidates + c->first);
        n->cells->used += c->count;
    }
    return search(n, bgr, n->cells->candidates + c->first, c->count);
}

unsigned nearest_of(nearest *n, const int bgr[3])
{
    return n->sure ? search_small(n, bgr) : search_large(n, bgr);
}
