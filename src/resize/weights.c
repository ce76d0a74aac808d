#include "weights.h"

#include <string.h>

/* Fractions have 28 bits: squares of numbers up to 4, and products with 10, fit into 63. */
#define ONE (INT64_C(1) << 28)
#define PI_SQUARED INT64_C(2649351758) /* pi^2 * 2^28, rounded */

/* ---- The two functions ---------------------------------------------------------------- */

/* 2^28 / (n (n + 1)) for n from 22 down to 2 in twos: the factors from one term to the next in
 * sin(t) / t = 1 - t^2/(2*3) (1 - t^2/(4*5) (1 - ...)). */
static const int32_t sine_factors[] = {530505,  639132,  784899,  986895,   1278264, 1720740,
                                       2440322, 3728270, 6391320, 13421773, 44739243};

/* sin(t) / t of the square of t, which is at most pi^2. */
static int64_t sinc(int64_t square)
{
    int64_t sum = ONE;

    for (unsigned i = 0; i < sizeof sine_factors / sizeof sine_factors[0]; i++)
        sum = ONE - (square * sum / ONE) * sine_factors[i] / ONE;
    return sum;
}

/* sin(pi x) / (pi x) * sin(t) / t, where t = pi x / 3: since sin(3 t) = 3 sin(t) - 4 sin(t)^3, that
 * is (sin(t) / t)^2 (1 - 4/3 sin(t)^2). third: x / 3, up to 1. */
static int64_t lanczos3(int64_t third)
{
    const int64_t square = third * third / ONE * PI_SQUARED / ONE;
    const int64_t s = sinc(square);
    const int64_t s_squared = s * s / ONE;
    const int64_t sine_squared = square * s_squared / ONE;

    return s_squared - s_squared * sine_squared / ONE * 4 / 3;
}

/* x: up to 2. */
static int64_t catmull_rom(int64_t x)
{
    const int64_t square = x * x / ONE;
    const int64_t cube = square * x / ONE;

    if (x < ONE)
        return (3 * cube - 5 * square) / 2 + ONE;
    return (5 * square - cube) / 2 - 4 * x + 2 * ONE;
}

/* ---- Places ------------------------------------------------------------------------------- */

/* In units of which a pixel of the image has 2 * to: the middle of pixel i is `rest` units after
 * the start of pixel `whole`. */
typedef struct middle {
    uint32_t whole;
    int64_t  rest;
} middle;

static middle middle_of(const fit_side *side, uint32_t i)
{
    const uint64_t units = (2 * (uint64_t)i + 1) * side->from, pixel = 2 * (uint64_t)side->to;

    return (middle){(uint32_t)(units / pixel), (int64_t)(units % pixel)};
}

uint32_t weights_nearest(const fit_side *side, uint32_t i)
{
    return middle_of(side, i).whole;
}

/* In the same units: how far from the middle weights are not 0. */
static int64_t reach_of(const fit_side *side)
{
    return side->to < side->from ? 6 * (int64_t)side->from : 4 * (int64_t)side->to;
}

/* Pixels whose middles lie between two points that have no weight themselves. */
uint64_t weights_most(const fit_side *side)
{
    const uint64_t within_reach = ((uint64_t)reach_of(side) + side->to - 1) / side->to;

    if (side->to == side->from)
        return 1;
    return within_reach < side->from ? within_reach : side->from;
}

/* The pixels within reach, and of the image. */
static weights_span span_of(const fit_side *side, middle m)
{
    const int64_t pixel = 2 * (int64_t)side->to, reach = reach_of(side);
    /* From the middle to that of pixel m.whole. */
    const int64_t own = side->to - m.rest;
    const int64_t before = (reach - 1 + own) / pixel, after = (reach - 1 - own) / pixel;
    const int64_t first = before > m.whole ? 0 : m.whole - before;
    const int64_t last = m.whole + after >= side->from ? side->from - 1 : m.whole + after;

    return (weights_span){(uint32_t)first, (uint32_t)(last - first + 1)};
}

static int64_t weight_at(const fit_side *side, int64_t distance)
{
    const int64_t d = distance < 0 ? -distance : distance;

    if (side->to < side->from)
        return lanczos3(d * ONE / (6 * (int64_t)side->from));
    return catmull_rom(d * ONE / (2 * (int64_t)side->to));
}

/* ---- Weights --------------------------------------------------------------------------------- */

/* sum, less than 2 * all, as a share of WEIGHTS_ONE; all is at most 2^47. */
static int32_t share_of(int64_t sum, int64_t all)
{
    return (int32_t)(((sum + all) * WEIGHTS_ONE + all / 2) / all) - WEIGHTS_ONE;
}

/* What is rounded off one weight is added to the next, so that all of them add up. */
static void normalize(int16_t *weights, const int32_t *scratch, uint32_t count, int64_t all)
{
    unsigned shift = 0;
    int64_t  sum = 0;
    int32_t  before = 0;

    while (all >> shift > INT64_C(1) << 47)
        shift++;
    for (uint32_t i = 0; i < count; i++) {
        int32_t share;

        sum += scratch[i];
        share = share_of(sum / (INT64_C(1) << shift), all >> shift);
        weights[i] = (int16_t)(share - before);
        before = share;
    }
}

weights_span weights_of(const fit_side *side, uint32_t i, int16_t *weights, int32_t *scratch,
                        cancel_check *cancel)
{
    const middle       m = middle_of(side, i);
    const weights_span span = span_of(side, m);
    const int64_t      pixel = 2 * (int64_t)side->to;
    int64_t            distance = pixel * ((int64_t)span.first - m.whole) + side->to - m.rest;
    int64_t            all = 0;

    if (side->to == side->from) {
        weights[0] = WEIGHTS_ONE;
        return (weights_span){i, 1};
    }
    for (uint32_t k = 0; k < span.count && !cancel_before(cancel, 1); k++, distance += pixel) {
        scratch[k] = (int32_t)weight_at(side, distance);
        all += scratch[k];
    }
    if (all <= 0 || was_cancelled(cancel)) /* the former only if the latter */
        memset(weights, 0, span.count * sizeof *weights);
    else
        normalize(weights, scratch, span.count, all);
    return span;
}
