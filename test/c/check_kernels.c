/*
 * Compares every entry of the kernel table, at every level that this CPU has, with plain C: the
 * same bytes, nothing written outside of them, nothing read outside of what kernels.h allows. Every
 * buffer adjoins an inaccessible page, once with its first byte, once with its last.
 *
 *     check_kernels            checks
 *     check_kernels --bench [part of a name]    times, without checking
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cpu/levels.h"
#include "guard.h"
#include "reduce/dither.h"
#include "resize/weigh.h"

/* ---- Random numbers (xorshift64*), the same in each run -------------------- */

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t random32(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)(random_state * UINT64_C(2685821657736338717) >> 32);
}

static uint32_t random_below(uint32_t n)
{
    return random32() % n;
}

/* Bytes that reach the limits of comparisons: noise, few values, extremes, a smooth gradient, all
 * equal, runs of one value, and noise with runs of 0 and 255 in every second byte, as alpha is. */
static void fill(uint8_t *p, size_t n)
{
    static const uint8_t extremes[] = {0, 1, 127, 128, 254, 255};
    const uint32_t       kind = random_below(7);
    uint8_t              value = (uint8_t)random32();
    size_t               run_end = 0;

    for (size_t i = 0; i < n; i++) {
        if (kind == 0)
            value = (uint8_t)random32();
        else if (kind == 1)
            value = (uint8_t)(random_below(4) * 85);
        else if (kind == 2)
            value = extremes[random_below(sizeof extremes)];
        else if (kind == 3)
            value = (uint8_t)(value + random_below(7) - 3);
        else if (kind >= 5 && i >= run_end) {
            value = kind == 5 ? (uint8_t)random32() : (uint8_t)(random_below(2) * 255);
            run_end = i + 1 + random_below(150);
        }
        p[i] = kind == 6 && i % 2 == 0 ? (uint8_t)random32() : value;
    }
}

/* ---- Levels --------------------------------------------------------------- */

/* All above plain C. */
enum {
    FIRST_LEVEL = PNG2BMP_CPU_SCALAR + 1
};
#define LEVELS ((size_t)(PNG2BMP_CPU_COUNT - FIRST_LEVEL))

static struct level {
    png2bmp_cpu cpu;
    const char *name;
} levels[LEVELS];

static void name_levels(void)
{
    for (size_t i = 0; i < LEVELS; i++) {
        levels[i].cpu = (png2bmp_cpu)(FIRST_LEVEL + i);
        levels[i].name = kernels_level_name(levels[i].cpu);
    }
}

/* A level that this CPU or this build lacks has the table of another one. */
static bool level_exists(size_t i)
{
    const kernels *table = kernels_for(levels[i].cpu);

    if (table == kernels_for(PNG2BMP_CPU_SCALAR))
        return false;
    for (size_t k = 0; k < i; k++) {
        if (table == kernels_for(levels[k].cpu))
            return false;
    }
    return true;
}

static const char *const row_names[] = {
#define ROW_NAME(name, from, to) #name,
    ROW_KINDS(ROW_NAME)
#undef ROW_NAME
};

/* Bits of a pixel in the scanline and in the BMP. */
static const struct {
    size_t from, to;
} row_bits[] = {
#define ROW_BITS(name, from, to) {from, to},
    ROW_KINDS(ROW_BITS)
#undef ROW_BITS
};

static const char *const unfilter_names[] = {
#define UNFILTER_NAME(name, bpp) #name,
    UNFILTER_KINDS(UNFILTER_NAME)
#undef UNFILTER_NAME
};

static const size_t unfilter_bpp[] = {
#define UNFILTER_BPP(name, bpp) bpp,
    UNFILTER_KINDS(UNFILTER_BPP)
#undef UNFILTER_BPP
};

static unsigned tests, failures;

/* The current case, to be printed if it touches an inaccessible page. */
static char running[96];

static void on_fault(int signal_number)
{
    static const char before[] = "not ok - touched memory outside of its buffers: ";

    (void)signal_number;
    if (write(STDOUT_FILENO, before, sizeof before - 1) < 0 ||
        write(STDOUT_FILENO, running, strlen(running)) < 0 || write(STDOUT_FILENO, "\n", 1) < 0)
        _exit(2);
    _exit(1);
}

static void now_running(const char *level, const char *what)
{
    snprintf(running, sizeof running, "%s: %s", level, what);
}

static void report(bool ok, const char *level, const char *what)
{
    tests++;
    failures += !ok;
    printf("%s %u - %s: %s\n", ok ? "ok" : "not ok", tests, level, what);
}

/* ---- Unfilter ------------------------------------------------------------- */

enum {
    MAX_ROWS = 40,
    MAX_ROW_BYTES = 8 * 700
};

static guarded source_pages, prior_pages, output_pages, expected_pages;

/* Zeros with a few other bytes between, as in the scanlines of screenshots. */
static void clear_most(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 1 + random_below(20)) {
        const size_t zeros = random_below(600), left = n - i;

        memset(p + i, 0, zeros < left ? zeros : left);
        i += zeros;
    }
}

/* One filter, mostly one filter, or any mix. */
static void choose_filters(uint8_t *src, size_t pitch, size_t rows, bool sparse)
{
    const uint8_t  usual = sparse && random_below(2) ? FILTER_PAETH : (uint8_t)random_below(5);
    const uint32_t others = (uint32_t[]){0, 4, 100}[random_below(3)];

    for (size_t i = 0; i < rows; i++)
        src[i * pitch] = random_below(100) < others ? (uint8_t)random_below(5) : usual;
}

static bool unfilter_agrees(unfilter_fn plain, unfilter_fn fast, size_t row_bytes, size_t rows)
{
    const bool      at_end = random_below(2), bottom_up = random_below(2);
    const size_t    src_size = rows * (1 + row_bytes);
    const size_t    stride = row_bytes + random_below(5), size = stride * (rows - 1) + row_bytes;
    const ptrdiff_t step = bottom_up ? -(ptrdiff_t)stride : (ptrdiff_t)stride;
    uint8_t        *src = guarded_place(&source_pages, src_size + KERNEL_SLACK, random_below(2));
    uint8_t        *prior = guarded_place(&prior_pages, row_bytes, random_below(2));
    uint8_t        *output = guarded_place(&output_pages, size, at_end);
    uint8_t        *expected = guarded_place(&expected_pages, size, at_end);
    const size_t    first = bottom_up ? stride * (rows - 1) : 0;
    const uint8_t  *above = random_below(3) ? prior : NULL;
    const bool      sparse = random_below(3) == 0;

    fill(src, src_size + KERNEL_SLACK);
    if (sparse)
        clear_most(src, src_size);
    fill(prior, row_bytes);
    fill(output, size);
    memcpy(expected, output, size);
    choose_filters(src, 1 + row_bytes, rows, sparse);
    plain(expected + first, step, src, row_bytes, above, rows);
    fast(output + first, step, src, row_bytes, above, rows);
    return memcmp(output, expected, size) == 0 && guarded_is_intact(&output_pages);
}

static void check_unfilter(const struct level *level, size_t kind)
{
    const unfilter_fn plain = kernels_for(PNG2BMP_CPU_SCALAR)->unfilter[kind];
    const unfilter_fn fast = kernels_for(level->cpu)->unfilter[kind];
    const size_t      bpp = unfilter_bpp[kind];
    bool              ok = true;
    char              what[64];

    if (fast == plain)
        return;
    snprintf(what, sizeof what, "unfilter_%s is plain C", unfilter_names[kind]);
    now_running(level->name, what);
    for (size_t width = 1; width <= 67; width++) {
        for (size_t rows = 1; rows <= 9; rows++) {
            for (int again = 0; again < 4; again++)
                ok = ok && unfilter_agrees(plain, fast, width * bpp, rows);
        }
        for (int again = 0; again < 8; again++)
            ok = ok && unfilter_agrees(plain, fast, width * bpp, 1 + random_below(MAX_ROWS));
    }
    for (int again = 0; again < 300; again++)
        ok = ok && unfilter_agrees(plain, fast, (1 + random_below(700)) * bpp,
                                   1 + random_below(MAX_ROWS));
    report(ok, level->name, what);
}

/* ---- Rows ----------------------------------------------------------------- */

/* A key that occurs in the row, or one that does not. */
static void choose_key(row_context *context, const uint8_t *src, size_t size, size_t bits)
{
    const bool   wide = bits % 16 == 0 && bits != 32;
    const size_t at = size > 8 ? random_below((uint32_t)(size / 8)) * (bits / 8) % (size - 6) : 0;

    for (size_t i = 0; i < 3; i++)
        context->key[i] = random_below(4) == 0 ? 0x10000
                          : wide && size >= 6 ? (uint32_t)src[at + 2 * i] << 8 | src[at + 2 * i + 1]
                                              : src[size >= 6 ? at + i : 0];
    if (bits <= 16)
        context->key[1] = context->key[2] = context->key[0];
}

static bool row_agrees(row_fn plain, row_fn fast, size_t from_bits, size_t to_bits, size_t width)
{
    const size_t size = (width * from_bits + 7) / 8, out = (width * to_bits + 7) / 8;
    const bool   at_end = random_below(2);
    uint8_t     *src = guarded_place(&source_pages, size + KERNEL_SLACK, random_below(2));
    uint8_t     *output = guarded_place(&output_pages, out, at_end);
    uint8_t     *expected = guarded_place(&expected_pages, out, at_end);
    row_context  context;

    fill(src, size + KERNEL_SLACK);
    fill(output, out);
    memcpy(expected, output, out);
    fill(&context.lut[0][0], sizeof context.lut);
    fill(context.background, sizeof context.background);
    context.truncate16 = random_below(2);
    choose_key(&context, src, size, from_bits);
    plain(expected, src, width, &context);
    fast(output, src, width, &context);
    return memcmp(output, expected, out) == 0 && guarded_is_intact(&output_pages);
}

static void check_row(const struct level *level, size_t kind)
{
    const row_fn plain = kernels_for(PNG2BMP_CPU_SCALAR)->row[kind];
    const row_fn fast = kernels_for(level->cpu)->row[kind];
    size_t       from_bits, to_bits;
    bool         ok = true;
    char         what[64];

    if (fast == plain)
        return;
    snprintf(what, sizeof what, "row_%s is plain C", row_names[kind]);
    now_running(level->name, what);
    from_bits = row_bits[kind].from;
    to_bits = row_bits[kind].to;
    for (size_t width = 1; width <= 67; width++) {
        for (int again = 0; again < 20; again++)
            ok = ok && row_agrees(plain, fast, from_bits, to_bits, width);
    }
    for (int again = 0; again < 200; again++)
        ok = ok && row_agrees(plain, fast, from_bits, to_bits, 1 + random_below(700));
    report(ok, level->name, what);
}

/* ---- Error diffusion -------------------------------------------------------- */

enum {
    MAX_WIDTH = 67
};

/* One group of rows through a kernel: its indices without the margins, and the errors that it
 * leaves. */
typedef struct diffused {
    uint8_t      indices[DITHER_GROUP * MAX_WIDTH];
    dither_error errors[MAX_WIDTH + 2 * DIFFUSION_MARGIN];
} diffused;

typedef struct diffusion_case {
    uint8_t  palette[256][3];
    unsigned entries;
    bool     is_chosen, is_linear, is_fitted, to_left;
    size_t   width;
    uint8_t *bgr; /* with margins */

    dither_error errors[MAX_WIDTH + 2 * DIFFUSION_MARGIN];
} diffusion_case;

static size_t bgr_pitch(const diffusion_case *c)
{
    return 3 * (c->width + 2 * DITHER_MARGIN);
}

static size_t index_pitch(const diffusion_case *c)
{
    return c->width + 2 * DITHER_MARGIN;
}

static void run_diffusion(const diffusion_case *c, diffuse_fn diffuse, diffused *result)
{
    const size_t error_bytes = dither_errors(PNG2BMP_DITHER_FLOYD_STEINBERG, c->width);
    void        *memory = malloc(nearest_memory(c->entries)), *errors = malloc(error_bytes);
    static dither_numbers numbers;
    uint8_t     *indices = guarded_place(&output_pages, DITHER_GROUP * index_pitch(c), c->to_left);
    dither_rows  rows = {.bgr = c->bgr + 3 * DITHER_MARGIN,
                         .pitch = bgr_pitch(c),
                         .indices = indices + DITHER_MARGIN,
                         .index_pitch = index_pitch(c)};
    dither_state state;

    const uint8_t(*palette)[3] = (const uint8_t(*)[3])c->palette;

    if (!memory || !errors)
        exit(2);
    memset(result, 0, sizeof *result);
    dither_numbers_open(&numbers, c->is_linear);
    if (c->is_fitted)
        dither_numbers_fit(&numbers, palette, c->entries);
    dither_open_palette(&state,
                        &(dither_setup){PNG2BMP_DITHER_FLOYD_STEINBERG, &numbers, errors, c->width},
                        &(dither_palette){nearest_open(memory, palette, c->entries, &numbers.scale),
                                          c->entries, 0, c->is_chosen, false},
                        diffuse);
    memcpy(errors, c->errors, error_bytes);
    diffuse(&state, &rows, c->to_left);
    for (size_t i = 0; i < DITHER_GROUP; i++)
        memcpy(result->indices + i * c->width, rows.indices + i * rows.index_pitch, c->width);
    memcpy(result->errors, errors, error_bytes);
    free(errors);
    free(memory);
}

/* What a row above may leave: at most what 128 samples beyond the range give to one pixel. */
static void fill_errors(diffusion_case *c)
{
    const int most = random_below(2) ? 3000 : 100;

    memset(c->errors, 0, sizeof c->errors);
    for (size_t i = 0; i < c->width; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            c->errors[DIFFUSION_MARGIN + i][channel] =
                (int16_t)((int)random_below(2 * (uint32_t)most) - most);
}

static bool diffusion_agrees(diffuse_fn plain, diffuse_fn fast)
{
    static const unsigned sizes[] = {2, 3, 5, 7, 8, 9, 16, 17, 40, 256};
    static diffused       expected, output;
    diffusion_case        c = {.entries = sizes[random_below(sizeof sizes / sizeof *sizes)],
                               .is_chosen = random_below(2),
                               .is_linear = random_below(2),
                               .is_fitted = random_below(2),
                               .to_left = random_below(2),
                               .width = 1 + random_below(MAX_WIDTH)};
    const size_t          size = DITHER_GROUP * bgr_pitch(&c);

    c.bgr = guarded_place(&source_pages, size, random_below(2));
    fill(c.bgr, size);
    fill(&c.palette[0][0], sizeof c.palette);
    fill_errors(&c);
    run_diffusion(&c, plain, &expected);
    run_diffusion(&c, fast, &output);
    return memcmp(&expected, &output, sizeof output) == 0 && guarded_is_intact(&output_pages);
}

static void check_diffusion(const struct level *level)
{
    const diffuse_fn plain = kernels_for(PNG2BMP_CPU_SCALAR)->diffuse;
    const diffuse_fn fast = kernels_for(level->cpu)->diffuse;
    bool             ok = true;

    if (fast == plain)
        return;
    now_running(level->name, "diffuse");
    for (int again = 0; again < 3000; again++)
        ok = ok && diffusion_agrees(plain, fast);
    report(ok, level->name, "diffuse is plain C");
}

/* ---- Sums of resized rows ------------------------------------------------------------ */

enum {
    MOST_COUNT = 8 * WEIGH_COLUMNS,
    MOST_TAPS = 5 * WEIGH_TAPS,
    MOST_ADDED = 9 * WEIGH_ROWS
};

/* Of all sizes, both ends included. */
static void fill_samples(int16_t *samples, size_t count)
{
    const bool is_extreme = random_below(3) == 0;

    for (size_t i = 0; i < count; i++)
        samples[i] = is_extreme ? (int16_t)(random_below(2) ? 32767 : -32768) : (int16_t)random32();
}

/* Without signs they add up to less than 2^15. */
static void fill_weights(int16_t *weights, size_t count)
{
    int most = 32767;

    for (size_t i = 0; i < count; i++) {
        const int size = i + 1 < count ? (int)random_below((uint32_t)most / 2 + 1) : most;

        weights[i] = (int16_t)(random_below(3) ? size : -size);
        most -= size;
    }
}

static bool across_agrees(weigh_across_fn plain, weigh_across_fn fast)
{
    const size_t taps = WEIGH_TAPS * (1 + random_below(MOST_TAPS / WEIGH_TAPS));
    const size_t count = 1 + random_below(MOST_COUNT), size = count * sizeof(int16_t);
    const size_t length = taps + random_below(100);
    int16_t *line = (void *)guarded_place(&source_pages, length * sizeof *line, random_below(2));
    int16_t *weights = (void *)guarded_place(&prior_pages, count * taps * sizeof *weights, true);
    int16_t *dst = (void *)guarded_place(&output_pages, size, random_below(2));
    static int16_t expected[MOST_COUNT];
    weights_span   columns[MOST_COUNT];

    fill_samples(line, length);
    for (size_t i = 0; i < count; i++) {
        columns[i] = (weights_span){random_below((uint32_t)(length - taps + 1)), (uint32_t)taps};
        fill_weights(weights + i * taps, taps);
    }
    plain(expected, line, columns, weights, taps, count);
    fast(dst, line, columns, weights, taps, count);
    return memcmp(dst, expected, size) == 0 && guarded_is_intact(&output_pages);
}

static bool down_agrees(weigh_down_fn plain, weigh_down_fn fast)
{
    const size_t added = WEIGH_ROWS * (1 + random_below(MOST_ADDED / WEIGH_ROWS));
    const size_t count = WEIGH_COLUMNS * (1 + random_below(MOST_COUNT / WEIGH_COLUMNS));
    const size_t pitch = count + random_below(40), length = pitch * (added - 1) + count;
    const size_t size = count * sizeof(int32_t);
    int16_t *rows = (void *)guarded_place(&source_pages, length * sizeof *rows, random_below(2));
    int16_t *weights =
        (void *)guarded_place(&prior_pages, added * sizeof *weights, random_below(2));
    int32_t       *sums = (void *)guarded_place(&output_pages, size, random_below(2));
    static int32_t expected[MOST_COUNT];

    fill_samples(rows, length);
    fill_weights(weights, added);
    plain(expected, rows, pitch, weights, added, count);
    fast(sums, rows, pitch, weights, added, count);
    return memcmp(sums, expected, size) == 0 && guarded_is_intact(&output_pages);
}

static void check_sums(const struct level *level)
{
    const kernels *plain = kernels_for(PNG2BMP_CPU_SCALAR), *fast = kernels_for(level->cpu);
    bool           ok = true;

    if (fast->weigh_across == plain->weigh_across)
        return;
    now_running(level->name, "weigh");
    for (int again = 0; again < 3000; again++)
        ok = ok && across_agrees(plain->weigh_across, fast->weigh_across) &&
             down_agrees(plain->weigh_down, fast->weigh_down);
    report(ok, level->name, "the sums of resized rows are those of plain C");
}

/* ---- Past the cache ---------------------------------------------------------- */

static bool bypass_agrees(const kernels *table)
{
    const size_t size = random_below(5) ? random_below(700) : random_below(20);
    uint8_t     *from = guarded_place(&source_pages, size, random_below(2));
    uint8_t     *to = guarded_place(&output_pages, size + 64, random_below(2));
    const size_t at = random_below(65);

    fill(from, size);
    fill(to, size + 64);
    memcpy(expected_pages.pages, to, size + 64);
    memcpy(expected_pages.pages + at, from, size);
    table->bypass(to + at, from, size);
    table->bypass_end();
    return memcmp(to, expected_pages.pages, size + 64) == 0 && guarded_is_intact(&output_pages);
}

static void check_bypass(const struct level *level)
{
    const kernels *table = kernels_for(level->cpu);
    bool           ok = true;

    if (!table->bypass)
        return;
    now_running(level->name, "bypass");
    for (int again = 0; again < 3000; again++)
        ok = ok && bypass_agrees(table);
    report(ok, level->name, "bypass copies");
}

/* ---- Facts that plain C relies on ----------------------------------------- */

/* PNG specification, section 9.4, word for word. */
static int paeth_of_the_specification(int a, int b, int c)
{
    const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* Two pixels of one byte, the second with neighbours a, b and c. */
static void check_paeth(void)
{
    const unfilter_fn unfilter = kernels_for(PNG2BMP_CPU_SCALAR)->unfilter[UNFILTER_1];
    bool              ok = true;

    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            for (int c = 0; c < 256; c++) {
                const uint8_t prior[2] = {(uint8_t)c, (uint8_t)b};
                /* The first pixel's prediction is c: paeth(0, c, 0). */
                const uint8_t src[3 + KERNEL_SLACK] = {4, (uint8_t)(a - c), 0};
                uint8_t       dst[2];

                unfilter(dst, 2, src, 2, prior, 1);
                ok = ok && dst[1] == paeth_of_the_specification(a, b, c);
            }
        }
    }
    report(ok, "scalar", "Paeth is that of section 9.4, for all neighbours");
}

static void check_rounding(void)
{
    const row_fn row = kernels_for(PNG2BMP_CPU_SCALAR)->row[ROW_gray16_to_index8];
    row_context  context = {.truncate16 = false};
    bool         ok = true;

    for (uint32_t v = 0; v < 65536; v++) {
        const uint8_t src[2 + KERNEL_SLACK] = {(uint8_t)(v >> 8), (uint8_t)v};
        uint8_t       dst;

        row(&dst, src, 1, &context);
        ok = ok && dst == (v * 255 + 32767) / 65535;
    }
    report(ok, "scalar", "16 bits are rounded to the nearest 8, for all values");
}

/* ---- Times ---------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

enum {
    BENCH_WIDTH = 1920,
    BENCH_ROWS = 24,
    BENCH_ROUNDS = 300
};

/* One thing to time, at every level in turn, round by round, so that other load on the machine
 * affects all of them. The least time counts. */
typedef struct bench_case {
    char         name[64];
    bool         is_row;
    size_t       kind, width, from_bits;
    row_context *context;
} bench_case;

static void run_once(const bench_case *c, const kernels *table)
{
    const size_t row_bytes = c->width * c->from_bits / 8;

    if (c->is_row) {
        for (int i = 0; i < BENCH_ROWS; i++)
            table->row[c->kind](output_pages.pages, source_pages.pages, c->width, c->context);
    } else {
        table->unfilter[c->kind](output_pages.pages + (BENCH_ROWS - 1) * row_bytes,
                                 -(ptrdiff_t)row_bytes, source_pages.pages, row_bytes,
                                 prior_pages.pages, BENCH_ROWS);
    }
}

static void time_case(const bench_case *c)
{
    const double pixels = (double)(c->width * BENCH_ROWS);
    double       best[1 + LEVELS];

    for (size_t i = 0; i <= LEVELS; i++)
        best[i] = 1e18;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        for (size_t i = 0; i <= LEVELS; i++) {
            const png2bmp_cpu cpu = i ? levels[i - 1].cpu : PNG2BMP_CPU_SCALAR;
            double            start, time;

            if (i && !level_exists(i - 1))
                continue;
            start = now();
            run_once(c, kernels_for(cpu));
            time = now() - start;
            best[i] = time < best[i] ? time : best[i];
        }
    }
    printf("%-42s %7.3f", c->name, best[0] / pixels);
    for (size_t i = 1; i <= LEVELS; i++) {
        if (best[i] < 1e18)
            printf("   %7.3f %4.2f", best[i] / pixels, best[i] / best[0]);
    }
    printf("\n");
}

static void bench_unfilter(const char *only)
{
    static const char *const filters[] = {"None", "Sub", "Up", "Average", "Paeth", "mixed"};
    static const size_t      widths[] = {16, 64, BENCH_WIDTH};

    for (size_t i = 0; i < UNFILTER_COUNT * 3 * 6; i++) {
        bench_case   c = {.kind = i / 18, .width = widths[i / 6 % 3]};
        const size_t f = i % 6;
        size_t       pitch;

        c.from_bits = 8 * unfilter_bpp[c.kind];
        pitch = 1 + c.width * c.from_bits / 8;
        snprintf(c.name, sizeof c.name, "unfilter_%s %s, %zu wide", unfilter_names[c.kind],
                 filters[f], c.width);
        if (!strstr(c.name, only))
            continue;
        for (size_t k = 0; k < pitch * BENCH_ROWS; k++)
            source_pages.pages[k] = (uint8_t)random32();
        for (size_t k = 0; k < BENCH_ROWS; k++)
            source_pages.pages[k * pitch] = (uint8_t)(f < 5 ? f : (k * 7 + k / 5) % 5);
        time_case(&c);
    }
}

static void bench_rows(const char *only)
{
    row_context context = {.background = {255, 255, 255}, .key = {65536, 65536, 65536}};

    for (size_t k = 0; k < source_pages.size; k++)
        source_pages.pages[k] = (uint8_t)random32();
    for (size_t kind = 0; kind < ROW_COUNT; kind++) {
        bench_case c = {.is_row = true, .kind = kind, .width = BENCH_WIDTH, .context = &context};

        c.from_bits = row_bits[kind].from;
        snprintf(c.name, sizeof c.name, "row_%s", row_names[kind]);
        if (strstr(c.name, only))
            time_case(&c);
    }
}

static void bench(const char *only)
{
    printf("ns per pixel, and the ratio to plain C\n%-42s %7s", "", "scalar");
    for (size_t i = 0; i < LEVELS; i++) {
        if (level_exists(i))
            printf("   %12s", levels[i].name);
    }
    printf("\n");
    bench_unfilter(only);
    bench_rows(only);
}

/* ---- */

int main(int argc, char **argv)
{
    name_levels();
    source_pages = guarded_make(MAX_ROWS * (MAX_ROW_BYTES + 1) + BENCH_ROWS * 9 * BENCH_WIDTH);
    output_pages = guarded_make(source_pages.size);
    expected_pages = guarded_make(source_pages.size);
    prior_pages = guarded_make(8 * BENCH_WIDTH);

    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        bench(argc > 2 ? argv[2] : "");
        return 0;
    }
    signal(SIGSEGV, on_fault);
    setvbuf(stdout, NULL, _IOLBF, 0);
    check_paeth();
    check_rounding();
    for (size_t i = 0; i < LEVELS; i++) {
        if (!level_exists(i)) {
            printf("# %s: not on this CPU, or nothing of its own\n", levels[i].name);
            continue;
        }
        for (size_t kind = 0; kind < UNFILTER_COUNT; kind++)
            check_unfilter(&levels[i], kind);
        for (size_t kind = 0; kind < ROW_COUNT; kind++)
            check_row(&levels[i], kind);
        check_diffusion(&levels[i]);
        check_sums(&levels[i]);
        check_bypass(&levels[i]);
    }
    printf("1..%u\n", tests);
    return failures != 0;
}
