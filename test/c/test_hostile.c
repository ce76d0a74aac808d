/*
 * Twelve files of different kinds: every prefix and every single-bit flip. And bombs: small files
 * that announce much, large ones that contain little.
 *
 *     test_hostile            checks
 *     test_hostile --figures  checks, and prints time and memory
 *
 * A hang ends with SIGALRM. Memory is that of a fresh child process.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/opaque.h"
#include "check.h"
#include "png_writer.h"
#include "sanitized.h"

static bool figures;

static void end_of_test(const char *name, int failures_before)
{
    printf("%s - %s\n", failures == failures_before ? "ok" : "not ok", name);
    fflush(stdout);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint32_t random_state = 2463534242u;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % n;
}

/* ---- Conversions ------------------------------------------------------------ */

typedef struct answer {
    png2bmp_status status;
    unsigned       warnings;
    uint8_t       *bmp; /* NULL unless the status is OK */
    size_t         size;
} answer;

/* In memory of exactly the sizes given, so that AddressSanitizer sees their ends. */
static answer convert(const uint8_t *png, size_t size, const png2bmp_options *options)
{
    uint8_t       *copy = malloc(size ? size : 1);
    png2bmp_report report;
    png2bmp_plan   plan;
    answer         a = {.bmp = NULL};

    if (size)
        memcpy(copy, png, size);
    png2bmp_report_clear(&report);
    a.status = png2bmp_plan_make(&plan, copy, size, options, &report);
    if (!a.status) {
        a.size = (size_t)plan.bmp.byte_length;
        a.bmp = malloc(a.size);
        a.status = a.bmp ? png2bmp_run(&plan, copy, size, a.bmp, NULL, &report)
                         : PNG2BMP_ERR_OUT_OF_MEMORY;
    }
    if (a.status) {
        free(a.bmp);
        a.bmp = NULL;
    }
#if MSAN
    if (a.bmp)
        __msan_check_mem_is_initialized(a.bmp, a.size);
#endif
    check(a.status == report.error.status || a.status == PNG2BMP_ERR_OUT_OF_MEMORY,
          "status %d, report %d", (int)a.status, (int)report.error.status);
    a.warnings = report.warning_count;
    free(copy);
    return a;
}

/* "Success, other pixels, no warning" is the only forbidden result. */
static void check_damaged(const uint8_t *png, size_t size, const png2bmp_options *options,
                          const answer *whole, const char *what, size_t where)
{
    const answer a = convert(png, size, options);

    if (!a.status && a.warnings == 0)
        check(a.size == whole->size && memcmp(a.bmp, whole->bmp, a.size) == 0,
              "%s %zu: other pixels without a warning", what, where);
    free(a.bmp);
}

/* ---- Twelve files ----------------------------------------------------------- */

typedef struct kind {
    const char        *name;
    uint32_t           width, height;
    png2bmp_color_type color_type;
    uint8_t            bit_depth;
    bool               interlaced, transparent;
    int                level; /* of the compression */
    size_t             piece; /* bytes per IDAT */
    const char        *extra; /* an ancillary chunk */
    png2bmp_format     format;
} kind;

static const kind kinds[12] = {
    {"gray 1, stored", 19, 9, PNG2BMP_GRAY, 1, false, false, 0, 9999, NULL, PNG2BMP_FORMAT_AUTO},
    {"gray 2, interlaced", 9, 9, PNG2BMP_GRAY, 2, true, true, 1, 9999, NULL,
     PNG2BMP_FORMAT_INDEXED},
    {"gray 4 to mono", 14, 8, PNG2BMP_GRAY, 4, false, false, 6, 7, NULL, PNG2BMP_FORMAT_MONO1},
    {"gray 8 with a key", 11, 7, PNG2BMP_GRAY, 8, false, true, 9, 9999, "tEXt",
     PNG2BMP_FORMAT_BGRA32},
    {"gray 16", 8, 6, PNG2BMP_GRAY, 16, false, false, 1, 30, NULL, PNG2BMP_FORMAT_GRAY8},
    {"RGB 8", 10, 9, PNG2BMP_RGB, 8, false, false, 1, 100, "pHYs", PNG2BMP_FORMAT_BGR24},
    {"RGB 16, interlaced", 6, 6, PNG2BMP_RGB, 16, true, true, 1, 9999, NULL, PNG2BMP_FORMAT_BGR24},
    {"palette 2, interlaced", 13, 7, PNG2BMP_PALETTE, 2, true, false, 9, 9999, NULL,
     PNG2BMP_FORMAT_RAW_RGB},
    {"palette 8 with alpha", 12, 9, PNG2BMP_PALETTE, 8, false, true, 1, 1, NULL,
     PNG2BMP_FORMAT_RAW_RGBA},
    {"gray and alpha 8", 9, 8, PNG2BMP_GRAY_ALPHA, 8, false, false, 0, 50, "iCCP",
     PNG2BMP_FORMAT_BGR24},
    {"RGBA 8", 8, 9, PNG2BMP_RGB_ALPHA, 8, false, false, 6, 9999, NULL, PNG2BMP_FORMAT_BGRA32},
    {"RGBA 16, interlaced", 7, 5, PNG2BMP_RGB_ALPHA, 16, true, false, 1, 200, NULL,
     PNG2BMP_FORMAT_RGB565},
};

static void put_transparency(byte_buffer *png, const kind *k)
{
    static const uint8_t alphas[8] = {0, 255, 128, 1, 254, 7, 99, 255};

    if (!k->transparent)
        return;
    if (k->color_type == PNG2BMP_PALETTE)
        put_chunk(png, "tRNS", alphas, sizeof alphas);
    else
        put_chunk(png, "tRNS", "\0\1\0\1\0\1", k->color_type == PNG2BMP_RGB ? 6 : 2);
}

static byte_buffer file_of(const kind *k)
{
    const png2bmp_png_info info = {.width = k->width,
                                   .height = k->height,
                                   .bit_depth = k->bit_depth,
                                   .color_type = k->color_type,
                                   .interlaced = k->interlaced};
    const size_t           size = (size_t)png_all_scanlines_bytes(&info);
    uint8_t               *scanlines = malloc(size), palette[768];
    byte_buffer            png = {.bytes = NULL}, stream;

    for (size_t i = 0; i < size; i++)
        scanlines[i] = (uint8_t)(random_below(3) && i > 20 ? scanlines[i - 20] : random_below(256));
    for (size_t i = 0; i < sizeof palette; i++)
        palette[i] = (uint8_t)random_below(256);
    fit_filters(scanlines, &info);
    stream = zlib_stream(scanlines, size, k->level);
    put_signature(&png);
    put_ihdr(&png, &info);
    if (k->extra)
        put_chunk(&png, k->extra, "\0\0\1\2\0\0\3\4\1", 9);
    if (k->color_type == PNG2BMP_PALETTE)
        put_chunk(&png, "PLTE", palette, k->bit_depth == 8 ? 600 : 3u << k->bit_depth);
    put_transparency(&png, k);
    put_idats(&png, stream.bytes, stream.size, k->piece);
    put_chunk(&png, "IEND", "", 0);
    free(stream.bytes);
    free(scanlines);
    return png;
}

/* The file with every length from 0 and with every bit flipped. Returns the milliseconds of the
 * slowest result. */
static double damage(byte_buffer *png, const png2bmp_options *options, const answer *whole)
{
    double slowest = 0;

    for (size_t size = 0; size < png->size; size++) {
        const double start = now_ms();

        check_damaged(png->bytes, size, options, whole, "length", size);
        if (now_ms() - start > slowest)
            slowest = now_ms() - start;
    }
    for (size_t bit = 0; bit < 8 * png->size; bit++) {
        const double start = now_ms();

        png->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        check_damaged(png->bytes, png->size, options, whole, "bit", bit);
        png->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (now_ms() - start > slowest)
            slowest = now_ms() - start;
    }
    return slowest;
}

/* In every format, truncated at every length. */
static void test_lengths(const kind *k)
{
    const int       failures_before = failures;
    byte_buffer     png = file_of(k);
    png2bmp_options options;

    init_options(&options);
    for (unsigned format = 0; format < PNG2BMP_FORMAT_COUNT; format++) {
        answer whole;

        options.format = (png2bmp_format)format;
        whole = convert(png.bytes, png.size, &options);
        check(!whole.status || whole.status == PNG2BMP_ERR_FORMAT, "format %u: status %d", format,
              (int)whole.status);
        for (size_t size = 0; size < png.size && !whole.status; size++)
            check_damaged(png.bytes, size, &options, &whole, "length", size);
        free(whole.bmp);
    }
    free(png.bytes);
    end_of_test(k->name, failures_before);
}

static void test_damage(const kind *k)
{
    const int       failures_before = failures;
    byte_buffer     png = file_of(k);
    png2bmp_options options;
    double          start = now_ms(), whole_ms, slowest;
    answer          whole;

    init_options(&options);
    options.format = k->format;
    whole = convert(png.bytes, png.size, &options);
    whole_ms = now_ms() - start;
    check(!whole.status, "%s: status %d", k->name, (int)whole.status);
    slowest = damage(&png, &options, &whole);
    if (figures)
        printf("# %-22s %4zu bytes: whole %.3f ms, slowest of %zu damaged %.3f ms\n", k->name,
               png.size, whole_ms, 9 * png.size, slowest);
    free(whole.bmp);

    /* Without checksums other pixels are acceptable: it only has to end well. */
    options.ignore_checksums = true;
    for (size_t bit = 0; bit < 8 * png.size; bit++) {
        answer a;

        png.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        a = convert(png.bytes, png.size, &options);
        png.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        free(a.bmp);
    }
    free(png.bytes);
    end_of_test(k->name, failures_before);
}

/* ---- Bombs ------------------------------------------------------------------ */

typedef struct bomb {
    const char    *name;
    byte_buffer    png;
    png2bmp_status status; /* the result; OK: converted */
    size_t         output; /* bytes of it that count as the caller's memory */
    bool           embed;  /* its profile */
} bomb;

static byte_buffer begin(uint32_t width, uint32_t height, png2bmp_color_type type, uint8_t depth)
{
    const png2bmp_png_info info = {
        .width = width, .height = height, .bit_depth = depth, .color_type = type};
    byte_buffer png = {.bytes = NULL};

    put_signature(&png);
    put_ihdr(&png, &info);
    return png;
}

/* Pixels of zeros, as many bytes as the header requires or fewer. */
static void finish(byte_buffer *png, size_t scanline_bytes, size_t piece)
{
    uint8_t    *zeros = calloc(1, scanline_bytes);
    byte_buffer stream = zlib_stream(zeros, scanline_bytes, 6);

    put_idats(png, stream.bytes, stream.size, piece);
    put_chunk(png, "IEND", "", 0);
    free(stream.bytes);
    free(zeros);
}

static bomb announces(const char *name, uint32_t width, uint32_t height, size_t file_size,
                      png2bmp_status status)
{
    bomb    b = {.name = name, .png = begin(width, height, PNG2BMP_RGB, 8), .status = status};
    uint8_t junk[4096] = {0};

    finish(&b.png, 1000, 9999);
    b.png.size -= 12;
    put_chunk(&b.png, "tEXt", junk, file_size > b.png.size + 24 ? file_size - b.png.size - 24 : 0);
    put_chunk(&b.png, "IEND", "", 0);
    return b;
}

static bomb many_chunks(const char *name, const char *type, unsigned count, size_t size)
{
    bomb    b = {.name = name, .png = begin(64, 64, PNG2BMP_RGB, 8), .output = 64 * 64 * 3};
    uint8_t data[16] = {0};

    for (unsigned i = 0; i < count; i++)
        put_chunk(&b.png, type, data, size);
    finish(&b.png, 64 * (1 + 64 * 3), 9999);
    return b;
}

/* A million IDATs, half of them of one byte, half empty. */
static bomb tiny_idats(void)
{
    bomb         b = {.name = "a million tiny IDATs", .output = 3 * 500 * 340};
    const size_t size = 340 * (1 + 3 * 500);
    uint8_t     *scanlines = calloc(1, size);
    byte_buffer  stream = zlib_stream(scanlines, size, 0);
    size_t       at = 0;

    b.png = begin(500, 340, PNG2BMP_RGB, 8);
    for (unsigned i = 0; i < 1000000; i++) {
        const size_t n = i % 2 && at < stream.size ? 1 : 0;

        put_chunk(&b.png, "IDAT", stream.bytes + at, n);
        at += n;
    }
    put_chunk(&b.png, "IDAT", stream.bytes + at, stream.size - at);
    put_chunk(&b.png, "IEND", "", 0);
    free(scanlines);
    free(stream.bytes);
    return b;
}

static bomb announced_profile(void)
{
    bomb   b = {.name = "an iCCP of 100 MB announced",
                .png = begin(64, 64, PNG2BMP_RGB, 8),
                .status = PNG2BMP_ERR_TRUNCATED};
    size_t at = b.png.size;

    put_chunk(&b.png, "iCCP", "sRGB\0\0", 6);
    store32(b.png.bytes + at, 100000000);
    finish(&b.png, 64 * (1 + 64 * 3), 9999);
    return b;
}

static bomb present_profile(void)
{
    bomb     b = {.name = "an iCCP of 10 MB present",
                  .png = begin(64, 64, PNG2BMP_RGB, 8),
                  .output = 64 * 64 * 3};
    uint8_t *data = calloc(1, 10000000);

    put_chunk(&b.png, "iCCP", data, 10000000);
    finish(&b.png, 64 * (1 + 64 * 3), 9999);
    free(data);
    return b;
}

static bomb embedded_profile(const char *name, size_t size, uint32_t said, size_t output)
{
    bomb b = {.name = name,
              .png = begin(64, 64, PNG2BMP_RGB, 8),
              .output = 64 * 64 * 3 + output,
              .embed = true};

    put_profile(&b.png, size, said);
    finish(&b.png, 64 * (1 + 64 * 3), 9999);
    return b;
}

static bomb black_image(void)
{
    const size_t side = 10000;
    bomb         b = {.name = "10000 x 10000, black",
                      .png = begin((uint32_t)side, (uint32_t)side, PNG2BMP_GRAY, 1),
                      .output = side * 1252};

    finish(&b.png, side * (1 + (side + 7) / 8), 9999);
    return b;
}

/* What a child process reports about a conversion. */
typedef struct measured {
    png2bmp_status status;
    double         ms;
    long           grown_kib; /* the highest resident set size, less the one at the start */
} measured;

static long resident_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static measured convert_here(const bomb *b)
{
    const byte_buffer *png = &b->png;
    const long         before = resident_kib();
    const double       start = now_ms();
    png2bmp_options    options;
    png2bmp_plan       plan;
    measured           m;

    init_options(&options);
    options.format = PNG2BMP_FORMAT_AUTO;
    options.max_pixels = UINT64_MAX;
    options.profile = b->embed ? PNG2BMP_PROFILE_EMBED : PNG2BMP_PROFILE_SRGB;
    m.status = png2bmp_plan_make(&plan, png->bytes, png->size, &options, NULL);
    if (!m.status) {
        uint8_t *bmp = malloc((size_t)plan.bmp.byte_length);

        m.status = bmp ? png2bmp_run(&plan, png->bytes, png->size, bmp, NULL, NULL)
                       : PNG2BMP_ERR_OUT_OF_MEMORY;
        free(bmp);
    }
    m.ms = now_ms() - start;
    m.grown_kib = resident_kib() - before;
    return m;
}

static measured convert_in_child(const bomb *b)
{
    measured m = {.status = PNG2BMP_WARNINGS_END};
    int      ends[2], state = -1;
    pid_t    child;

    if (pipe(ends))
        abort();
    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm(60);
        m = convert_here(b);
        _exit(write(ends[1], &m, sizeof m) == sizeof m ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &m, sizeof m) != sizeof m)
        check(false, "no answer");
    close(ends[0]);
    waitpid(child, &state, 0);
    check(state == 0, "the child ended with %d", state);
    return m;
}

static void test_bomb(bomb b)
{
    const int  failures_before = failures;
    measured   m = convert_in_child(&b);
    const long limit = 20 * 1024 + (long)(b.output / 1024);

    check(m.status == b.status, "%s: %s instead of %s", b.name, png2bmp_status_code(m.status),
          png2bmp_status_code(b.status));
    if (!SANITIZED)
        check(m.grown_kib < limit, "%s: %ld KiB resident", b.name, m.grown_kib);
    if (figures)
        printf("# %-28s %8zu bytes: %-18s %7.2f ms, %6ld KiB resident (output %zu KiB)\n", b.name,
               b.png.size, png2bmp_status_code(m.status), m.ms, m.grown_kib, b.output / 1024);
    free(b.png.bytes);
    end_of_test(b.name, failures_before);
}

int main(int argc, char **argv)
{
    /* More than 32-bit pointers can address, and less than the format allows. */
    const png2bmp_status above_2_gib =
        PTRDIFF_MAX < UINT32_MAX ? PNG2BMP_ERR_OUTPUT_LIMIT : PNG2BMP_ERR_BOMB;

    figures = argc > 1 && strcmp(argv[1], "--figures") == 0;
    alarm(600);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        test_damage(&kinds[i]);
    printf("# the same files in every format, cut at every length\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        test_lengths(&kinds[i]);
    test_bomb(announces("2^31-1 square", 0x7fffffff, 0x7fffffff, 1024, PNG2BMP_ERR_OUTPUT_LIMIT));
    test_bomb(announces("1 x 2^31-1", 1, 0x7fffffff, 1024, PNG2BMP_ERR_OUTPUT_LIMIT));
    test_bomb(announces("1 x 1000000000", 1, 1000000000, 1024, above_2_gib));
    test_bomb(announces("50000 x 50000 from 1 kB", 50000, 50000, 1024, PNG2BMP_ERR_OUTPUT_LIMIT));
    test_bomb(announces("30000 x 30000 from 1 kB", 30000, 30000, 1024, above_2_gib));
    test_bomb(tiny_idats());
    test_bomb(many_chunks("100000 tEXt chunks", "tEXt", 100000, 8));
    test_bomb(announced_profile());
    test_bomb(present_profile());
    test_bomb(embedded_profile("a profile of 4 MiB, embedded", 4 << 20, 4 << 20, 4 << 20));
    test_bomb(embedded_profile("a profile that says 4 GiB", 100000, UINT32_MAX, 0));
    test_bomb(embedded_profile("a profile of 64 MiB, says 4 MiB", 64 << 20, 4 << 20, 4 << 20));
    test_bomb(black_image());
    printf("# %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
