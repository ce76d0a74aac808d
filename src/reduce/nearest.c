#include "nearest.h"

#include <string.h>

/* ---- Open ------------------------------------------------------------------------ */

/* A cell of a small palette tells the only entry that can be nearest in it; or that several can,
 * which are then all searched; or that it has not been looked at yet. */
enum {
    UNKNOWN_ENTRY = NEAREST_UNDECIDED,
    SEVERAL_ENTRIES
};

_Static_assert(NEAREST_SMALL_SIDE << NEAREST_SMALL_BITS == NEAREST_MOST + 16 - NEAREST_LEAST,
               "the whole range");

/* For a large palette, cells of 8 x 8 x 8 samples list the entries that can be nearest in them.
 * They are found among those of larger cells, when the first colour in the cell is looked up. */
enum {
    COARSE_BITS = 5,
    COARSE_SIDE = 8,
    FINE_BITS = 3,
    FINE_SIDE = 32,
    ROOM = 128 * 1024,  /* of all lists: when it is used up, the larger cell's list must do */
    BLOCKS = 20 * 1024, /* when they are used up, lists are searched */
    FILLS = 32 * 1024   /* likewise: more cost noise more than they save */
};

_Static_assert(COARSE_SIDE << COARSE_BITS == 256, "the samples");
_Static_assert(FINE_SIDE << FINE_BITS == 256, "the samples");
_Static_assert(NEAREST_SIDE << NEAREST_CELL_BITS == 256, "the samples");
_Static_assert((int)FINE_BITS >= (int)NEAREST_CELL_BITS, "a block lies in one cell with a list");

typedef struct list {
    uint32_t first : 17;
    uint32_t count : 9; /* 0: not looked for yet */
} list;

_Static_assert(ROOM == 1 << 17, "a list begins anywhere in it");

typedef struct nearest_cells {
    uint16_t cells[NEAREST_CELLS];
    list     fine[FINE_SIDE * FINE_SIDE * FINE_SIDE];
    list     coarse[COARSE_SIDE * COARSE_SIDE * COARSE_SIDE];
    uint32_t used, blocks_used, fills;
    uint16_t only[256]; /* the block whose answers are all this entry; 0: there is none */
    uint8_t  room[ROOM];
    uint8_t  blocks[BLOCKS][NEAREST_BLOCK]; /* block 0 is not used */
} cells;

size_t nearest_memory(unsigned entries)
{
    return sizeof(nearest) + (entries > NEAREST_FEW ? sizeof(cells) : NEAREST_SMALL_CELLS);
}

static bool is_repeated(const nearest *n, unsigned entry)
{
    for (unsigned i = 0; i < entry; i++)
        if (memcmp(n->bgr[i], n->bgr[entry], 3) == 0)
            return true;
    return false;
}

static void open_cells(nearest *n, cells *c)
{
    memset(c->cells, 0, sizeof c->cells);
    memset(c->fine, 0, sizeof c->fine);
    memset(c->coarse, 0, sizeof c->coarse);
    c->used = 0;
    c->blocks_used = 1;
    c->fills = 0;
    memset(c->only, 0, sizeof c->only);
    n->of = c;
    n->tables = (nearest_tables){c->cells, (const uint8_t(*)[NEAREST_BLOCK])c->blocks};
}

static void open_entry(nearest *n, unsigned i, const uint8_t rgb[3])
{
    for (unsigned channel = 0; channel < 3; channel++) {
        const uint8_t sample = rgb[2 - channel];

        n->bgr[i][channel] = sample;
        n->number[i][channel] = n->scale->of[sample];
        n->coordinates[i][channel] = n->is_large ? (int16_t)(16 * sample) : n->scale->of[sample];
    }
    if (!is_repeated(n, i))
        n->all[n->count++] = (uint8_t)i;
}

nearest *nearest_open(void *memory, const uint8_t (*palette)[3], unsigned entries,
                      const light_scale *scale)
{
    nearest *n = memory;

    memset(n, 0, sizeof *n);
    n->scale = scale;
    n->is_large = entries > NEAREST_FEW;
    for (unsigned i = 0; i < entries; i++)
        open_entry(n, i, palette[i]);
    if (n->is_large) {
        open_cells(n, (cells *)(n + 1));
    } else {
        n->only_entry = (uint8_t *)(n + 1);
        memset(n->only_entry, UNKNOWN_ENTRY, NEAREST_SMALL_CELLS);
    }
    return n;
}

void nearest_leave_out(nearest *n, unsigned entries, const bool left_out[256])
{
    n->count = 0;
    for (unsigned i = 0; i < entries; i++) {
        bool is_there = left_out[i];

        for (unsigned j = 0; j < n->count && !is_there; j++)
            is_there = memcmp(n->bgr[n->all[j]], n->bgr[i], 3) == 0;
        if (!is_there)
            n->all[n->count++] = (uint8_t)i;
    }
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

static unsigned search(const nearest *n, const int point[3], candidates among)
{
    unsigned best = among.entries[0];
    int      least = INT32_MAX;

    for (unsigned i = 0; i < among.count; i++) {
        const int16_t *color = n->coordinates[among.entries[i]];
        const int      distance =
            square(point[0] - color[0]) + square(point[1] - color[1]) + square(point[2] - color[2]);

        if (distance < least) {
            least = distance;
            best = among.entries[i];
        }
    }
    return best;
}

/* How much farther than `nearer` an entry is from every colour in a cell, at least. The difference
 * of the squared distances is linear, so it is least in a corner of the cell. */
static int least_farther(const int16_t *entry, const int16_t *nearer, const int low[3], int side)
{
    int farther = 0;

    for (unsigned i = 0; i < 3; i++) {
        const int corner = entry[i] > nearer[i] ? low[i] + side - 1 : low[i];

        farther += square(corner - entry[i]) - square(corner - nearer[i]);
    }
    return farther;
}

/* Keeps the candidates that can be nearest to a colour in a cell: leaves out those that are farther
 * everywhere in it than the one that is nearest to its middle. The others stay in the order of the
 * palette, so that of equally near ones the first is still found. */
static unsigned filter(const nearest *n, candidates among, const int low[3], int side, uint8_t *to)
{
    const int      middle[3] = {low[0] + side / 2, low[1] + side / 2, low[2] + side / 2};
    const int16_t *nearer = n->coordinates[search(n, middle, among)];
    unsigned       count = 0;

    for (unsigned i = 0; i < among.count; i++)
        if (least_farther(n->coordinates[among.entries[i]], nearer, low, side) <= 0)
            to[count++] = among.entries[i];
    return count;
}

static candidates all_of(const nearest *n)
{
    return (candidates){n->all, n->count};
}

/* ---- Small palettes ------------------------------------------------------------------ */

static uint8_t entry_of_cell(const nearest *n, const int numbers[3])
{
    uint8_t found[NEAREST_FEW];
    int     low[3];

    for (unsigned i = 0; i < 3; i++)
        low[i] = numbers[i] & -(1 << NEAREST_SMALL_BITS); /* NEAREST_LEAST is a multiple, too */
    return filter(n, all_of(n), low, 1 << NEAREST_SMALL_BITS, found) == 1 ? found[0]
                                                                          : SEVERAL_ENTRIES;
}

unsigned nearest_search_small(nearest *n, const int numbers[3], size_t cell)
{
    if (n->only_entry[cell] == UNKNOWN_ENTRY)
        n->only_entry[cell] = entry_of_cell(n, numbers);
    return n->only_entry[cell] == SEVERAL_ENTRIES ? search(n, numbers, all_of(n))
                                                  : n->only_entry[cell];
}

/* ---- Large palettes -------------------------------------------------------------------- */

static size_t cell_around(const unsigned bgr[3], unsigned bits, unsigned side)
{
    return nearest_in_cube(bgr[0] >> bits, bgr[1] >> bits, bgr[2] >> bits, side);
}

/* bits: of the cell around a colour that the list is for. */
static candidates list_around(const nearest *n, list *l, candidates among, const unsigned bgr[3],
                              unsigned bits)
{
    cells *c = n->of;
    int    low[3];

    if (l->count == 0 && c->used + among.count > ROOM)
        return among;
    if (l->count == 0) {
        for (unsigned i = 0; i < 3; i++)
            low[i] = (int)(bgr[i] >> bits << bits) * 16;
        l->first = c->used & (ROOM - 1);
        l->count = filter(n, among, low, 16 << bits, c->room + c->used) & 0x1ff;
        c->used += l->count;
    }
    return (candidates){c->room + l->first, l->count};
}

static candidates candidates_around(const nearest *n, const unsigned bgr[3])
{
    cells           *c = n->of;
    list            *coarse = &c->coarse[cell_around(bgr, COARSE_BITS, COARSE_SIDE)];
    list            *fine = &c->fine[cell_around(bgr, FINE_BITS, FINE_SIDE)];
    const candidates few = list_around(n, coarse, all_of(n), bgr, COARSE_BITS);

    return list_around(n, fine, few, bgr, FINE_BITS);
}

/* For the colours of a block, the least of the squared distances, times 256, plus the entry: of
 * equally near entries the first has the least number. Loops over 16 colours are vectorised by the
 * compiler. */
static void offer(int32_t least[4][16], const uint8_t *color, int32_t entry, const unsigned low[3])
{
    int32_t away[3][4], plane[16]; /* of one B */

    for (unsigned channel = 0; channel < 3; channel++)
        for (unsigned i = 0; i < 4; i++)
            away[channel][i] = 256 * square((int)(low[channel] + i) - color[channel]);
    for (unsigned i = 0; i < 16; i++)
        plane[i] = away[1][i / 4] + away[2][i % 4] + entry;
    for (unsigned b = 0; b < 4; b++) {
        for (unsigned i = 0; i < 16; i++) {
            const int32_t d = plane[i] + away[0][b];

            least[b][i] = d < least[b][i] ? d : least[b][i];
        }
    }
}

static void fill_block(const nearest *n, uint8_t block[NEAREST_BLOCK], candidates among,
                       const unsigned bgr[3])
{
    const unsigned low[3] = {bgr[0] & ~3u, bgr[1] & ~3u, bgr[2] & ~3u};
    int32_t        least[4][16];

    for (unsigned i = 0; i < NEAREST_BLOCK; i++)
        least[i / 16][i % 16] = INT32_MAX;
    for (unsigned i = 0; i < among.count; i++)
        offer(least, n->bgr[among.entries[i]], among.entries[i], low);
    for (unsigned i = 0; i < NEAREST_BLOCK; i++)
        block[i] = (uint8_t)least[i / 16][i % 16];
}

/* The next block, which must be there; or the one that is the same already, of a cell with one
 * answer alone: half of all cells and more. */
static unsigned filled_block(const nearest *n, candidates among, const unsigned bgr[3])
{
    cells *const   c = n->of;
    uint8_t *const block = c->blocks[c->blocks_used];
    uint16_t      *only;

    fill_block(n, block, among, bgr);
    c->fills++;
    if (memcmp(block, block + 1, NEAREST_BLOCK - 1) != 0)
        return c->blocks_used++;
    only = &c->only[block[0]];
    if (*only == 0)
        *only = (uint16_t)c->blocks_used++;
    return *only;
}

/* 0: there are no more. */
static unsigned block_for(const nearest *n, candidates among, const unsigned bgr[3])
{
    const cells   *c = n->of;
    const unsigned only = among.count == 1 ? c->only[among.entries[0]] : 0;

    if (only || c->blocks_used == BLOCKS || c->fills == FILLS)
        return only;
    return filled_block(n, among, bgr);
}

unsigned nearest_search_large(nearest *n, const unsigned bgr[3], size_t cell)
{
    cells           *c = n->of;
    const candidates among = candidates_around(n, bgr);
    const unsigned   block = block_for(n, among, bgr);

    if (block == 0)
        return search(n, (const int[3]){16 * (int)bgr[0], 16 * (int)bgr[1], 16 * (int)bgr[2]},
                      among);
    c->cells[cell] = (uint16_t)block;
    return c->blocks[block][nearest_in_block(bgr[0], bgr[1], bgr[2])];
}
