#include "quantize.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "few_colors.h"

/* ---- The image's colours ---------------------------------------------------------- */

/* At most this many different colours are told apart. An image of more is counted with seven bits a
 * channel, then with six, and so on. */
enum {
    POINTS = 1 << 15,
    SLOTS = 4 * POINTS /* of the hash table: a power of two */
};

/* A colour has one of two slots of the hash table. If others have both, which is rare unless
 * somebody chose the colours for it, its slot is in a cube of cells, as in nearest.h: each cell of
 * 4 x 4 x 4 colours that is used has a block of slots. So no set of colours takes much longer than
 * another: test/c/test_colors.c. */
enum {
    CHOICE = 2,
    SIDE = 64, /* cells */
    BLOCK = 64 /* slots in a cell */
};

typedef struct crowd {
    uint16_t cells[SIDE * SIDE * SIDE]; /* number of a block, plus 1; 0: none */
    uint16_t blocks[POINTS][BLOCK];     /* number of a tally, plus 1; 0: free */
} crowd;

/* Pixels that count as one colour. There are at most 2 * SAMPLE of them: 32 bits are enough. */
typedef struct tally {
    uint32_t count, sum[3];
    uint32_t color; /* of the first pixel */
} tally;

/* A part of the points: `count` from `first` on. */
typedef struct box {
    size_t   first, count;
    double   gain;     /* how much squared error the best cut in two removes; 0: no cut */
    unsigned axis, at; /* of that cut */
    float    low[3], high[3];
} box;

typedef struct moments {
    double count, sum[3];
} moments;

/* A point is a colour of the image, or the mean of several that are counted as one. Its fields lie
 * in an array each, so that the compiler can vectorise loops over points. */
typedef struct work {
    uint16_t slots[SLOTS + CHOICE - 1]; /* number of a tally, plus 1; 0: free */
    tally    tallies[POINTS];
    size_t   count;
    unsigned shift; /* bits that are not told apart */
    float    mean[3][POINTS];
    float    weight[POINTS];   /* pixels */
    float    distance[POINTS]; /* squared, to the nearest colour of the palette */
    int32_t  nearest[POINTS];
    moments  levels[256]; /* zeros between calls of find_cut */
    box      boxes[256];
    float    colors[3][256];
    unsigned color_count;
    size_t   block_count; /* 0: `crowd` has not been cleared */
    crowd    crowd;
} work;

_Static_assert(sizeof(work) <= QUANTIZE_MEMORY && sizeof(few_colors) <= QUANTIZE_MEMORY,
               "what the plan counts");

static uint32_t shifted(uint32_t color, unsigned shift)
{
    const uint32_t mask = 0xffu >> shift << shift;

    return color & (mask << 16 | mask << 8 | mask);
}

static uint16_t *slot_in_crowd(work *w, uint32_t key)
{
    const uint32_t r = key >> 16 >> w->shift, g = (key >> 8 & 0xff) >> w->shift,
                   b = (key & 0xff) >> w->shift;
    uint16_t *cell = &w->crowd.cells[(r / 4 * SIDE + g / 4) * SIDE + b / 4];

    if (w->block_count == 0)
        memset(w->crowd.cells, 0, sizeof w->crowd.cells);
    if (*cell == 0) {
        memset(w->crowd.blocks[w->block_count], 0, sizeof *w->crowd.blocks);
        *cell = (uint16_t)++w->block_count;
    }
    return &w->crowd.blocks[*cell - 1][(r % 4 * 4 + g % 4) * 4 + b % 4];
}

/* Where the number of a colour's tally is, or will be. */
static inline uint16_t *slot_of(work *w, uint32_t color)
{
    const uint32_t key = shifted(color, w->shift);
    uint16_t      *slot = &w->slots[key * 2654435761u >> 15]; /* D. Knuth's multiplier */

    for (unsigned i = 0; i < CHOICE; i++, slot++)
        if (*slot == 0 || shifted(w->tallies[*slot - 1].color, w->shift) == key)
            return slot;
    return slot_in_crowd(w, key);
}

/* Tells one bit less apart, and merges the colours that have become equal. */
static void coarsen(work *w)
{
    const size_t before = w->count;

    w->shift++;
    w->count = 0;
    w->block_count = 0;
    memset(w->slots, 0, sizeof w->slots);
    for (size_t i = 0; i < before; i++) {
        const tally t = w->tallies[i];
        uint16_t   *slot = slot_of(w, t.color);
        tally      *to;

        if (*slot == 0) {
            w->tallies[w->count++] = t;
            *slot = (uint16_t)w->count;
            continue;
        }
        to = &w->tallies[*slot - 1];
        to->count += t.count;
        for (unsigned channel = 0; channel < 3; channel++)
            to->sum[channel] += t.sum[channel];
    }
}

static tally *tally_of(work *w, uint32_t color)
{
    uint16_t *slot = slot_of(w, color);

    while (*slot == 0 && w->count == POINTS) {
        coarsen(w);
        slot = slot_of(w, color);
    }
    if (*slot == 0) {
        w->tallies[w->count++] = (tally){.color = color};
        *slot = (uint16_t)w->count;
    }
    return &w->tallies[*slot - 1];
}

/* At least this many pixels are counted, if the image has them. An image of twice as many or more
 * is divided into stretches of a few pixels, of which one is counted: its place changes from
 * stretch to stretch, so that not always the same columns are counted. */
enum {
    SAMPLE = 1 << 19
};

static size_t offset_in(size_t stretch, size_t pixels)
{
    return ((uint32_t)stretch * 2654435761u >> 16) % (uint32_t)pixels;
}

/* A block of pixels is read before it is counted: reading and looking up take turns badly, because
 * both wait for memory. */
enum {
    READ_AHEAD = 64
};

static void count_block(work *w, const uint32_t *colors, size_t count)
{
    tally *t = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!t || colors[i] != colors[i - 1])
            t = tally_of(w, colors[i]);
        t->count++;
        t->sum[0] += colors[i] >> 16;
        t->sum[1] += colors[i] >> 8 & 0xff;
        t->sum[2] += colors[i] & 0xff;
    }
}

static void make_points(work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const tally *from = &w->tallies[i];

        w->weight[i] = (float)from->count;
        for (unsigned channel = 0; channel < 3; channel++)
            w->mean[channel][i] = (float)((double)from->sum[channel] / (double)from->count);
    }
}

static uint32_t color_of(const uint8_t *rgb)
{
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void count_colors(work *w, const uint8_t *rgb, size_t pixels, cancel_check *cancel)
{
    const size_t each = pixels < (size_t)2 * SAMPLE ? 1 : pixels / SAMPLE;
    const size_t count = pixels / each;
    uint32_t     colors[READ_AHEAD];

    for (size_t first = 0; first < count; first += READ_AHEAD) {
        const size_t more = smaller(READ_AHEAD, count - first);

        if (cancel_before(cancel, more))
            return;
        for (size_t i = 0; i < more; i++)
            colors[i] = color_of(rgb + 3 * ((first + i) * each + offset_in(first + i, each)));
        count_block(w, colors, more);
    }
    make_points(w);
}

/* ---- Boxes ----------------------------------------------------------------------- */

static void add(moments *to, const moments *m, double sign)
{
    to->count += sign * m->count;
    for (unsigned i = 0; i < 3; i++)
        to->sum[i] += sign * m->sum[i];
}

static void add_point(moments *to, const work *w, size_t point)
{
    to->count += (double)w->weight[point];
    for (unsigned i = 0; i < 3; i++)
        to->sum[i] += (double)(w->mean[i][point] * w->weight[point]);
}

/* The squared length of the sum, divided by the count. The squared error of points that all become
 * their mean is the sum of their squares less this; so a cut removes as much error as this grows
 * by it. */
static double kept(const moments *m)
{
    return (m->sum[0] * m->sum[0] + m->sum[1] * m->sum[1] + m->sum[2] * m->sum[2]) / m->count;
}

static void find_bounds(const work *w, box *b)
{
    for (unsigned axis = 0; axis < 3; axis++) {
        const float *mean = w->mean[axis] + b->first;

        b->low[axis] = b->high[axis] = mean[0];
        for (size_t i = 1; i < b->count; i++) {
            b->low[axis] = mean[i] < b->low[axis] ? mean[i] : b->low[axis];
            b->high[axis] = mean[i] > b->high[axis] ? mean[i] : b->high[axis];
        }
    }
}

static void find_cut(work *w, box *b, unsigned axis)
{
    const unsigned low = (unsigned)b->low[axis], high = (unsigned)b->high[axis];
    moments        all = {0}, first = {0};

    for (size_t i = b->first; i < b->first + b->count; i++)
        add_point(&w->levels[(unsigned)w->mean[axis][i]], w, i);
    for (unsigned v = low; v <= high; v++)
        add(&all, &w->levels[v], 1);
    for (unsigned v = low; v < high; v++) {
        moments second = all;
        double  gain;

        if (w->levels[v].count < 0.5)
            continue;
        add(&first, &w->levels[v], 1);
        add(&second, &first, -1);
        gain = kept(&first) + kept(&second) - kept(&all);
        if (gain > b->gain) {
            b->gain = gain;
            b->axis = axis;
            b->at = v + 1;
        }
    }
    memset(w->levels + low, 0, (high - low + 1) * sizeof *w->levels);
}

static void find_best_cut(work *w, box *b)
{
    b->gain = 0;
    find_bounds(w, b);
    for (unsigned axis = 0; axis < 3; axis++)
        find_cut(w, b, axis);
}

static void swap(float *a, float *b)
{
    const float t = *a;

    *a = *b;
    *b = t;
}

static void swap_points(work *w, size_t one, size_t other)
{
    swap(&w->weight[one], &w->weight[other]);
    for (unsigned channel = 0; channel < 3; channel++)
        swap(&w->mean[channel][one], &w->mean[channel][other]);
}

/* The points below the cut stay in b, the others go to `other`. */
static void cut(work *w, box *b, box *other)
{
    size_t middle = b->first;

    for (size_t i = b->first; i < b->first + b->count; i++)
        if ((unsigned)w->mean[b->axis][i] < b->at)
            swap_points(w, i, middle++);
    *other = (box){.first = middle, .count = b->first + b->count - middle};
    b->count = middle - b->first;
    find_best_cut(w, b);
    find_best_cut(w, other);
}

static void take_mean(work *w, const box *b, unsigned color)
{
    moments m = {0};

    for (size_t i = b->first; i < b->first + b->count; i++)
        add_point(&m, w, i);
    for (unsigned channel = 0; channel < 3; channel++)
        w->colors[channel][color] = (float)(m.sum[channel] / m.count);
}

/* Cuts the box that gains most by it, until there are enough. */
static void cut_all(work *w, unsigned colors, cancel_check *cancel)
{
    unsigned count = 1;

    w->boxes[0] = (box){.first = 0, .count = w->count};
    find_best_cut(w, &w->boxes[0]);
    while (count < colors && !cancel_before(cancel, POINTS)) {
        unsigned best = 0;

        for (unsigned i = 1; i < count; i++)
            best = w->boxes[i].gain > w->boxes[best].gain ? i : best;
        if (w->boxes[best].gain <= 0)
            break;
        cut(w, &w->boxes[best], &w->boxes[count++]);
    }
    for (unsigned i = 0; i < count; i++)
        take_mean(w, &w->boxes[i], i);
    w->color_count = count;
}

/* ---- Rounds ------------------------------------------------------------------------ */

/* The squared distance. */
static float distance(const float a[3], const float b[3])
{
    const float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];

    return x * x + y * y + z * z;
}

static void get_color(const work *w, unsigned color, float to[3])
{
    for (unsigned i = 0; i < 3; i++)
        to[i] = w->colors[i][color];
}

static unsigned nearest_to_middle(const work *w, const box *b)
{
    const float middle[3] = {(b->low[0] + b->high[0]) / 2, (b->low[1] + b->high[1]) / 2,
                             (b->low[2] + b->high[2]) / 2};
    unsigned    best = 0;
    float       least = 1e9f;

    for (unsigned i = 0; i < w->color_count; i++) {
        float color[3], d;

        get_color(w, i, color);
        d = distance(color, middle);
        best = d < least ? i : best;
        least = d < least ? d : least;
    }
    return best;
}

/* For each colour, how much farther it is than the colour `near` from every point of the box, at
 * least. The difference of the squared distances is linear, so it is least in a corner. */
static void compare_with(const work *w, unsigned near, const box *b, float farther[256])
{
    for (unsigned i = 0; i < w->color_count; i++)
        farther[i] = 0;
    for (unsigned axis = 0; axis < 3; axis++) {
        const float *colors = w->colors[axis];
        const float  c = colors[near], low = b->low[axis], high = b->high[axis];

        for (unsigned i = 0; i < w->color_count; i++) {
            const float corner = colors[i] > c ? high : low;

            farther[i] += (c - colors[i]) * (2 * corner - c - colors[i]);
        }
    }
}

/* The points of a box that are nearer to this colour than to those before get it. */
static void offer(work *w, const box *b, unsigned color)
{
    const float  rgb[3] = {w->colors[0][color], w->colors[1][color], w->colors[2][color]};
    const float *x = w->mean[0] + b->first, *y = w->mean[1] + b->first, *z = w->mean[2] + b->first;
    float *restrict least = w->distance + b->first;
    int32_t *restrict nearest = w->nearest + b->first;
    const int32_t index = (int32_t)color;

    for (size_t i = 0; i < b->count; i++) {
        const float   dx = x[i] - rgb[0], dy = y[i] - rgb[1], dz = z[i] - rgb[2];
        const float   d = dx * dx + dy * dy + dz * dz, before = least[i];
        const int32_t is_nearer = -(d < before); /* all bits */

        least[i] = d < before ? d : before;
        nearest[i] = (nearest[i] & ~is_nearer) | (index & is_nearer);
    }
}

/* Finds the nearest colour of each point. Those that some colour is nearer than in all of the box
 * are left out; a little is added for rounding. */
static void serve(work *w, const box *b)
{
    float farther[256];

    compare_with(w, nearest_to_middle(w, b), b, farther);
    for (size_t i = b->first; i < b->first + b->count; i++)
        w->distance[i] = 1e9f;
    for (unsigned i = 0; i < w->color_count; i++)
        if (farther[i] <= 0.1f)
            offer(w, b, i);
}

/* Each colour moves to the mean of its points; one that has none stays. */
static void move_colors(work *w)
{
    moments sums[256] = {{0}};

    for (size_t i = 0; i < w->count; i++)
        add_point(&sums[w->nearest[i]], w, i);
    for (unsigned i = 0; i < w->color_count; i++)
        for (unsigned channel = 0; channel < 3 && sums[i].count > 0; channel++)
            w->colors[channel][i] = (float)(sums[i].sum[channel] / sums[i].count);
}

/* npm run bench:palettes -- --rounds: from the eighth to the twelfth round, the PSNR of 256 colours
 * grows by 0.004 dB a round, in photographs. */
#ifndef QUANTIZE_ROUNDS
#define QUANTIZE_ROUNDS 8
#endif

/* As many boxes as colours. */
static void serve_all(work *w, cancel_check *cancel)
{
    for (unsigned i = 0; i < w->color_count; i++)
        if (!cancel_before(cancel, w->boxes[i].count))
            serve(w, &w->boxes[i]);
}

static void choose(work *w, unsigned colors, cancel_check *cancel)
{
    cut_all(w, colors, cancel);
    for (unsigned round = 0; round < QUANTIZE_ROUNDS && !cancel_ask(cancel); round++) {
        serve_all(w, cancel);
        move_colors(w);
    }
}

unsigned quantize(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned colors,
                  cancel_check *cancel)
{
    work    *w = malloc(sizeof *w);
    unsigned count;

    if (!w)
        return 0;
    memset(w, 0, offsetof(work, crowd));
    count_colors(w, rgb, pixels, cancel);
    if (!cancel_ask(cancel))
        choose(w, colors, cancel);
    count = w->color_count;
    for (unsigned i = 0; i < count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            palette[i][channel] = (uint8_t)(w->colors[channel][i] + 0.5f);
    free(w);
    return count;
}
