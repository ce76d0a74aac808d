/*
 * src/ through the public header: what every kind of image becomes, that every byte of the output
 * is written and none outside of it, and what damaged pixel data gives. Files that are truncated or
 * damaged elsewhere are for test_hostile.c. Made to run under the sanitizers: inputs and outputs
 * are allocations of exactly their size.
 *
 *     test_core [PNGSUITE]
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <dirent.h>
#include <errno.h>

#include "base/opaque.h"
#include "check.h"
#include "effective.h"
#include "guard.h"
#include "host/host_facts.h"
#include "host/host_png.h"
#include "make_png.h"
#include "pixels/turned.h"
#include "save/file.h"
#include "save/save.h"

static void done(const char *what)
{
    static int number, failures_before;

    printf("%s %d - %s\n", failures == failures_before ? "ok" : "not ok", ++number, what);
    failures_before = failures;
}

static png2bmp_options default_options(void)
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    return options;
}

/* ---- Converting ------------------------------------------------------------ */

typedef struct conversion {
    png2bmp_status status;
    png2bmp_plan   plan;
    png2bmp_report report;
    uint8_t       *bmp; /* plan.bmp.byte_length bytes, NULL after an error */
} conversion;

/* The output is filled with `stale` beforehand. */
static conversion convert_over(uint8_t stale, const uint8_t *png, size_t size,
                               const png2bmp_options *options)
{
    conversion c = {.bmp = NULL};
    uint8_t   *exact = exact_copy(png, size);

    png2bmp_report_clear(&c.report);
    c.status = png2bmp_plan_make(&c.plan, exact, size, options, &c.report);
    if (!c.status) {
        c.bmp = must_have(malloc((size_t)c.plan.bmp.byte_length));
        memset(c.bmp, stale, (size_t)c.plan.bmp.byte_length);
        c.status = png2bmp_run(&c.plan, exact, size, c.bmp, NULL, &c.report);
    }
    if (c.status) {
        free(c.bmp);
        c.bmp = NULL;
    }
    free(exact);
    check(c.status == c.report.error.status, "the report has the error that was returned");
    return c;
}

static conversion convert(const byte_buffer *png, const png2bmp_options *options)
{
    return convert_over(0x5a, png->bytes, png->size, options);
}

static png2bmp_status status_of(const byte_buffer *png, const png2bmp_options *options)
{
    conversion c = convert(png, options);

    free(c.bmp);
    return c.status;
}

static bool same_bmp(const conversion *a, const conversion *b)
{
    return a->bmp && b->bmp && a->plan.bmp.byte_length == b->plan.bmp.byte_length &&
           memcmp(a->bmp, b->bmp, (size_t)a->plan.bmp.byte_length) == 0;
}

static bool warned_of(const conversion *c, png2bmp_status kind)
{
    for (unsigned i = 0; i < c->report.warning_count; i++)
        if (c->report.warnings[i].status == kind)
            return true;
    return false;
}

/* ---- Reading BMPs ------------------------------------------------------------ */

static uint32_t little32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned little16(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

static bool is_raw(const png2bmp_plan *plan)
{
    return plan->bmp.format >= PNG2BMP_FORMAT_RAW_RGB;
}

static const uint8_t *bmp_row(const conversion *c, uint32_t y)
{
    const bool top_down = c->plan.options.top_down || is_raw(&c->plan);

    return c->bmp + c->plan.bmp.header_length +
           c->plan.bmp.stride * (top_down ? y : c->plan.png.height - 1 - y);
}

/* R G B A; A is 255 if the format has no alpha. */
static void bmp_pixel(uint8_t out[4], const conversion *c, uint32_t x, uint32_t y)
{
    const unsigned bits = c->plan.bmp.bits_per_pixel;
    const uint8_t *p = bmp_row(c, y) + (uint64_t)x * bits / 8;

    if (bits <= 8) {
        const unsigned per_byte = 8 / bits, shift = 8 - bits * (x % per_byte + 1);
        const unsigned index = *p >> shift & ((1u << bits) - 1);

        check(index < little32(c->bmp + 46), "index %u has an entry", index);
        p = c->bmp + 54 + 4 * (size_t)index;
    }
    for (unsigned i = 0; i < 3; i++)
        out[i] = is_raw(&c->plan) ? p[i] : p[2 - i];
    out[3] = bits == 32 ? p[3] : 255;
}

static void check_header(const conversion *c, const char *what)
{
    const png2bmp_bmp_info *bmp = &c->plan.bmp;
    const uint8_t          *h = c->bmp;
    const uint32_t          height = c->plan.png.height;

    check(h[0] == 'B' && h[1] == 'M' && little32(h + 2) == bmp->byte_length, "%s: bfSize", what);
    check(little32(h + 10) == bmp->header_length, "%s: bfOffBits", what);
    check(bmp->byte_length == bmp->header_length + bmp->stride * height, "%s: the size", what);
    check(little32(h + 18) == c->plan.png.width, "%s: biWidth", what);
    check(little32(h + 22) == (c->plan.options.top_down ? 0 - height : height), "%s: biHeight",
          what);
    check(little16(h + 26) == 1 && little16(h + 28) == bmp->bits_per_pixel, "%s: depth", what);
    check(little32(h + 34) == bmp->stride * height, "%s: biSizeImage", what);
    check(little32(h + 38) == 1000 && little32(h + 42) == 2000, "%s: biXPelsPerMeter", what);
}

static void check_padding(const conversion *c, const char *what)
{
    const uint64_t used = ((uint64_t)c->plan.png.width * c->plan.bmp.bits_per_pixel + 7) / 8;

    for (uint32_t y = 0; y < c->plan.png.height; y++)
        for (uint64_t i = used; i < c->plan.bmp.stride; i++)
            check(bmp_row(c, y)[i] == 0, "%s: padding of row %u", what, (unsigned)y);
}

static void check_pixels(const conversion *c, const image *im, const char *what)
{
    const bool keeps_alpha = c->plan.bmp.bits_per_pixel == 32;

    for (uint32_t y = 0; y < im->height; y++) {
        for (uint32_t x = 0; x < im->width; x++) {
            uint8_t wanted[4], found[4];

            expected_pixel(wanted, im, x, y, &c->plan.options, keeps_alpha);
            bmp_pixel(found, c, x, y);
            if (memcmp(wanted, found, 4) == 0)
                continue;
            check(false, "%s: pixel %u, %u is %02x%02x%02x%02x, not %02x%02x%02x%02x", what,
                  (unsigned)x, (unsigned)y, found[0], found[1], found[2], found[3], wanted[0],
                  wanted[1], wanted[2], wanted[3]);
            return;
        }
    }
    checks++;
}

/* ---- Every kind of image ----------------------------------------------------- */

static png2bmp_options random_options(void)
{
    png2bmp_options options = default_options();

    options.alpha = random_below(2) ? PNG2BMP_ALPHA_BLEND : PNG2BMP_ALPHA_DROP;
    options.depth16 = (png2bmp_depth16)random_below(PNG2BMP_DEPTH16_COUNT);
    options.dither = (png2bmp_dither)random_below(PNG2BMP_DITHER_COUNT);
    options.top_down = random_below(2);
    options.invert = random_below(2);
    options.threshold = (uint8_t)random_below(256);
    options.strict = true;
    options.uncached = random_below(2);
    options.cpu = (png2bmp_cpu)random_below(PNG2BMP_CPU_COUNT);
    for (unsigned i = 0; i < 3; i++)
        options.background[i] = (uint8_t)random_below(256);
    return options;
}

static bool shows_its_colors(png2bmp_format format)
{
    return format != PNG2BMP_FORMAT_GRAY8 && format != PNG2BMP_FORMAT_MONO1 &&
           format != PNG2BMP_FORMAT_RGB565 && format != PNG2BMP_FORMAT_RGB555;
}

static void check_conversion(const byte_buffer *png, const image *im,
                             const png2bmp_options *options, const char *what)
{
    conversion c = convert(png, options), over_other_bytes;

    check(c.status == PNG2BMP_OK || c.status == PNG2BMP_ERR_FORMAT, "%s: %s", what,
          c.report.error.message);
    if (c.status)
        return;
    over_other_bytes = convert_over(0xa5, png->bytes, png->size, options);
    check(same_bmp(&c, &over_other_bytes), "%s: every byte is written", what);
    if (!is_raw(&c.plan))
        check_header(&c, what);
    check_padding(&c, what);
    if (shows_its_colors(c.plan.bmp.format))
        check_pixels(&c, im, what);
    free(c.bmp);
    free(over_other_bytes.bmp);
}

static void check_image(size_t type, uint32_t width, uint32_t height, bool interlaced,
                        bool transparent)
{
    static const size_t idat_sizes[] = {1, 0, 100, 1 << 20};
    image               im = image_random(type, width, height, interlaced, transparent);
    byte_buffer         png = make_png(&im, random_below(FILTER_MIXED + 1), (int)random_below(13),
                                       idat_sizes[random_below(4)]);

    for (int format = 0; format < PNG2BMP_FORMAT_COUNT; format++) {
        png2bmp_options options = random_options();
        char            what[100];

        if (!takes_part())
            continue;
        options.format = (png2bmp_format)format;
        make_effective(&options);
        snprintf(what, sizeof what, "type %u, depth %u, %ux%u, %s, %s, format %d, cpu %d",
                 im.color_type, im.depth, (unsigned)width, (unsigned)height,
                 interlaced ? "Adam7" : "not interlaced", transparent ? "tRNS" : "no tRNS", format,
                 (int)options.cpu);
        check_conversion(&png, &im, &options, what);
    }
    free(png.bytes);
    image_free(&im);
}

static void check_every_form(uint32_t width, uint32_t height)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type++)
        for (unsigned i = 0; i < 2; i++)
            for (unsigned k = 0; k < (png_types[type].color_type < 4 ? 2u : 1u); k++)
                check_image(type, width, height, i == 1, k == 1);
}

static void test_every_kind_of_image(void)
{
    static const uint32_t larger[][2] = {{16, 16}, {33, 12}, {67, 5},
                                         {1, 200}, {300, 3}, {129, 40}};

    for (uint32_t width = 1; width <= 9; width++)
        for (uint32_t height = 1; height <= 9; height++)
            check_every_form(width, height);
    done("every type, depth and size from 1x1 to 9x9 gives its pixels in every format");
    for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++)
        check_every_form(larger[i][0], larger[i][1]);
    done("larger images too");
}

/* More bytes of scanlines than one batch has; a single scanline of this many is read in pieces. */
#define SOME_BATCHES 800000
#define WIDE_ROW 560000

/* An image of the type, with every mix of filters, whose scanlines are row_bytes long, or of any
 * length: 0. */
static image large_image(size_t type, size_t row_bytes, bool interlaced)
{
    image        im = image_random(type, 1, 1, false, false);
    const size_t bits = (size_t)image_channels(&im) * im.depth;
    uint32_t     width = 20 + random_below(200), height;

    image_free(&im);
    if (row_bytes)
        width = (uint32_t)(row_bytes * 8 / bits) - random_below(9);
    height = row_bytes ? 2 + random_below(3) : (uint32_t)(SOME_BATCHES / (width * bits / 8 + 1));
    return image_random(type, width, height, interlaced, false);
}

static void check_large(size_t type, size_t row_bytes, bool interlaced, png2bmp_format format)
{
    image           im = large_image(type, row_bytes, interlaced);
    byte_buffer     png = make_png(&im, FILTER_MIXED, 1, 1 << 20);
    png2bmp_options options = random_options();
    char            what[100];

    options.format = format;
    make_effective(&options);
    snprintf(what, sizeof what, "type %u, depth %u, %ux%u, %s, format %d, cpu %d", im.color_type,
             im.depth, (unsigned)im.width, (unsigned)im.height,
             interlaced ? "Adam7" : "not interlaced", (int)format, (int)options.cpu);
    check_conversion(&png, &im, &options, what);
    free(png.bytes);
    image_free(&im);
}

/* The last scanline of a batch is the prior row of the next, whatever the filters of both. */
static void test_batches(void)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type++)
        for (unsigned i = 0; i < 4; i++)
            if (takes_part())
                check_large(type, 0, i % 2, PNG2BMP_FORMAT_BGR24);
    done("rows go on from batch to batch with every mix of filters");
}

static void test_wide_rows(void)
{
    static const png2bmp_format formats[] = {PNG2BMP_FORMAT_BGR24, PNG2BMP_FORMAT_BGRA32,
                                             PNG2BMP_FORMAT_RAW_RGBA};

    for (size_t type = 0; type < PNG_TYPE_COUNT; type++)
        for (unsigned i = 0; i < 3; i++)
            if (takes_part())
                check_large(type, WIDE_ROW, i == random_below(3), formats[i]);
    done("scanlines that are read in pieces give their pixels");
}

/* The verdict does not hang on whether a scanline was whole when its filter type was seen. */
static void test_damaged_wide_rows(void)
{
    static const struct {
        bool           bad_filter, cut;
        png2bmp_status status;
    } cases[] = {{false, false, PNG2BMP_OK},
                 {true, false, PNG2BMP_ERR_FILTER},
                 {false, true, PNG2BMP_ERR_TRUNCATED},
                 {true, true, PNG2BMP_ERR_TRUNCATED}};
    image im = image_random(3, WIDE_ROW, 2, false, false);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        byte_buffer scanlines = make_scanlines(&im, FILTER_MIXED), zlib, png = {0};
        conversion  c;

        if (cases[i].bad_filter)
            scanlines.bytes[1 + WIDE_ROW] = 5;
        zlib = zlib_stream(scanlines.bytes, scanlines.size - cases[i].cut, 1);
        put_before_pixels(&png, &im);
        put_pixels(&png, &zlib, 1 << 20);
        put_chunk(&png, "IEND", NULL, 0);
        c = convert(&png, NULL);
        check(c.status == cases[i].status, "case %zu is %s", i, png2bmp_status_code(c.status));
        check(!c.status || strstr(c.report.error.message, "1 of 2 rows"), "case %zu: %s", i,
              c.report.error.message);
        free(c.bmp);
        free(scanlines.bytes);
        free(zlib.bytes);
        free(png.bytes);
    }
    image_free(&im);
    done("errors in scanlines that are read in pieces are those of short ones");
}

/* ---- The same pixels from memory, and into a file ----------------------------- */

/* An 8-bit image as raw pixels, whose last row ends where the memory does: the next page is
 * inaccessible. */
static png2bmp_pixels raw_pixels(const image *im, const guarded *pages)
{
    uint8_t       *bytes;
    const unsigned channels = image_channels(im);
    const size_t   row = (size_t)im->width * channels;
    png2bmp_pixels pixels = {.width = im->width,
                             .height = im->height,
                             .channels = channels,
                             .stride = row + random_below(9)};

    pixels.size = pixels.stride * (im->height - 1) + row;
    pixels.data = bytes = guarded_place(pages, pixels.size, true);
    for (uint32_t y = 0; y < im->height; y++)
        for (size_t i = 0; i < row; i++)
            bytes[y * pixels.stride + i] = (uint8_t)im->samples[y * row + i];
    return pixels;
}

static void compare_with_raw(size_t type, png2bmp_format format, png2bmp_cpu cpu, uint32_t width)
{
    static guarded input, output;

    image           im = image_random(type, width, 1 + random_below(4), false, false);
    byte_buffer     png = make_png(&im, FILTER_MIXED, 6, 1000);
    png2bmp_options options = random_options();
    png2bmp_pixels  pixels;
    png2bmp_plan    plan;
    conversion      c;

    if (!input.pages) {
        input = guarded_make(1 << 16);
        output = guarded_make(1 << 16);
    }
    pixels = raw_pixels(&im, &input);
    options.format = format;
    options.cpu = cpu;
    make_effective(&options);
    c = convert(&png, &options);
    /* Whether an RGB image has few enough colours is only known during the run. */
    check(png2bmp_plan_pixels(&plan, &pixels, &options, NULL) ==
              (c.status == PNG2BMP_ERR_FORMAT ? PNG2BMP_OK : c.status),
          "raw: the same verdict");
    if (c.bmp) {
        const size_t from = is_raw(&plan) ? 0 : 46; /* a PNG may contain the size of its pixels */
        uint8_t     *bmp = guarded_place(&output, (size_t)plan.bmp.byte_length, true);

        memset(bmp, 0x5a, (size_t)plan.bmp.byte_length);
        check(png2bmp_run_pixels(&plan, &pixels, bmp, NULL, NULL) == PNG2BMP_OK, "raw: runs");
        check(plan.bmp.byte_length == c.plan.bmp.byte_length &&
                  memcmp(bmp + from, c.bmp + from, (size_t)plan.bmp.byte_length - from) == 0,
              "raw: the same bytes, type %zu, format %d, cpu %d, width %u", type, (int)format,
              (int)cpu, (unsigned)width);
    }
    free(c.bmp);
    free(png.bytes);
    image_free(&im);
}

static void test_raw_pixels(void)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type++)
        for (int format = 0; format < PNG2BMP_FORMAT_COUNT; format++)
            for (int cpu = 0; cpu < PNG2BMP_CPU_COUNT; cpu++)
                for (uint32_t width = 1; width < 200; width += 1 + width / 24)
                    if (png_types[type].depth == 8 && png_types[type].color_type != 3 &&
                        takes_part())
                        compare_with_raw(type, (png2bmp_format)format, (png2bmp_cpu)cpu, width);
    done("raw pixels give the BMP that a PNG of them gives");
}

static bool file_holds(const char *path, const uint8_t *wanted, size_t size)
{
    FILE    *file = fopen(path, "rb");
    uint8_t *found = must_have(malloc(size + 1));
    bool     same = false;

    if (file) {
        same = fread(found, 1, size + 1, file) == size && memcmp(found, wanted, size) == 0;
        fclose(file);
    }
    free(found);
    return same;
}

static void test_save(void)
{
    static const char path[] = "test_core_saved.bmp";

    for (size_t type = 0; type < PNG_TYPE_COUNT; type++) {
        image           im = image_random(type, 50, 70, type % 2, false);
        byte_buffer     png = make_png(&im, FILTER_MIXED, 6, 64);
        png2bmp_options options = random_options();
        conversion      c;

        make_effective(&options);
        c = convert(&png, &options);

        check(png2bmp_save(path, &c.plan, png.bytes, png.size, NULL, NULL) == PNG2BMP_OK, "saves");
        check(c.bmp && file_holds(path, c.bmp, (size_t)c.plan.bmp.byte_length),
              "the file is the BMP, type %zu", type);
        free(c.bmp);
        free(png.bytes);
        image_free(&im);
    }
    remove(path);
    done("a saved file has the bytes of the BMP in memory");
}

static void test_save_of_bytes(void)
{
    static const char    path[] = "test_core_bytes.ico";
    static const uint8_t bytes[] = {0, 0, 1, 0}, others[] = {9};
    png2bmp_options      options = default_options();
    png2bmp_report       report;

    png2bmp_report_clear(&report);
    check(save_bytes_at(FILE_WORKING_DIRECTORY, path, bytes, sizeof bytes, &options, NULL,
                        &report) == PNG2BMP_OK &&
              file_holds(path, bytes, sizeof bytes),
          "bytes are saved");
    options.exclusive = true;
    check(save_bytes_at(FILE_WORKING_DIRECTORY, path, others, sizeof others, &options, NULL,
                        &report) == PNG2BMP_ERR_FILE &&
              report.file_errno == EEXIST && file_holds(path, bytes, sizeof bytes),
          "nothing is replaced: %s", report.error.message);
    options.exclusive = false;
    check(save_bytes_at(FILE_WORKING_DIRECTORY, "/dev/full", bytes, sizeof bytes, &options, NULL,
                        &report) == PNG2BMP_ERR_FILE,
          "a full device");
    remove(path);
    done("bytes are saved as they are");
}

/* ---- PNGs of pixels ------------------------------------------------------------ */

static void check_png_of_pixels(uint32_t width, uint32_t height, unsigned shades)
{
    const size_t    bytes = (size_t)4 * width * height, bound = host_png_bound(width, height);
    uint8_t        *rgba = must_have(malloc(bytes)), *png = must_have(malloc(bound));
    png2bmp_options options = default_options();
    conversion      c;
    size_t          size;

    for (size_t i = 0; i < bytes; i++)
        rgba[i] = (uint8_t)(random_below(shades) + i / 16);
    size = host_png_write(png, rgba, width, height);
    check(size > 0 && size <= bound, "%zu bytes of %zu", size, bound);
    options.format = PNG2BMP_FORMAT_RAW_RGBA;
    options.strict = true;
    c = convert_over(0, png, size, &options);
    check(c.bmp && c.plan.bmp.byte_length == bytes && memcmp(c.bmp, rgba, bytes) == 0,
          "%u x %u pixels come back from their PNG: %s", width, height, c.report.error.message);
    free(c.bmp);
    free(png);
    free(rgba);
}

static void test_png_of_pixels(void)
{
    static const uint32_t sides[] = {1, 2, 7, 33, 255, HOST_PNG_LONGEST_SIDE};

    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        for (size_t k = 0; k < sizeof sides / sizeof sides[0]; k++)
            for (unsigned shades = 1; shades <= 256; shades += 85)
                if (takes_part())
                    check_png_of_pixels(sides[i], sides[k], shades);
    done("a PNG of pixels has them");
}

/* ---- Plans that were not made -------------------------------------------------- */

/* Their bits do not fit into a size_t of 32 bits. Pages that are not touched take no memory. */
static void test_reversed_bits(void)
{
    for (unsigned bits = 2; bits <= 4; bits += 2) {
        const size_t  width = 0xfffffff0u / bits / 8 * 8 + 13, row = width / 8 * bits + bits;
        const uint8_t pixel = (uint8_t)(0xff00 >> bits);
        uint8_t      *samples = must_have(calloc(row, 1)), reversed[8];

        samples[width / 8 * bits + bits / 2] = pixel; /* the last */
        memset(reversed, 0xaa, sizeof reversed);
        turn_reverse(reversed, samples, width, bits, 0, 8);
        check(reversed[0] == pixel && reversed[1] == 0 && reversed[bits] == 0xaa,
              "%u bits: %02x %02x, %02x", bits, reversed[0], reversed[1], reversed[bits]);
        free(samples);
    }
    done("rows whose bits are more than 32 bits can count are reversed");
}

static void test_plans_that_were_not_made(void)
{
    static const uint8_t rgb[12] = {0};
    const png2bmp_pixels pixels = {rgb, sizeof rgb, 2, 2, 3, 6};
    png2bmp_pixels       other = pixels;
    image                im = image_random(PNG_TYPE_COUNT - 1, 2, 2, false, false);
    byte_buffer          png = make_png(&im, FILTER_MIXED, 1, 1 << 20);
    png2bmp_plan        *plan = png2bmp_plan_new();
    png2bmp_report      *report = png2bmp_report_new();
    uint8_t              bmp[200] = {0};

#define RUN_PNG png2bmp_run(plan, png.bytes, png.size, bmp, NULL, report)
#define RUN_PIXELS png2bmp_run_pixels(plan, &pixels, bmp, NULL, report)
    check(RUN_PNG == PNG2BMP_ERR_PLAN && RUN_PIXELS == PNG2BMP_ERR_PLAN, "a new plan");
    check(png2bmp_report_error(report)->status == PNG2BMP_ERR_PLAN, "in the report");
    check(png2bmp_save("/nowhere", plan, png.bytes, png.size, NULL, NULL) == PNG2BMP_ERR_PLAN &&
              png2bmp_count_colors(plan, png.bytes, png.size, NULL, NULL) == PNG2BMP_ERR_PLAN,
          "a new plan saves and counts nothing");

    check(!png2bmp_plan_make(plan, png.bytes, png.size, NULL, NULL), "the plan of a PNG");
    check(RUN_PNG == PNG2BMP_OK && RUN_PIXELS == PNG2BMP_ERR_PLAN, "with pixels");
    check(png2bmp_plan_make(plan, png.bytes, 20, NULL, NULL) && RUN_PNG == PNG2BMP_ERR_PLAN,
          "after an error");

    check(!png2bmp_plan_pixels(plan, &pixels, NULL, NULL), "the plan of pixels");
    check(RUN_PIXELS == PNG2BMP_OK && RUN_PNG == PNG2BMP_ERR_PLAN, "with a PNG");
    other.height = 1;
    check(png2bmp_run_pixels(plan, &other, bmp, NULL, NULL) == PNG2BMP_ERR_PLAN, "other height");
    other.height = 2;
    other.size = 11;
    check(png2bmp_run_pixels(plan, &other, bmp, NULL, NULL) == PNG2BMP_ERR_PLAN, "fewer bytes");
    other.size = sizeof rgb;
    other.channels = 2;
    check(png2bmp_run_pixels(plan, &other, bmp, NULL, NULL) == PNG2BMP_ERR_PLAN, "other channels");
#undef RUN_PNG
#undef RUN_PIXELS
    png2bmp_report_free(report);
    png2bmp_plan_free(plan);
    free(png.bytes);
    image_free(&im);
    done("a plan that was not made, or is run with something else, is an error");
}

/* ---- Past the cache ----------------------------------------------------------- */

/* Only BMPs of this size are written so; two pieces a row. */
static void test_bypassed_cache(void)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type++) {
        image       im = image_random(type, 2500, 60, type % 5 == 4, type % 2);
        byte_buffer png = make_png(&im, FILTER_MIXED, 1, 1 << 20);

        for (int format = 0; format < PNG2BMP_FORMAT_COUNT; format++) {
            png2bmp_options options = default_options();
            conversion      through, past;

            options.format = (png2bmp_format)format;
            make_effective(&options);
            through = convert(&png, &options);
            options.uncached = true;
            past = convert_over(0xa5, png.bytes, png.size, &options);
            check(through.status == past.status && (through.status || same_bmp(&through, &past)),
                  "type %zu, format %d", type, format);
            free(through.bmp);
            free(past.bmp);
        }
        free(png.bytes);
        image_free(&im);
    }
    done("a BMP written past the cache has the same bytes");
}

/* ---- Damaged pixel data ------------------------------------------------------- */

/* Damage that no CRC reveals: it reaches the inflater, the filters and the rows. */
static void damage_pixels(const image *im, const byte_buffer *zlib)
{
    byte_buffer     png = {0}, damaged = {0};
    png2bmp_options options = random_options();

    put_bytes(&damaged, zlib->bytes, zlib->size);
    for (unsigned i = 0; i <= random_below(4); i++)
        damaged.bytes[random_below((uint32_t)damaged.size)] = (uint8_t)random_below(256);
    put_before_pixels(&png, im);
    put_pixels(&png, &damaged, random_below(20));
    put_chunk(&png, "IEND", NULL, 0);
    options.strict = random_below(2);
    options.ignore_checksums = true;
    options.format = (png2bmp_format)random_below(PNG2BMP_FORMAT_COUNT);
    make_effective(&options);
    (void)status_of(&png, &options);
    free(png.bytes);
    free(damaged.bytes);
}

static void test_damaged_streams(void)
{
    for (unsigned i = 0; i < 600; i++) {
        image im = image_random(i % PNG_TYPE_COUNT, 1 + random_below(60), 1 + random_below(60),
                                random_below(2), random_below(2));
        byte_buffer scanlines = make_scanlines(&im, FILTER_MIXED);
        byte_buffer zlib = zlib_stream(scanlines.bytes, scanlines.size, (int)random_below(13));

        for (unsigned k = 0; k < 20; k++)
            damage_pixels(&im, &zlib);
        free(scanlines.bytes);
        free(zlib.bytes);
        image_free(&im);
    }
    done("12000 damaged zlib streams end in a verdict");
}

/* ---- Errors -------------------------------------------------------------------- */

/* Defects of an otherwise good 8-bit RGB image of 4 x 4. */
typedef enum defect {
    BAD_ADLER,
    BAD_ZLIB_HEADER,
    BAD_DEFLATE,
    BAD_FILTER,
    TOO_FEW_SCANLINES,
    TOO_MANY_SCANLINES,
    BYTES_AFTER_ZLIB
} defect;

static byte_buffer make_defective(defect what)
{
    static const uint8_t black_scanline[13] = {0};
    image                im = image_random(5, 4, 4, false, false);
    byte_buffer          scanlines = make_scanlines(&im, 0), zlib, png = {0};

    if (what == BAD_FILTER)
        scanlines.bytes[13] = 5;
    if (what == TOO_FEW_SCANLINES)
        scanlines.size -= 13;
    if (what == TOO_MANY_SCANLINES)
        put_bytes(&scanlines, black_scanline, sizeof black_scanline);
    zlib = zlib_stream(scanlines.bytes, scanlines.size, 0);
    if (what == BAD_ADLER)
        zlib.bytes[zlib.size - 1] ^= 1;
    if (what == BAD_ZLIB_HEADER)
        zlib.bytes[1] ^= 1;
    if (what == BAD_DEFLATE)
        zlib.bytes[2] = 7; /* a last block of the reserved type 3 */
    if (what == BYTES_AFTER_ZLIB)
        put_bytes(&zlib, "rest", 4);
    put_before_pixels(&png, &im);
    put_pixels(&png, &zlib, 1000);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines.bytes);
    free(zlib.bytes);
    image_free(&im);
    return png;
}

static void test_defective_pixels(void)
{
    static const struct {
        defect         what;
        png2bmp_status status, strict;
    } cases[] = {
        {BAD_ADLER, PNG2BMP_ERR_ADLER32, PNG2BMP_ERR_ADLER32},
        {BAD_ZLIB_HEADER, PNG2BMP_ERR_ZLIB, PNG2BMP_ERR_ZLIB},
        {BAD_DEFLATE, PNG2BMP_ERR_DEFLATE, PNG2BMP_ERR_DEFLATE},
        {BAD_FILTER, PNG2BMP_ERR_FILTER, PNG2BMP_ERR_FILTER},
        {TOO_FEW_SCANLINES, PNG2BMP_ERR_TRUNCATED, PNG2BMP_ERR_TRUNCATED},
        {TOO_MANY_SCANLINES, PNG2BMP_OK, PNG2BMP_ERR_EXTRA_DATA},
        {BYTES_AFTER_ZLIB, PNG2BMP_OK, PNG2BMP_ERR_EXTRA_DATA},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        byte_buffer     png = make_defective(cases[i].what);
        png2bmp_options options = default_options();
        conversion      c = convert(&png, &options);

        check(c.status == cases[i].status, "defect %zu is %s", i, png2bmp_status_code(c.status));
        check((c.status == PNG2BMP_OK) == warned_of(&c, cases[i].strict), "defect %zu warns", i);
        free(c.bmp);
        options.strict = true;
        check(status_of(&png, &options) == cases[i].strict, "defect %zu, strict", i);
        free(png.bytes);
    }
    done("defects of the pixel data have their codes");
}

static png2bmp_status header_verdict(uint32_t width, uint32_t height, uint8_t depth,
                                     unsigned color_type, const png2bmp_options *options)
{
    static const uint8_t   nothing[] = {0x78, 1, 3, 0, 0, 0, 0, 1};
    byte_buffer            png = {0};
    const png2bmp_png_info info = {.width = width,
                                   .height = height,
                                   .bit_depth = depth,
                                   .color_type = (png2bmp_color_type)color_type};
    png2bmp_plan           plan;
    png2bmp_status         status;

    put_signature(&png);
    put_ihdr(&png, &info);
    put_chunk(&png, "IDAT", nothing, sizeof nothing);
    status = png2bmp_plan_make(&plan, png.bytes, png.size, options, NULL);
    free(png.bytes);
    return status;
}

static void test_limits(void)
{
    png2bmp_options options = default_options();

    check(header_verdict(0, 1, 8, 2, NULL) == PNG2BMP_ERR_HEADER, "width 0");
    check(header_verdict(1, 0x80000000u, 8, 2, NULL) == PNG2BMP_ERR_HEADER, "height 2^31");
    check(header_verdict(1, 1, 8, 1, NULL) == PNG2BMP_ERR_HEADER, "colour type 1");
    check(header_verdict(1, 1, 16, 3, NULL) == PNG2BMP_ERR_HEADER, "a palette of 16 bits");
    check(header_verdict(1, 1, 8, 3, NULL) == PNG2BMP_ERR_PALETTE, "no palette");
    check(header_verdict(16384, 16384, 1, 0, NULL) == PNG2BMP_ERR_PIXEL_LIMIT, "maxPixels");
    check(header_verdict(5000, 5000, 8, 2, NULL) == PNG2BMP_ERR_BOMB, "75 MB in 65 bytes");
    options.max_pixels = UINT64_MAX;
    check(header_verdict(0x7fffffff, 0x7fffffff, 16, 6, &options) == PNG2BMP_ERR_OUTPUT_LIMIT,
          "a square of 2^31-1");
    options.max_pixels = 11;
    check(header_verdict(4, 3, 8, 2, &options) == PNG2BMP_ERR_PIXEL_LIMIT, "12 pixels, 11 allowed");
    options.max_pixels = 12;
    check(header_verdict(4, 3, 8, 2, &options) == PNG2BMP_OK, "12 pixels, 12 allowed");
    options = default_options();
    options.max_memory = 2000;
    check(header_verdict(4, 3, 8, 2, &options) == PNG2BMP_ERR_MEMORY_LIMIT, "maxMemory");
    options = default_options();
    options.format = PNG2BMP_FORMAT_INDEXED;
    options.bits = 3;
    check(header_verdict(4, 3, 8, 2, &options) == PNG2BMP_ERR_OPTION, "3 bits");
    options.bits = 0;
    options.format = PNG2BMP_FORMAT_COUNT;
    check(header_verdict(4, 3, 8, 2, &options) == PNG2BMP_ERR_OPTION, "no such format");
    done("limits hold before anything is allocated");
}

/* A size that a 32-bit size_t would truncate: 3.2 GB of scanlines in one row, and a small BMP. */
static void test_addressable_memory(void)
{
    const png2bmp_png_info info = {.width = 400000000,
                                   .height = 1,
                                   .bit_depth = 16,
                                   .color_type = PNG2BMP_RGB_ALPHA,
                                   .has_alpha = true};
    const png2bmp_status   expected =
        PTRDIFF_MAX < UINT32_MAX ? PNG2BMP_ERR_OUT_OF_MEMORY : PNG2BMP_OK;
    const size_t    size = 4u << 20; /* fewer bytes could not hold that many pixels */
    uint8_t        *text = must_have(calloc(size, 1));
    png2bmp_pixels  pixels = {.width = 1000000000, .height = 1, .channels = 1};
    png2bmp_options options = default_options();
    byte_buffer     png = {0};
    png2bmp_plan    plan;

    options.format = PNG2BMP_FORMAT_MONO1;
    options.max_pixels = options.max_memory = UINT64_MAX;
    put_signature(&png);
    put_ihdr(&png, &info);
    put_chunk(&png, "tEXt", text, size);
    put_chunk(&png, "IDAT", text, 1);
    check(png2bmp_plan_make(&plan, png.bytes, png.size, &options, NULL) == expected,
          "a row of 3.2 GB: %s instead", png2bmp_status_code(expected));
    /* The plan does not read the samples, so one bit for each is enough. */
    pixels.data = text;
    pixels.size = pixels.stride = pixels.width;
    check(png2bmp_plan_pixels(&plan, &pixels, &options, NULL) == expected,
          "a row of 1 GB, and five for its luma: %s instead", png2bmp_status_code(expected));
    free(png.bytes);
    free(text);
    done("what takes more memory than can be addressed is refused by the plan");
}

static png2bmp_status verdict_of_pixels(png2bmp_pixels pixels)
{
    const png2bmp_options options = default_options();
    png2bmp_plan          plan;

    return png2bmp_plan_pixels(&plan, &pixels, &options, NULL);
}

/* Three rows of 10 bytes, 12 apart, then such with one thing that is wrong. */
static void test_pixels_that_do_not_fit(void)
{
    static const uint8_t bytes[100];
    const png2bmp_pixels good = {
        .data = bytes, .size = 34, .width = 5, .height = 3, .channels = 2, .stride = 12};
    png2bmp_pixels wrong[9];

    for (unsigned i = 0; i < 9; i++)
        wrong[i] = good;
    wrong[0].size--;
    wrong[1].size = sizeof bytes, wrong[1].stride = 9;
    wrong[2].size = 9, wrong[2].height = 1;
    wrong[3].size = 9, wrong[3].height = 2;
    wrong[4].channels = 0;
    wrong[5].channels = 5;
    wrong[6].width = 0;
    wrong[7].height = 0;
    wrong[8].height = UINT32_C(1) << 31;
    check(verdict_of_pixels(good) == PNG2BMP_OK, "rows that fit");
    for (unsigned i = 0; i < 9; i++)
        check(verdict_of_pixels(wrong[i]) == PNG2BMP_ERR_PIXELS, "pixels that are wrong, %u", i);
    done("raw pixels whose rows do not fit into their bytes are refused");
}

static bool cancel_after(void *user)
{
    unsigned *left = user;

    return *left == 0 || --*left == 0;
}

/* One pixel, and before it 4 MiB of empty stored blocks, which produce no output. */
static byte_buffer png_of_empty_blocks(void)
{
    const png2bmp_png_info info = {
        .width = 1, .height = 1, .bit_depth = 8, .color_type = PNG2BMP_GRAY};
    byte_buffer png = {0}, stream = {0};

    put_bytes(&stream, "\x78\x01", 2);
    while (stream.size < 4u << 20)
        put_bytes(&stream, "\0\0\0\xff\xff", 5);
    put_bytes(&stream, "\1\2\0\xfd\xff\0\0\0\2\0\1", 11);
    put_signature(&png);
    put_ihdr(&png, &info);
    put_idats(&png, stream.bytes, stream.size, SIZE_MAX);
    put_chunk(&png, "IEND", NULL, 0);
    free(stream.bytes);
    return png;
}

static void test_cancelling_without_output(void)
{
    byte_buffer           png = png_of_empty_blocks();
    unsigned              left = 10;
    const png2bmp_control control = {cancel_after, &left};
    uint8_t               bmp[58];
    png2bmp_plan          plan;

    check(png2bmp_plan_make(&plan, png.bytes, png.size, NULL, NULL) == PNG2BMP_OK, "plans");
    check(plan.bmp.byte_length == sizeof bmp, "one pixel");
    check(png2bmp_run(&plan, png.bytes, png.size, bmp, NULL, NULL) == PNG2BMP_OK, "converts");
    check(png2bmp_run(&plan, png.bytes, png.size, bmp, &control, NULL) == PNG2BMP_ERR_CANCELLED,
          "cancelled before the first scanline");
    free(png.bytes);
    done("a conversion can be cancelled while its input gives no scanlines");
}

static void test_format_names(void)
{
    for (int i = 0; i < PNG2BMP_FORMAT_COUNT; i++) {
        const char *name = png2bmp_format_name((png2bmp_format)i);

        check(name && *name, "format %d has a name", i);
        for (int j = 0; name && j < i; j++)
            check(strcmp(name, png2bmp_format_name((png2bmp_format)j)) != 0, "%s is unique", name);
    }
    check(strcmp(png2bmp_format_name(PNG2BMP_FORMAT_RAW_RGBA), "raw-rgba") == 0, "raw-rgba");
    check(png2bmp_format_name(PNG2BMP_FORMAT_COUNT) == NULL, "no name past the last");
    check(png2bmp_format_name((png2bmp_format)-1) == NULL, "no name before the first");
    done("every format has a name of its own");
}

static void test_status_texts(void)
{
    png2bmp_status s;
    uint32_t       count = 0;

    for (; (s = host_status(count)); count++) {
        check(strncmp(png2bmp_status_code(s), "ERR_", 4) == 0, "status %d has a code", (int)s);
        check(strlen(png2bmp_status_text(s)) > 10, "status %d has a text", (int)s);
    }
    check(count > 30, "%u of them", (unsigned)count);
    check(PNG2BMP_ERR_FILE == 21 && PNG2BMP_ERR_TRANSPARENCY == 128,
          "numbers do not change: they are in programs that were built with an older header");
    check(strcmp(png2bmp_status_code((png2bmp_status)100), "OK") == 0, "between the two lists");
    check(strcmp(png2bmp_status_code(PNG2BMP_OK), "OK") == 0, "OK");
    check(strcmp(png2bmp_status_code(PNG2BMP_WARNINGS_END), "OK") == 0, "outside of the enum");
    done("every status has a code and a text");
}

/* ---- Cancelling ----------------------------------------------------------------- */

static bool cancel_at_zero(void *user)
{
    unsigned *left = user;

    return *left == 0 || (*left)-- == 0;
}

static void test_cancelling(void)
{
    image        im = image_random(13, 400, 900, false, false); /* several batches */
    byte_buffer  png = make_png(&im, FILTER_MIXED, 1, 5000);
    png2bmp_plan plan;
    uint8_t     *bmp;
    unsigned     calls = 0;

    check(png2bmp_plan_make(&plan, png.bytes, png.size, NULL, NULL) == PNG2BMP_OK, "plans");
    bmp = must_have(malloc((size_t)plan.bmp.byte_length));
    for (;; calls++) {
        unsigned              left = calls;
        const png2bmp_control control = {cancel_at_zero, &left};
        const png2bmp_status  status = png2bmp_run(&plan, png.bytes, png.size, bmp, &control, NULL);

        if (status == PNG2BMP_OK)
            break;
        check(status == PNG2BMP_ERR_CANCELLED, "cancelled at call %u", calls);
    }
    check(calls > 2, "it was asked %u times", calls);
    free(bmp);
    free(png.bytes);
    image_free(&im);
    done("a conversion can be cancelled between any two batches");
}

/* ---- PngSuite -------------------------------------------------------------------- */

static byte_buffer read_file(const char *path)
{
    FILE       *file = fopen(path, "rb");
    byte_buffer b = {0};
    uint8_t     piece[4096];
    size_t      size;

    if (!file)
        return b;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        put_bytes(&b, piece, size);
    fclose(file);
    return b;
}

/* Files whose names begin with x are broken, all others are good. */
static void check_suite_file(const char *folder, const char *name)
{
    char        path[500];
    byte_buffer png;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    png = read_file(path);
    for (int format = 0; format < PNG2BMP_FORMAT_COUNT; format++) {
        png2bmp_options options = default_options();
        png2bmp_status  status;

        options.format = (png2bmp_format)format;
        status = status_of(&png, &options);
        check(status == PNG2BMP_ERR_FORMAT || (status != PNG2BMP_OK) == (name[0] == 'x'),
              "%s, format %d: %s", name, format, png2bmp_status_code(status));
    }
    free(png.bytes);
}

static void test_suite(const char *folder)
{
    DIR           *directory = opendir(folder);
    struct dirent *entry;
    char           what[100];
    unsigned       files = 0;

    if (!directory) {
        printf("# skipped: there is no PngSuite at %s\n", folder);
        return;
    }
    while ((entry = readdir(directory))) {
        const char *dot = strrchr(entry->d_name, '.');

        if (!dot || strcmp(dot, ".png") != 0)
            continue;
        check_suite_file(folder, entry->d_name);
        files++;
    }
    closedir(directory);
    snprintf(what, sizeof what, "%u files of the PngSuite have their verdict", files);
    done(what);
}

int main(int argc, char **argv)
{
    test_every_kind_of_image();
    test_batches();
    test_wide_rows();
    test_damaged_wide_rows();
    test_raw_pixels();
    test_save();
    test_save_of_bytes();
    test_bypassed_cache();
    test_damaged_streams();
    test_defective_pixels();
    test_limits();
    test_addressable_memory();
    test_pixels_that_do_not_fit();
    test_status_texts();
    test_cancelling();
    test_cancelling_without_output();
    test_format_names();
    test_png_of_pixels();
    test_reversed_bits();
    test_plans_that_were_not_made();
    test_suite(argc > 1 ? argv[1] : "../shared/pngsuite");
    printf("# %d checks, %d failed\n", checks, failures);
    return failures > 0;
}
