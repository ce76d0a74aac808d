/*
 * Images of another size: what each pixel is made of, for sides of any length, and where images go.
 * test/size.test.js compares pixels with floating point.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "resize/resize.h"

static void *must_have(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static fit_side side_of(uint32_t from, uint32_t to)
{
    return (fit_side){.from = from, .to = to, .count = to, .canvas = to};
}

/* Returns the first of them. */
static uint32_t check_weights(const fit_side *side, uint32_t i, uint32_t least)
{
    const uint64_t     most = weights_most(side);
    int16_t           *weights = must_have(malloc((size_t)most * sizeof *weights));
    int32_t           *scratch = must_have(malloc((size_t)most * sizeof *scratch));
    const weights_span span = weights_of(side, i, weights, scratch, NULL);
    const uint32_t     nearest = weights_nearest(side, i);
    int32_t            sum = 0, size = 0;

    for (uint32_t k = 0; k < span.count; k++) {
        sum += weights[k];
        size += abs(weights[k]);
    }
    check(most <= side->from, "%u from %u: room for %llu weights", side->to, side->from,
          (unsigned long long)most);
    check(sum == WEIGHTS_ONE, "pixel %u of %u from %u: weights add up to %d", i, side->to,
          side->from, (int)sum);
    check(size < 2 * WEIGHTS_ONE, "pixel %u of %u from %u: %d without signs", i, side->to,
          side->from, (int)size);
    check(span.count >= 1 && span.count <= most && span.count <= side->from &&
              span.first <= side->from - span.count && span.first >= least,
          "pixel %u of %u from %u: %u pixels from %u on", i, side->to, side->from, span.count,
          span.first);
    check(nearest >= span.first && nearest < span.first + span.count,
          "pixel %u of %u from %u: %u is the nearest", i, side->to, side->from, nearest);
    free(weights);
    free(scratch);
    return span.first;
}

static void check_all_weights(uint32_t from, uint32_t to)
{
    const fit_side side = side_of(from, to);
    uint32_t       first = 0;

    for (uint32_t i = 0; i < to; i++)
        first = check_weights(&side, i, first);
}

static void check_ends(uint32_t from, uint32_t to)
{
    const fit_side side = side_of(from, to);

    check_weights(&side, 0, 0);
    check_weights(&side, to / 2, 0);
    check_weights(&side, to - 1, 0);
}

static void check_weights_of_all_sizes(void)
{
    const uint32_t longest = 0x7fffffff;

    for (uint32_t from = 1; from < 24; from++)
        for (uint32_t to = 1; to < 60; to++)
            check_all_weights(from, to);
    check_all_weights(1000, 7);
    check_all_weights(100000, 2);
    check_all_weights(7, 1000);
    check_ends(1, longest);
    check_ends(longest - 1, longest);
    check_ends(longest, longest - 1);
    check_ends(longest, longest / 1000);
    check_ends(3, longest);
    check_ends(1 << 24, 3);
}

/* It adds up, or is more than there is. */
static void check_memory_of_long_sides(void)
{
    const uint32_t sides[] = {1, 3, 1000, 1 << 20, 0x7fffffff};

    for (unsigned i = 0; i < 5 * 5 * 5 * 5; i++) {
        const resize_spec spec = {.sides = {.x = side_of(sides[i % 5], sides[i / 5 % 5]),
                                            .y = side_of(sides[i / 25 % 5], sides[i / 125])},
                                  .channels = 4};
        const uint64_t    line = 4 * (uint64_t)spec.sides.x.to;

        check(resize_memory(&spec) > line && resize_memory(&spec) < UINT64_C(1) << 62,
              "sizes %u: %llu bytes", i, (unsigned long long)resize_memory(&spec));
    }
}

static void check_side(const fit_side *side, const char *name)
{
    check(side->from >= 1 && side->to >= 1 && side->count >= 1 &&
              (uint64_t)side->first + side->count <= side->to &&
              (uint64_t)side->at + side->count <= side->canvas,
          "%s: %u becomes %u, of which %u from %u on, at %u of %u", name, side->from, side->to,
          side->count, side->first, side->at, side->canvas);
}

static void check_fits(void)
{
    const uint32_t sides[] = {0, 1, 7, 480, 800, 0x7fffffff};

    for (unsigned i = 0; i < 6 * 6 * 6 * 6; i++) {
        const uint32_t  width = sides[i % 6], height = sides[i / 6 % 6];
        png2bmp_options options = {.width = sides[i / 36 % 6], .height = sides[i / 216]};

        if (width == 0 || height == 0 || (options.width == 0 && options.height == 0))
            continue;
        for (unsigned f = 0; f < PNG2BMP_FIT_COUNT * PNG2BMP_POSITION_COUNT; f++) {
            fit_sides fit;

            options.fit = (png2bmp_fit)(f % PNG2BMP_FIT_COUNT);
            options.position = (png2bmp_position)(f / PNG2BMP_FIT_COUNT);
            fit = fit_of(width, height, &options);
            check_side(&fit.x, "width");
            check_side(&fit.y, "height");
        }
    }
}

int main(void)
{
    check_weights_of_all_sizes();
    check_memory_of_long_sides();
    check_fits();
    printf("%s: %d checks, %d failed\n", failures ? "not ok" : "ok", checks, failures);
    return failures != 0;
}
