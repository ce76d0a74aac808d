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

/* ---- The histogram --------------------------------------------------------------- */

/* Bins of 8 x 8 x 8 colours; a plane of zeros before the first of each axis. */
enum {
    BIN_BITS = 3,
    SIDE = (256 >> BIN_BITS) + 1,
    BINS = SIDE * SIDE * SIDE
};

/* Sums over a bin, later over the box from the origin to it. */
typedef struct moments {
    double count, sum[3], squares;
} moments;

static size_t bin_of(unsigned r, unsigned g, unsigned b)
{
    return ((size_t)r * SIDE + g) * SIDE + b;
}

static void add(moments *to, const moments *m, double sign)
{
    to->count += sign * m->count;
    for (unsigned i = 0; i < 3; i++)
        to->sum[i] += sign * m->sum[i];
    to->squares += sign * m->squares;
}

static void count_colors(moments *bins, const uint8_t *rgb, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++, rgb += 3) {
        moments *bin = &bins[bin_of((rgb[0] >> BIN_BITS) + 1u, (rgb[1] >> BIN_BITS) + 1u,
                                    (rgb[2] >> BIN_BITS) + 1u)];

        bin->count++;
        for (unsigned channel = 0; channel < 3; channel++) {
            bin->sum[channel] += rgb[channel];
            bin->squares += rgb[channel] * rgb[channel];
        }
    }
}

/* ---- Boxes ----------------------------------------------------------------------- */

/* Bins above `low` up to `high`, on each axis. */
typedef struct box {
    unsigned low[3], high[3];
    double   loss; /* of its variance, times its pixels */
} box;

/* Sums over a box, out of those over its eight corners. */
static moments sums_of(const moments *total, const box *b)
{
    moments m = {0};

    for (unsigned corner = 0; corner < 8; corner++) {
        const unsigned *r = corner & 4 ? b->low : b->high, *g = corner & 2 ? b->low : b->high,
                       *v = corner & 1 ? b->low : b->high;
        const bool odd = ((corner >> 2 ^ corner >> 1 ^ corner) & 1) != 0;

        add(&m, &total[bin_of(r[0], g[1], v[2])], odd ? -1 : 1);
    }
    return m;
}

/* Squared length of the sum over the count: what a box keeps of its pixels' squares when all of
 * them get their mean. */
static double kept(const moments *m)
{
    return (m->sum[0] * m->sum[0] + m->sum[1] * m->sum[1] + m->sum[2] * m->sum[2]) / m->count;
}

static void set_loss(const moments *total, box *b)
{
    const moments m = sums_of(total, b);

    b->loss = m.count > 0 ? m.squares - kept(&m) : 0;
}

/* Splits `b` where the two halves together keep most; false: all its pixels are in one bin. */
static bool split(const moments *total, box *b, box *other)
{
    const moments whole = sums_of(total, b);
    double        best = 0;
    unsigned      axis = 3, at = 0;

    for (unsigned i = 0; i < 3; i++) {
        for (unsigned cut = b->low[i] + 1; cut < b->high[i]; cut++) {
            box     half = *b;
            moments first, second = whole;

            half.high[i] = cut;
            first = sums_of(total, &half);
            add(&second, &first, -1);
            if (first.count < 0.5 || second.count < 0.5)
                continue;
            if (kept(&first) + kept(&second) > best) {
                best = kept(&first) + kept(&second);
                axis = i;
                at = cut;
            }
        }
    }
    if (axis == 3)
        return false;
    *other = *b;
    b->high[axis] = other->low[axis] = at;
    set_loss(total, b);
    set_loss(total, other);
    return true;
}

static unsigned split_all(const moments *total, box *boxes, unsigned colors)
{
    unsigned count = 1;

    boxes[0] = (box){{0, 0, 0}, {SIDE - 1, SIDE - 1, SIDE - 1}, 0};
    set_loss(total, &boxes[0]);
    while (count < colors) {
        unsigned worst = 0;

        for (unsigned i = 1; i < count; i++)
            worst = boxes[i].loss > boxes[worst].loss ? i : worst;
        if (boxes[worst].loss <= 0)
            break;
        if (split(total, &boxes[worst], &boxes[count]))
            count++;
        else
            boxes[worst].loss = 0;
    }
    return count;
}

/* ---- The colours ------------------------------------------------------------------- */

/* A bin that has pixels: their mean, and how many. */
typedef struct point {
    float    mean[3], count;
    unsigned color; /* the one that serves it */
} point;

typedef struct work {
    moments  bins[BINS]; /* sums over boxes from the origin */
    point    points[(SIDE - 1) * (SIDE - 1) * (SIDE - 1)];
    size_t   point_count;
    box      boxes[256];
    float    colors[3][256]; /* by channel: the loop over them is a vector's */
    unsigned count;
} work;

_Static_assert(sizeof(work) <= QUANTIZE_MEMORY, "what the plan counts");

static void find_points(work *w)
{
    for (size_t i = 0; i < BINS; i++) {
        const moments *bin = &w->bins[i];
        point         *p;

        if (bin->count == 0)
            continue;
        p = &w->points[w->point_count++];
        p->count = (float)bin->count;
        for (unsigned channel = 0; channel < 3; channel++)
            p->mean[channel] = (float)(bin->sum[channel] / bin->count);
    }
}

static void accumulate(work *w)
{
    static const size_t steps[3] = {SIDE * SIDE, SIDE, 1};

    for (unsigned axis = 0; axis < 3; axis++)
        for (size_t i = steps[axis]; i < BINS; i++)
            if (i / steps[axis] % SIDE != 0)
                add(&w->bins[i], &w->bins[i - steps[axis]], 1);
}

static void take_means(work *w)
{
    for (unsigned i = 0; i < w->count; i++) {
        const moments m = sums_of(w->bins, &w->boxes[i]);

        for (unsigned channel = 0; channel < 3; channel++)
            w->colors[channel][i] = (float)(m.sum[channel] / m.count);
    }
}

static float distance_to(const work *w, const point *p, unsigned i)
{
    const float r = w->colors[0][i] - p->mean[0], g = w->colors[1][i] - p->mean[1],
                b = w->colors[2][i] - p->mean[2];

    return r * r + g * g + b * b;
}

static void serve(const work *w, point *p)
{
    float distances[256], least;

    for (unsigned i = 0; i < w->count; i++)
        distances[i] = distance_to(w, p, i);
    least = distances[p->color = 0];
    for (unsigned i = 1; i < w->count; i++) {
        if (distances[i] < least) {
            least = distances[i];
            p->color = i;
        }
    }
}

/* Each colour moves to the mean of the points that it serves; one that serves none stays. */
static void move_colors(work *w)
{
    double sums[256][4] = {{0}};

    for (size_t i = 0; i < w->point_count; i++) {
        point  *p = &w->points[i];
        double *sum = sums[p->color];

        for (unsigned channel = 0; channel < 3; channel++)
            sum[channel] += (double)p->mean[channel] * p->count;
        sum[3] += p->count;
    }
    for (unsigned i = 0; i < w->count; i++)
        for (unsigned channel = 0; channel < 3 && sums[i][3] > 0; channel++)
            w->colors[channel][i] = (float)(sums[i][channel] / sums[i][3]);
}

/* Measured on ten photographs: after eight rounds the PSNR grows by less than 0.02 dB a round. */
enum {
    ROUNDS = 8
};

unsigned quantize(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels, unsigned colors)
{
    work    *w = calloc(1, sizeof *w);
    unsigned count;

    if (!w)
        return 0;
    count_colors(w->bins, rgb, pixels);
    find_points(w);
    accumulate(w);
    count = w->count = split_all(w->bins, w->boxes, colors);
    take_means(w);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < w->point_count; i++)
            serve(w, &w->points[i]);
        move_colors(w);
    }
    for (unsigned i = 0; i < count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            palette[i][channel] = (uint8_t)(w->colors[channel][i] + 0.5f);
    free(w);
    return count;
}
