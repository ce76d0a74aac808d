/*
 * Choosing and counting colours takes about the same time for any set of as many colours, and gives
 * the colours that it gave in 1.0.0-rc.1.
 */
#include <time.h>

#include "check.h"
#include "make_png.h"
#include "reduce/few_colors.h"
#include "reduce/quantize.h"

#define PIXELS (1u << 18)
#define SET (1u << 15) /* as many as src/reduce/quantize.c tells apart */

static uint8_t  pixels[4 * PIXELS];
static uint32_t set[SET];

/* ---- Sets of colours ----------------------------------------------------------------- */

static uint32_t hash(uint32_t color)
{
    return color * 2654435761u; /* as in src/reduce/quantize.c */
}

/* Spread over the table of 2^17 places. */
static void spread(void)
{
    for (uint32_t i = 0; i < SET; i++)
        set[i] = (i * 511 + 7) & 0xffffff;
}

/* All in neighbouring places: in a run of `places`. The colours are far apart. */
static void crowd(uint32_t places)
{
    uint32_t count = 0;

    for (uint32_t i = 0; count < SET; i++) {
        const uint32_t color = i * 7919 & 0xffffff;

        if (hash(color) >> 15 < places)
            set[count++] = color;
    }
}

/* Every `step`th place is the first choice of all. */
static void clusters(uint32_t step)
{
    uint32_t count = 0;

    for (uint32_t i = 0; count < SET; i++) {
        const uint32_t color = i * 7919 & 0xffffff;

        if ((hash(color) >> 15) % step == 0)
            set[count++] = color;
    }
}

/* Each at least once, in random order. */
static void paint(uint32_t count)
{
    for (uint32_t i = 0; i < PIXELS; i++) {
        const uint32_t color = set[i < count ? i : random_below(count)];

        pixels[3 * i] = (uint8_t)(color >> 16);
        pixels[3 * i + 1] = (uint8_t)(color >> 8);
        pixels[3 * i + 2] = (uint8_t)color;
    }
}

/* ---- Time ------------------------------------------------------------------------------ */

/* Of three, the shortest: other programs have a part in the others. */
static double time_of(void (*work)(void))
{
    double least = 1e9;

    for (int i = 0; i < 3; i++) {
        const clock_t start = clock();
        double        took;

        work();
        took = (double)(clock() - start) / CLOCKS_PER_SEC;
        least = took < least ? took : least;
    }
    return least;
}

static uint8_t palette[256][3];

static void choose(void)
{
    check(quantize(palette, pixels, PIXELS, 256, NULL) == 256, "256 colours are chosen");
}

static void count_few(void)
{
    static few_colors few;

    memset(&few, 0, sizeof few);
    check(few_colors_add(&few, pixels, PIXELS, 3, FEW_COLORS, NULL) == PIXELS &&
              few.count == FEW_COLORS,
          "256 colours are counted, not %u", few.count);
}

/* Twice is measured; what a test may say on a busy machine is less, and it may be asked again. The
 * tables that were here took more than 100 times as long. */
static void check_time(const char *what, void (*work)(void), double usual)
{
    double took = time_of(work);

    for (int i = 0; i < 4 && took >= 6 * usual; i++)
        took = time_of(work);
    check(took < 6 * usual, "%s: %.1f ms, in place of %.1f", what, 1e3 * took, 1e3 * usual);
}

static uint32_t fingerprint(void)
{
    uint32_t f = 2166136261u; /* FNV-1a */

    for (unsigned i = 0; i < 3 * 256; i++)
        f = (f ^ palette[i / 3][i % 3]) * 16777619u;
    return f;
}

static void check_choosing(void)
{
    double usual;

    spread();
    paint(SET);
    usual = time_of(choose);
    check(fingerprint() == 0x62ee3083, "spread: the colours are %08x", fingerprint());
    crowd(2600);
    paint(SET);
    check_time("a crowd", choose, usual);
    check(fingerprint() == 0x4d125b0a, "crowd: the colours are %08x", fingerprint());
    clusters(16);
    paint(SET);
    check_time("clusters", choose, usual);
    check(fingerprint() == 0x48df2eaf, "clusters: the colours are %08x", fingerprint());
    for (uint32_t i = 0; i < sizeof pixels; i++) /* more colours than are told apart */
        pixels[i] = (uint8_t)random_below(256);
    check_time("noise", choose, usual);
    check(fingerprint() == 0x4808da44, "noise: the colours are %08x", fingerprint());
}

static void check_counting(void)
{
    uint32_t count = 0;
    double   usual;

    spread();
    paint(FEW_COLORS);
    usual = time_of(count_few);
    for (uint32_t i = 0; count < FEW_COLORS; i++)
        if (hash(i) >> 22 == 0)
            set[count++] = i;
    paint(FEW_COLORS);
    check_time("few colours in a crowd", count_few, usual);
}

int main(void)
{
    check_choosing();
    check_counting();
    printf("%s: %d checks, %d failed\n", failures ? "not ok" : "ok", checks, failures);
    return failures != 0;
}
