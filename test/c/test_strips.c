/*
 * A BMP in strips of any number of rows has the bytes of one in memory, whoever holds rows back:
 * rows that wait to be dithered, scanlines that are read in pieces, rows that are missing. The
 * library is built with PNG2BMP_POISON, so that strips start, and go on, with other bytes in them.
 */
#include "check.h"
#include "make_png.h"
#include "run/convert.h"
#include "run/encode.h"

enum {
    GRAY8 = 3, /* of png_types */
    RGB8 = 5
};

#define LONG_WIDTH (512 * 1024 + 11) /* of 8-bit gray: read in pieces, src/run/long_row.h */

/* ---- A target in strips ------------------------------------------------------------ */

typedef struct collector {
    row_target          target; /* first: a row_target pointer is a collector pointer */
    const png2bmp_plan *plan;
    uint8_t            *bmp;
} collector;

static png2bmp_status collect(row_target *target, uint32_t first_row, uint32_t rows)
{
    const collector   *c = (collector *)target;
    const target_strip strip = target_strip_of(target, c->plan, first_row, rows);

    memcpy(c->bmp + strip.offset, strip.bytes, strip.size);
    return PNG2BMP_OK;
}

/* What is converted: a PNG, or pixels. */
typedef struct source {
    const byte_buffer *png;
    png2bmp_pixels     pixels; /* if png is NULL */
} source;

static png2bmp_status plan_of(png2bmp_plan *plan, const source *s, const png2bmp_options *options)
{
    return s->png ? png2bmp_plan_make(plan, s->png->bytes, s->png->size, options, NULL)
                  : png2bmp_plan_pixels(plan, &s->pixels, options, NULL);
}

static png2bmp_status convert_rows(const png2bmp_plan *plan, const byte_buffer *png,
                                   row_target *target)
{
    cancel_check   cancel = {.control = NULL};
    png_file       file = png_file_of(png->bytes, png->size, &plan->options, NULL);
    conversion     c;
    png2bmp_status status;

    file.cancel = &cancel;
    status = conversion_open(&c, plan, &file, target);

    if (!status)
        status = conversion_go_on(&c);
    conversion_close(&c);
    return status;
}

/* strip: rows of one; 0: in memory as a whole. Only the rows are compared: there is no header. */
static uint8_t *rows_of(const source *s, const png2bmp_plan *plan, uint32_t strip)
{
    const uint32_t rows = strip ? strip : plan->bmp.height;
    uint8_t       *bmp = must_have(calloc(1, (size_t)plan->bmp.byte_length));
    uint8_t       *base = must_have(malloc((size_t)(rows * plan->bmp.stride)));
    const bool     flips = plan->turn.flips && s->png;
    collector c = {target_at(strip ? base : bmp + plan->bmp.header_length, rows, plan, flips), plan,
                   bmp};
    png2bmp_status status;

    if (strip)
        c.target.flush = collect;
    status = s->png ? convert_rows(plan, s->png, &c.target)
                    : encode_rows(plan, &s->pixels, &c.target, &(cancel_check){.control = NULL});
    check(!status, "the conversion ends with %s", png2bmp_status_text(status));
    free(base);
    return bmp;
}

static void compare(const char *what, const source *s, const png2bmp_options *options)
{
    static const uint32_t strips[] = {1, 2, 3, 4, 5, 7};
    png2bmp_plan          plan;
    png2bmp_status        status;
    uint8_t              *expected;

    if (!takes_part())
        return;
    status = plan_of(&plan, s, options);
    check(!status, "%s: %s", what, png2bmp_status_text(status));
    if (status)
        return;
    expected = rows_of(s, &plan, 0);
    for (size_t i = 0; i < sizeof strips / sizeof strips[0] && strips[i] <= plan.bmp.height; i++) {
        uint8_t *got;

        if (strips[i] < target_strip_rows(&plan, 1))
            continue;
        got = rows_of(s, &plan, strips[i]);

        check(memcmp(got, expected, (size_t)plan.bmp.byte_length) == 0,
              "%s: %u x %u, format %d, dither %d, %u colours, strips of %u rows", what,
              (unsigned)plan.png.width, (unsigned)plan.png.height, (int)options->format,
              (int)options->dither, (unsigned)options->palette_entries, (unsigned)strips[i]);
        free(got);
    }
    free(expected);
}

/* ---- Options ------------------------------------------------------------------------- */

/* Each calls `compare` with options that reach another way of writing rows. */
static void compare_formats(const char *what, const source *s, png2bmp_options *options)
{
    static const png2bmp_format formats[] = {PNG2BMP_FORMAT_BGR24,  PNG2BMP_FORMAT_BGRA32,
                                             PNG2BMP_FORMAT_GRAY8,  PNG2BMP_FORMAT_MONO1,
                                             PNG2BMP_FORMAT_RGB565, PNG2BMP_FORMAT_RAW_RGB};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        options->format = formats[i];
        compare(what, s, options);
    }
}

static void compare_palettes(const char *what, const source *s, png2bmp_options *options)
{
    static const uint16_t entries[] = {2, 40};

    for (unsigned i = 0; i < 256; i++)
        for (unsigned k = 0; k < 3; k++)
            options->palette[i][k] = (uint8_t)random_below(256);
    for (int dither = PNG2BMP_DITHER_DEFAULT; dither < PNG2BMP_DITHER_COUNT; dither++) {
        for (unsigned i = 0; i < 2; i++) {
            options->dither = (png2bmp_dither)dither;
            options->palette_entries = entries[i];
            options->format = i ? PNG2BMP_FORMAT_BGR24 : PNG2BMP_FORMAT_INDEXED;
            compare(what, s, options);
        }
    }
}

static void compare_all(const char *what, const source *s, bool salvage)
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    options.salvage = salvage;
    options.ignore_checksums = salvage;
    compare_formats(what, s, &options);
    options.top_down = true;
    compare_palettes(what, s, &options);
}

/* ---- Images ---------------------------------------------------------------------------- */

static void compare_pngs(void)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type += 2) {
        image       im = image_random(type, 37, 13, false, false);
        byte_buffer png = make_png(&im, FILTER_MIXED, 1, 100);
        source      s = {&png, {0}};

        compare_all("a PNG", &s, false);
        png.size -= png.size / 3; /* in the middle of the pixels */
        compare_all("a PNG that is cut", &s, true);
        free(png.bytes);
        image_free(&im);
    }
}

static void compare_long_rows(size_t type, uint32_t width)
{
    image       im = image_random(type, width, 3, false, false);
    byte_buffer png = make_png(&im, FILTER_MIXED, 1, 100000);
    source      s = {&png, {0}};

    compare_all("long scanlines", &s, false);
    free(png.bytes);
    image_free(&im);
}

static void compare_pixels(void)
{
    uint8_t data[37 * 13 * 3];
    source  s = {NULL, {.data = data, .size = sizeof data, .width = 37, .height = 13}};

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)random_below(256);
    s.pixels.channels = 3;
    s.pixels.stride = (size_t)3 * 37;
    compare_all("pixels", &s, false);
}

int main(void)
{
    compare_pngs();
    compare_pixels();
    compare_long_rows(GRAY8, LONG_WIDTH);
    compare_long_rows(RGB8, LONG_WIDTH / 3); /* as they are, in bgr24 */
    printf("%s: %d checks, %d failed\n", failures ? "not ok" : "ok", checks, failures);
    return failures != 0;
}
