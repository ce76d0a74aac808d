#include "quantize.h"

#include <stdlib.h>
#include <string.h>

/* ---- Few colours ---------------------------------------------------------------- */

enum {
    SLOTS = 1024 /* of a hash table for up to 257 colours */
};

static uint32_t color_of(const uint8_t *rgb)
{
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Where the colour is in the table, or the free slot for it. */
static unsigned slot_of(const uint32_t *table, uint32_t color)
{
    unsigned slot = (color * 2654435761u) >> 22; /* D. Knuth's multiplier */

    while (table[slot] != 0 && table[slot] != color + 1)
        slot = (slot + 1) % SLOTS;
    return slot;
}

unsigned quantize_count(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned most)
{
    uint32_t table[SLOTS] = {0}; /* a colour and 1; 0: free */
    uint32_t last = UINT32_MAX;
    unsigned count = 0;

    for (size_t i = 0; i < pixels; i++, rgb += 3) {
        const uint32_t color = color_of(rgb);
        unsigned       slot;

        if (color == last)
            continue;
        last = color;
        slot = slot_of(table, color);
        if (table[slot])
            continue;
        if (count == most)
            return 0;
        table[slot] = color + 1;
        memcpy(palette[count++], rgb, 3);
    }
    return count;
}

/* ---- The image's colours ---------------------------------------------------------- */

/* So many different colours are told apart at most. An image of more gets them at seven bits a
 * channel, then six, and so on. */
enum {
    POINTS = 1 << 15,
    PLACES = 4 * POINTS /* of the hash table: a power of two */
};

/* A colour, or several that are counted as one: how many pixels, their mean, and the one of the
 * palette that serves them. */
typedef struct point {
    float    mean[3], count;
    unsigned color;
} point;

typedef struct tally {
    uint64_t count, sum[3];
    uint32_t color; /* of the first pixel */
} tally;

/* Points from `first` on, and where they are best cut in two. */
typedef struct box {
    size_t   first, count;
    double   gain; /* of the cut, in squared error; 0: no cut */
    unsigned axis, at;
} box;

typedef struct work {
    uint32_t places[PLACES]; /* number of a tally, and 1; 0: free */
    tally    tallies[POINTS];
    point    points[POINTS];
    size_t   count;
    unsigned shift; /* bits that are not told apart */
    box      boxes[256];
    float    colors[256][3];
    unsigned color_count;
} work;

_Static_assert(sizeof(work) <= QUANTIZE_MEMORY, "what the plan counts");

static uint32_t shifted(uint32_t color, unsigned shift)
{
    const uint32_t mask = 0xffu >> shift << shift;

    return color & (mask << 16 | mask << 8 | mask);
}

static uint32_t *place_of(work *w, uint32_t color)
{
    const uint32_t key = shifted(color, w->shift);
    uint32_t       place = key * 2654435761u >> 15; /* D. Knuth's multiplier */

    while (w->places[place] != 0 &&
           shifted(w->tallies[w->places[place] - 1].color, w->shift) != key)
        place = (place + 1) % PLACES;
    return &w->places[place];
}

/* Tells one bit less apart, and puts together what has become one colour. */
static void coarsen(work *w)
{
    const size_t before = w->count;

    w->shift++;
    w->count = 0;
    memset(w->places, 0, sizeof w->places);
    for (size_t i = 0; i < before; i++) {
        const tally t = w->tallies[i];
        uint32_t   *place = place_of(w, t.color);
        tally      *to;

        if (*place == 0) {
            w->tallies[w->count++] = t;
            *place = (uint32_t)w->count;
            continue;
        }
        to = &w->tallies[*place - 1];
        to->count += t.count;
        for (unsigned channel = 0; channel < 3; channel++)
            to->sum[channel] += t.sum[channel];
    }
}

static tally *tally_of(work *w, uint32_t color)
{
    uint32_t *place = place_of(w, color);

    while (*place == 0 && w->count == POINTS) {
        coarsen(w);
        place = place_of(w, color);
    }
    if (*place == 0) {
        w->tallies[w->count++] = (tally){.color = color};
        *place = (uint32_t)w->count;
    }
    return &w->tallies[*place - 1];
}

/* So many pixels are counted at least, if there are so many: of an image of twice as many or more,
 * one in each stretch of a few, at a place that changes from stretch to stretch, so that it does
 * not always hit the same columns. */
enum {
    SAMPLE = 1 << 19
};

static size_t place_in(size_t stretch, size_t pixels)
{
    return ((uint32_t)stretch * 2654435761u >> 16) % pixels;
}

static void count_colors(work *w, const uint8_t *rgb, size_t pixels)
{
    const size_t each = pixels < (size_t)2 * SAMPLE ? 1 : pixels / SAMPLE;
    uint32_t     last = UINT32_MAX;
    tally       *t = NULL;

    for (size_t i = 0; i < pixels / each; i++) {
        const uint8_t *pixel = rgb + 3 * (i * each + place_in(i, each));
        const uint32_t color = color_of(pixel);

        if (!t || color != last)
            t = tally_of(w, color);
        last = color;
        t->count++;
        for (unsigned channel = 0; channel < 3; channel++)
            t->sum[channel] += pixel[channel];
    }
    for (size_t i = 0; i < w->count; i++) {
        const tally *from = &w->tallies[i];

        w->points[i].count = (float)from->count;
        for (unsigned channel = 0; channel < 3; channel++)
            w->points[i].mean[channel] = (float)((double)from->sum[channel] / (double)from->count);
    }
}

/* ---- Boxes ----------------------------------------------------------------------- */

typedef struct moments {
    double count, sum[3];
} moments;

static void add(moments *to, const moments *m, double sign)
{
    to->count += sign * m->count;
    for (unsigned i = 0; i < 3; i++)
        to->sum[i] += sign * m->sum[i];
}

static void add_point(moments *to, const point *p)
{
    to->count += (double)p->count;
    for (unsigned i = 0; i < 3; i++)
        to->sum[i] += (double)(p->mean[i] * p->count);
}

/* Squared length of the sum over the count: what points keep of their squares when all of them get
 * their mean. What a cut keeps more is what the squared error loses. */
static double kept(const moments *m)
{
    return (m->sum[0] * m->sum[0] + m->sum[1] * m->sum[1] + m->sum[2] * m->sum[2]) / m->count;
}

static void find_cut(const point *points, box *b, unsigned axis)
{
    moments levels[256] = {{0}}, all = {0}, first = {0};

    for (size_t i = b->first; i < b->first + b->count; i++)
        add_point(&levels[(unsigned)points[i].mean[axis]], &points[i]);
    for (unsigned v = 0; v < 256; v++)
        add(&all, &levels[v], 1);
    for (unsigned v = 0; v < 255; v++) {
        moments second = all;
        double  gain;

        add(&first, &levels[v], 1);
        add(&second, &first, -1);
        if (levels[v].count < 0.5 || second.count < 0.5)
            continue;
        gain = kept(&first) + kept(&second) - kept(&all);
        if (gain > b->gain) {
            b->gain = gain;
            b->axis = axis;
            b->at = v + 1;
        }
    }
}

static void find_best_cut(const point *points, box *b)
{
    b->gain = 0;
    for (unsigned axis = 0; axis < 3; axis++)
        find_cut(points, b, axis);
}

/* Points below the cut come first. */
static void cut(point *points, box *b, box *other)
{
    size_t middle = b->first;

    for (size_t i = b->first; i < b->first + b->count; i++) {
        if ((unsigned)points[i].mean[b->axis] < b->at) {
            const point p = points[i];

            points[i] = points[middle];
            points[middle++] = p;
        }
    }
    *other = (box){.first = middle, .count = b->first + b->count - middle};
    b->count = middle - b->first;
    find_best_cut(points, b);
    find_best_cut(points, other);
}

static void take_mean(work *w, const box *b, unsigned color)
{
    moments m = {0};

    for (size_t i = b->first; i < b->first + b->count; i++) {
        add_point(&m, &w->points[i]);
        w->points[i].color = color;
    }
    for (unsigned channel = 0; channel < 3; channel++)
        w->colors[color][channel] = (float)(m.sum[channel] / m.count);
}

/* The box that gains most is cut, until there are enough. */
static void cut_all(work *w, unsigned colors)
{
    unsigned count = 1;

    w->boxes[0] = (box){.first = 0, .count = w->count};
    find_best_cut(w->points, &w->boxes[0]);
    while (count < colors) {
        unsigned best = 0;

        for (unsigned i = 1; i < count; i++)
            best = w->boxes[i].gain > w->boxes[best].gain ? i : best;
        if (w->boxes[best].gain <= 0)
            break;
        cut(w->points, &w->boxes[best], &w->boxes[count++]);
    }
    for (unsigned i = 0; i < count; i++)
        take_mean(w, &w->boxes[i], i);
    w->color_count = count;
}

/* ---- Rounds ------------------------------------------------------------------------ */

/* The colours in the order of R + G + B. Where two differ in it by d, their squared distance is at
 * least d * d / 3. */
typedef struct ranked {
    float    sum, mean[3];
    unsigned color;
} ranked;

static float sum_of(const float mean[3])
{
    return mean[0] + mean[1] + mean[2];
}

static int by_sum(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    if (x->sum != y->sum)
        return x->sum < y->sum ? -1 : 1;
    return x->color < y->color ? -1 : 1; /* qsort is not stable */
}

static void rank(const work *w, ranked order[256], unsigned place[256])
{
    for (unsigned i = 0; i < w->color_count; i++) {
        order[i] = (ranked){.sum = sum_of(w->colors[i]), .color = i};
        memcpy(order[i].mean, w->colors[i], sizeof w->colors[i]);
    }
    qsort(order, w->color_count, sizeof *order, by_sum);
    for (unsigned i = 0; i < w->color_count; i++)
        place[order[i].color] = i;
}

static float distance(const float a[3], const float b[3])
{
    const float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];

    return x * x + y * y + z * z;
}

static bool is_too_far(const ranked *r, float sum, float least)
{
    return (r->sum - sum) * (r->sum - sum) > 3 * least;
}

static void consider(const ranked *r, point *p, float *least)
{
    const float d = distance(r->mean, p->mean);

    if (d < *least) {
        *least = d;
        p->color = r->color;
    }
}

/* Searches from the colour that served the point before. One that is too far ends the search on its
 * side, unless the point's own place is still to come. */
static void serve(const ranked *order, unsigned count, unsigned from, point *p)
{
    const float sum = sum_of(p->mean);
    float       least = distance(order[from].mean, p->mean);

    for (unsigned i = from; i > 0; i--) {
        if (order[i - 1].sum <= sum && is_too_far(&order[i - 1], sum, least))
            break;
        consider(&order[i - 1], p, &least);
    }
    for (unsigned i = from + 1; i < count; i++) {
        if (order[i].sum >= sum && is_too_far(&order[i], sum, least))
            break;
        consider(&order[i], p, &least);
    }
}

/* Each colour moves to the mean of the points that it serves; one that serves none stays. */
static void move_colors(work *w)
{
    moments sums[256] = {{0}};

    for (size_t i = 0; i < w->count; i++)
        add_point(&sums[w->points[i].color], &w->points[i]);
    for (unsigned i = 0; i < w->color_count; i++)
        for (unsigned channel = 0; channel < 3 && sums[i].count > 0; channel++)
            w->colors[i][channel] = (float)(sums[i].sum[channel] / sums[i].count);
}

/* npm run bench:palettes -- --rounds: from the eighth to the twelfth round, the PSNR of 256 colours
 * grows by 0.004 dB a round, in photographs. */
#ifndef QUANTIZE_ROUNDS
#define QUANTIZE_ROUNDS 8
#endif

/* One of Lloyd's rounds. */
static void improve(work *w)
{
    ranked   order[256] = {{0}};
    unsigned place[256];

    rank(w, order, place);
    for (size_t i = 0; i < w->count; i++)
        serve(order, w->color_count, place[w->points[i].color], &w->points[i]);
    move_colors(w);
}

unsigned quantize(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned colors)
{
    work    *w = calloc(1, sizeof *w);
    unsigned count;

    if (!w)
        return 0;
    count_colors(w, rgb, pixels);
    cut_all(w, colors);
    for (unsigned round = 0; round < QUANTIZE_ROUNDS; round++)
        improve(w);
    count = w->color_count;
    for (unsigned i = 0; i < count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            palette[i][channel] = (uint8_t)(w->colors[i][channel] + 0.5f);
    free(w);
    return count;
}
