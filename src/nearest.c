#include "nearest.h"

#include <string.h>

/* ---- Open ------------------------------------------------------------------------ */

/* A small palette has cells of 16 x 16 x 16 samples, for colours out of range as well: each has its
 * only entry, or else all entries are searched. */
enum {
    SURE_BITS = 8,
    SURE_SIDE = 32,
    UNKNOWN_ENTRY = 254,
    SEVERAL_ENTRIES = 255
};

_Static_assert(SURE_SIDE << SURE_BITS == NEAREST_MOST + 16 - NEAREST_LEAST, "the whole range");

/* A large one finds out what is in a cell by the larger cells around it, which have lists. They,
 * too, find out when the first colour of theirs comes. */
enum {
    COARSE_BITS = 9,
    COARSE_SIDE = 8,
    MIDDLE_BITS = 7,
    MIDDLE_SIDE = 32,
    /* Room for the lists of these cells, and for those of small ones. When it is used up, what
     * comes later makes do with the larger cell's. */
    ROOM = 128 * 1024,
    QUADS = 64 * 1024
};

_Static_assert(COARSE_SIDE << COARSE_BITS == 256 * 16, "the samples");
_Static_assert(MIDDLE_SIDE << MIDDLE_BITS == 256 * 16, "the samples");
_Static_assert(NEAREST_SIDE << NEAREST_CELL_BITS == 256 * 16, "the samples");

/* Cells that do not know up to four entries: see nearest_is_few. */
enum {
    UNKNOWN = 1,
    UNLISTED = 2, /* there was no room */
    LISTED = NEAREST_LISTED
};

typedef struct list {
    uint32_t first;
    uint16_t count; /* 0: not looked for yet */
} list;

typedef struct nearest_cells {
    uint32_t fine[NEAREST_CELLS];
    list     middle[MIDDLE_SIDE * MIDDLE_SIDE * MIDDLE_SIDE];
    list     coarse[COARSE_SIDE * COARSE_SIDE * COARSE_SIDE];
    uint32_t used, quads_used;
    uint8_t  room[ROOM];
    uint32_t quads[QUADS];
} cells;

size_t nearest_memory(unsigned entries)
{
    return sizeof(nearest) +
           (entries > NEAREST_FEW ? sizeof(cells) : SURE_SIDE * SURE_SIDE * SURE_SIDE);
}

static bool is_repeated(const nearest *n, unsigned entry)
{
    for (unsigned i = 0; i < entry; i++)
        if (memcmp(n->bgr[i], n->bgr[entry], 3) == 0)
            return true;
    return false;
}

static void open_cells(cells *c)
{
    for (size_t i = 0; i < NEAREST_CELLS; i++)
        c->fine[i] = UNKNOWN;
    memset(c->middle, 0, sizeof c->middle);
    memset(c->coarse, 0, sizeof c->coarse);
    c->used = c->quads_used = 0;
}

nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries)
{
    nearest *n = memory;

    memset(n, 0, sizeof *n);
    for (unsigned i = 0; i < entries; i++) {
        for (unsigned channel = 0; channel < 3; channel++) {
            n->bgr[i][channel] = palette[i][2 - channel];
            n->bgr16[i][channel] = (int16_t)(16 * n->bgr[i][channel]);
        }
        if (!is_repeated(n, i))
            n->all[n->count++] = (uint8_t)i;
    }
    n->is_large = entries > NEAREST_FEW;
    if (n->is_large) {
        n->of = (cells *)(n + 1);
        open_cells(n->of);
    } else {
        n->sure = (uint8_t *)(n + 1);
        memset(n->sure, UNKNOWN_ENTRY, SURE_SIDE * SURE_SIDE * SURE_SIDE);
    }
    return n;
}

const uint8_t *nearest_color(const nearest *n, unsigned index)
{
    return n->bgr[index];
}

nearest_tables nearest_tables_of(const nearest *n)
{
    return (nearest_tables){n->of->fine, n->of->quads};
}

/* ---- Candidates -------------------------------------------------------------------- */

typedef struct candidates {
    const uint8_t *entries;
    unsigned       count;
} candidates;

static int square(int v)
{
    return v * v;
}

static unsigned search(const nearest *n, const int bgr16[3], candidates among)
{
    unsigned best = among.entries[0];
    int      least = INT32_MAX;

    for (unsigned i = 0; i < among.count; i++) {
        const int16_t *color = n->bgr16[among.entries[i]];
        const int      distance =
            square(bgr16[0] - color[0]) + square(bgr16[1] - color[1]) + square(bgr16[2] - color[2]);

        if (distance < least) {
            least = distance;
            best = among.entries[i];
        }
    }
    return best;
}

/* How much farther than `nearer` an entry is, at least, from what lies in a cell: a difference of
 * squared distances, which is linear, so that a corner of the cell has the least of it. */
static int least_farther(const int16_t *entry, const int16_t *nearer, const int low[3], int side)
{
    int farther = 0;

    for (unsigned i = 0; i < 3; i++) {
        const int corner = entry[i] > nearer[i] ? low[i] + side - 1 : low[i];

        farther += square(corner - entry[i]) - square(corner - nearer[i]);
    }
    return farther;
}

/* Leaves out what cannot be nearest in a cell, because the entry that is nearest to its middle is
 * nearer everywhere in it. The others keep the order of the palette, so that ties end as they would
 * without cells. */
static unsigned filter(const nearest *n, candidates among, const int low[3], int side, uint8_t *to)
{
    const int      middle[3] = {low[0] + side / 2, low[1] + side / 2, low[2] + side / 2};
    const int16_t *nearer = n->bgr16[search(n, middle, among)];
    unsigned       count = 0;

    for (unsigned i = 0; i < among.count; i++)
        if (least_farther(n->bgr16[among.entries[i]], nearer, low, side) <= 0)
            to[count++] = among.entries[i];
    return count;
}

static candidates all_of(const nearest *n)
{
    return (candidates){n->all, n->count};
}

/* ---- Small palettes ------------------------------------------------------------------ */

static uint8_t entry_of_cell(const nearest *n, const int bgr16[3])
{
    uint8_t found[NEAREST_FEW];
    int     low[3];

    for (unsigned i = 0; i < 3; i++)
        low[i] = bgr16[i] & -(1 << SURE_BITS); /* NEAREST_LEAST is a multiple, too */
    return filter(n, all_of(n), low, 1 << SURE_BITS, found) == 1 ? found[0] : SEVERAL_ENTRIES;
}

static unsigned search_small(const nearest *n, const int bgr16[3])
{
    const unsigned b = (unsigned)(bgr16[0] - NEAREST_LEAST) >> SURE_BITS,
                   g = (unsigned)(bgr16[1] - NEAREST_LEAST) >> SURE_BITS,
                   r = (unsigned)(bgr16[2] - NEAREST_LEAST) >> SURE_BITS;
    uint8_t *entry = &n->sure[(b * SURE_SIDE + g) * SURE_SIDE + r];

    if (*entry == UNKNOWN_ENTRY)
        *entry = entry_of_cell(n, bgr16);
    return *entry == SEVERAL_ENTRIES ? search(n, bgr16, all_of(n)) : *entry;
}

/* ---- Large palettes -------------------------------------------------------------------- */

static size_t cell_of(const int bgr16[3], unsigned bits, unsigned side)
{
    const unsigned b = (unsigned)bgr16[0] >> bits, g = (unsigned)bgr16[1] >> bits,
                   r = (unsigned)bgr16[2] >> bits;

    return ((size_t)b * side + g) * side + r;
}

/* What `among` leaves for the cell of so many bits around a colour. */
static unsigned filter_around(const nearest *n, candidates among, const int bgr16[3], unsigned bits,
                              uint8_t *to)
{
    const int side = 1 << bits;
    const int low[3] = {bgr16[0] & -side, bgr16[1] & -side, bgr16[2] & -side};

    return filter(n, among, low, side, to);
}

static candidates list_around(const nearest *n, list *l, candidates among, const int bgr16[3],
                              unsigned bits)
{
    cells *c = n->of;

    if (l->count == 0 && c->used + among.count > ROOM)
        return among;
    if (l->count == 0) {
        l->first = c->used;
        l->count = (uint16_t)filter_around(n, among, bgr16, bits, c->room + c->used);
        c->used += l->count;
    }
    return (candidates){c->room + l->first, l->count};
}

static candidates candidates_around(const nearest *n, const int bgr16[3])
{
    cells           *c = n->of;
    list            *coarse = &c->coarse[cell_of(bgr16, COARSE_BITS, COARSE_SIDE)];
    list            *middle = &c->middle[cell_of(bgr16, MIDDLE_BITS, MIDDLE_SIDE)];
    const candidates few = list_around(n, coarse, all_of(n), bgr16, COARSE_BITS);

    return list_around(n, middle, few, bgr16, MIDDLE_BITS);
}

/* Four from `first` on, the last repeated. */
static uint32_t quad_of(const uint8_t *found, unsigned first, unsigned count)
{
    uint32_t quad = 0;

    for (unsigned i = 0; i < 4; i++)
        quad |= (uint32_t)found[first + i < count ? first + i : count - 1] << 8 * i;
    return quad;
}

static uint32_t find_cell(const nearest *n, const int bgr16[3])
{
    cells         *c = n->of;
    uint8_t        found[256];
    const unsigned count =
        filter_around(n, candidates_around(n, bgr16), bgr16, NEAREST_CELL_BITS, found);
    const unsigned quads = (count + 3) / 4;
    const uint32_t first = c->quads_used;

    if (quads == 1)
        return quad_of(found, 0, count);
    if (first + quads + 1 > QUADS)
        return UNLISTED;
    c->quads[first] = quads;
    for (unsigned i = 0; i < quads; i++)
        c->quads[first + 1 + i] = quad_of(found, 4 * i, count);
    c->quads_used += quads + 1;
    return first << 16 | LISTED;
}

static int in_range(int v)
{
    return v < 0 ? 0 : v > NEAREST_WHITE ? NEAREST_WHITE : v;
}

static unsigned search_quads(const nearest *n, const int bgr16[3], const uint32_t *quads,
                             unsigned count)
{
    uint8_t entries[256] = {0};

    for (unsigned i = 0; i < 4 * count; i++)
        entries[i] = (uint8_t)(quads[i / 4] >> 8 * (i % 4));
    return search(n, bgr16, (candidates){entries, 4 * count});
}

static unsigned search_large(const nearest *n, const int wanted[3])
{
    const int       bgr16[3] = {in_range(wanted[0]), in_range(wanted[1]), in_range(wanted[2])};
    uint32_t       *cell = &n->of->fine[cell_of(bgr16, NEAREST_CELL_BITS, NEAREST_SIDE)];
    const uint32_t *quads;

    if (*cell == UNKNOWN)
        *cell = find_cell(n, bgr16);
    if (*cell == UNLISTED)
        return search(n, bgr16, candidates_around(n, bgr16));
    if (!nearest_is_few(*cell)) {
        quads = n->of->quads + (*cell >> 16);
        return search_quads(n, bgr16, quads + 1, *quads);
    }
    if ((*cell & 0xff) == (*cell >> 8 & 0xff)) /* the only one */
        return *cell & 0xff;
    return search_quads(n, bgr16, cell, 1);
}

unsigned nearest_of(nearest *n, const int bgr16[3])
{
    return n->is_large ? search_large(n, bgr16) : search_small(n, bgr16);
}
