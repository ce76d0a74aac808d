/*
 * This project's inflater compared with one-shot libdeflate, on the IDAT streams of
 * real PNG files. Interleaved: each round runs both, in turns, on every file.
 *
 *     inflate [-v] [-c level] [-t milliseconds] list
 *
 * list: lines of a class, a tab and the path of a PNG. Printed for each class
 * (-v: each file): megabytes of scanlines a second of both by their best round,
 * and the ratio of speeds (above 1: this project is faster) by the best and by
 * the median round, as geometric means.
 *
 * libdeflate gets the stream in one piece, gathered beforehand, and an output
 * buffer that it has used before; the inflater gets the IDAT chunks as they lie
 * in the file, and is opened and closed each time.
 */
#define _POSIX_C_SOURCE 199309L
#include <libdeflate.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cpu/levels.h"
#include "inflate/inflate.h"

enum {
    MOST_FILES = 1000,
    MOST_ROUNDS = 2000,
    MOST_CLASSES = 32
};

typedef struct sample {
    char     kind[24];
    char     path[400];
    uint8_t *png;
    size_t   png_size;
    uint8_t *zlib; /* all IDAT in one piece */
    size_t   zlib_size, size, row_bytes;
    unsigned repeats; /* decodes a round, so that a round can be timed */
    double   best[2], median[2];
    double   seconds[2][MOST_ROUNDS];
    unsigned rounds;
} sample;

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "inflate: %s: %s\n", path, what);
    exit(1);
}

/* This thread's processor time: other load does not count. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- The IDAT chunks of a file, in place -------------------------------- */

typedef struct idats {
    const uint8_t *at, *end;
} idats;

static void next_idat(void *user, const uint8_t **bytes, size_t *size)
{
    idats *i = user;

    *size = 0;
    while (*size == 0 && i->end - i->at >= 12) {
        uint32_t length = be32(i->at);
        if (length > (size_t)(i->end - i->at) - 12)
            return;
        if (memcmp(i->at + 4, "IDAT", 4) == 0) {
            *bytes = i->at + 8;
            *size = length;
        }
        i->at += 12 + (size_t)length;
    }
}

static void load(sample *s)
{
    static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};

    FILE *f = fopen(s->path, "rb");
    if (!f)
        fail("cannot be read", s->path);
    fseek(f, 0, SEEK_END);
    s->png_size = (size_t)ftell(f);
    rewind(f);
    s->png = malloc(s->png_size);
    if (fread(s->png, 1, s->png_size, f) != s->png_size || s->png_size < 33)
        fail("cannot be read", s->path);
    fclose(f);

    s->zlib = malloc(s->png_size);
    idats          source = {s->png + 8, s->png + s->png_size};
    const uint8_t *bytes;
    size_t         n;
    for (next_idat(&source, &bytes, &n); n; next_idat(&source, &bytes, &n)) {
        memcpy(s->zlib + s->zlib_size, bytes, n);
        s->zlib_size += n;
    }
    size_t bits = (size_t)s->png[24] * channels[s->png[25] % 7];
    s->row_bytes = 1 + ((size_t)be32(s->png + 16) * bits + 7) / 8;
    s->size = s->row_bytes * be32(s->png + 20);
}

/* ---- The two decoders --------------------------------------------------- */

static struct libdeflate_decompressor *decompressor;
static const kernels                  *kernel_table;

static void run_libdeflate(const sample *s, uint8_t *out)
{
    size_t size;
    if (libdeflate_zlib_decompress(decompressor, s->zlib, s->zlib_size, out, s->size, &size) ||
        size != s->size)
        fail("libdeflate fails", s->path);
}

static void run_inflate(const sample *s)
{
    idats          source = {s->png + 8, s->png + s->png_size};
    inflate_config config = {.source = {next_idat, &source},
                             .total_bytes = s->size,
                             .longest_row = s->row_bytes,
                             .check_adler = true,
                             .kernels = kernel_table};
    inflater      *z = inflate_open(&config);
    const uint8_t *rows;
    size_t         count;
    bool           extra;

    for (size_t left = s->size / s->row_bytes; left; left -= count)
        if (inflate_rows(z, s->row_bytes, left, &rows, &count) != INFLATE_OK)
            fail("inflate fails", s->path);
    if (inflate_finish(z, &extra) != INFLATE_OK)
        fail("inflate fails at the end", s->path);
    inflate_close(z);
}

static double time_once(const sample *s, unsigned which, uint8_t *out)
{
    double begin = now();
    for (unsigned i = 0; i < s->repeats; i++) {
        if (which == 0)
            run_libdeflate(s, out);
        else
            run_inflate(s);
    }
    return (now() - begin) / s->repeats;
}

/* ---- Figures ------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void summarize(sample *s)
{
    for (unsigned w = 0; w < 2; w++) {
        qsort(s->seconds[w], s->rounds, sizeof(double), by_value);
        s->best[w] = s->seconds[w][0];
        s->median[w] = s->seconds[w][s->rounds / 2];
    }
}

static void print_line(const char *name, unsigned files, double mb_theirs, double mb_ours,
                       double best, double median)
{
    printf("%-14s %5u %12.0f %12.0f %10.3f %10.3f\n", name, files, mb_theirs, mb_ours, best,
           median);
}

static void print_class(const char *kind, const sample *samples, unsigned count)
{
    double   theirs = 0, ours = 0, best = 0, median = 0;
    unsigned files = 0;

    for (unsigned i = 0; i < count; i++) {
        const sample *s = samples + i;
        if (strcmp(s->kind, kind) != 0)
            continue;
        theirs += log((double)s->size / s->best[0] * 1e-6);
        ours += log((double)s->size / s->best[1] * 1e-6);
        best += log(s->best[0] / s->best[1]);
        median += log(s->median[0] / s->median[1]);
        files++;
    }
    print_line(kind, files, exp(theirs / files), exp(ours / files), exp(best / files),
               exp(median / files));
}

int main(int argc, char **argv)
{
    bool        verbose = false;
    double      budget = 0.1; /* seconds per file, both decoders */
    const char *list = NULL;
    png2bmp_cpu level = PNG2BMP_CPU_AUTO;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else if (strcmp(argv[i], "-t") == 0 && i + 1 < argc)
            budget = atof(argv[++i]) * 1e-3;
        else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            level = (png2bmp_cpu)atoi(argv[++i]);
        else
            list = argv[i];
    }
    FILE *f = list ? fopen(list, "r") : NULL;
    if (!f)
        fail("no list of files", list ? list : "usage: inflate [-v] [-c level] [-t ms] list");

    sample  *samples = calloc(MOST_FILES, sizeof *samples);
    unsigned count = 0;
    size_t   largest = 0;
    while (count < MOST_FILES &&
           fscanf(f, "%23[^\t]\t%399[^\n]\n", samples[count].kind, samples[count].path) == 2) {
        load(&samples[count]);
        if (samples[count].size > largest)
            largest = samples[count].size;
        count++;
    }
    fclose(f);

    decompressor = libdeflate_alloc_decompressor();
    kernel_table = kernels_for(level);
    uint8_t *out = malloc(largest);
    memset(out, 1, largest);

    double spent = 0;
    for (unsigned i = 0; i < count; i++) {
        sample *s = samples + i;
        s->repeats = 1;
        double once = time_once(s, 0, out);
        s->repeats = once > 3e-4 ? 1 : (unsigned)(3e-4 / once) + 1;
        time_once(s, 1, out);
    }
    while (spent < budget * count && samples[0].rounds < MOST_ROUNDS) {
        double begin = now();
        for (unsigned i = 0; i < count; i++) {
            sample  *s = samples + i;
            unsigned first = s->rounds % 2;
            s->seconds[first][s->rounds] = time_once(s, first, out);
            s->seconds[!first][s->rounds] = time_once(s, !first, out);
            s->rounds++;
        }
        spent += now() - begin;
    }

    const char *kinds[MOST_CLASSES];
    unsigned    kind_count = 0;
    printf("%-14s %5s %12s %12s %10s %10s\n", "", "files", "libdeflate", "png2bmp", "ratio",
           "ratio");
    printf("%-14s %5s %12s %12s %10s %10s\n", "class", "", "MB/s", "MB/s", "best", "median");
    for (unsigned i = 0; i < count; i++) {
        sample  *s = samples + i;
        unsigned k = 0;
        summarize(s);
        while (k < kind_count && strcmp(kinds[k], s->kind) != 0)
            k++;
        if (k == kind_count && kind_count < MOST_CLASSES)
            kinds[kind_count++] = s->kind;
        if (verbose) {
            const char *name = strrchr(s->path, '/');
            print_line(s->kind, 1, (double)s->size / s->best[0] * 1e-6,
                       (double)s->size / s->best[1] * 1e-6, s->best[0] / s->best[1],
                       s->median[0] / s->median[1]);
            printf("    %s: %zu bytes, %.2f to 1, %.0f ns\n", name ? name + 1 : s->path, s->size,
                   (double)s->size / (double)s->zlib_size, s->best[1] * 1e9);
        }
    }
    for (unsigned k = 0; k < kind_count; k++)
        print_class(kinds[k], samples, count);
    printf("%u rounds, interleaved\n", samples[0].rounds);
    return 0;
}
