/*
 * A run that has to wait for its PNG gives what one gives that never waits: bytes, warnings, errors
 * and their messages, wherever the data of the IDATs is cut.
 *
 * The linker replaces the functions below (--wrap): the inflater gets the data in pieces, and after
 * each piece there is no more for now. Before there is, what it was given is overwritten and freed.
 */
#include "check.h"
#include "make_png.h"
#include "plan/halves.h"
#include "png/png.h"
#include "run/run.h"

#define LONG_WIDTH (512 * 1024 + 11) /* of 8-bit gray: read in pieces, src/run/long_row.h */

/* ---- Data in pieces ----------------------------------------------------------------- */

static struct {
    bool           cuts;
    size_t         first, piece; /* sizes; 0: random */
    const uint8_t *data;         /* what the reader has returned, and the inflater has not had */
    size_t         left;
    uint8_t       *given;
    size_t         given_size;
    bool           is_first, was_asked, inflates, is_paused;
    unsigned       pauses;
} feed;

static size_t next_size(void)
{
    const size_t size = feed.is_first ? feed.first : feed.piece;

    feed.is_first = false;
    return size ? size : 1 + random_below(60);
}

static void take_back(void)
{
    if (feed.given_size)
        memset(feed.given, 0xee, feed.given_size);
    free(feed.given);
    feed.given = NULL;
    feed.given_size = 0;
}

static void end_pause(void)
{
    take_back();
    feed.is_paused = feed.was_asked = false;
}

void __real_idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size);
void __wrap_idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size);
void __wrap_idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size)
{
    if (!feed.cuts) {
        __real_idat_next(reader, bytes, size);
        return;
    }
    *bytes = NULL;
    *size = 0;
    if (feed.left == 0)
        __real_idat_next(reader, &feed.data, &feed.left);
    feed.is_paused = feed.inflates && feed.left > 0 && (feed.is_paused || feed.was_asked);
    if (feed.is_paused || feed.left == 0)
        return;
    take_back();
    feed.was_asked = true;
    feed.given_size = smaller(next_size(), feed.left);
    feed.given = exact_copy(feed.data, feed.given_size);
    feed.data += feed.given_size;
    feed.left -= feed.given_size;
    *bytes = feed.given;
    *size = feed.given_size;
}

bool __wrap_idat_is_waiting(const idat_reader *reader);
bool __wrap_idat_is_waiting(const idat_reader *reader)
{
    (void)reader;
    return feed.is_paused;
}

/* Only the inflater waits: whoever else asks gets all there is. */
inflate_status __real_inflate_rows(inflater *z, size_t row_bytes, size_t max_rows,
                                   const uint8_t **rows, size_t *count);
inflate_status __wrap_inflate_rows(inflater *z, size_t row_bytes, size_t max_rows,
                                   const uint8_t **rows, size_t *count);
inflate_status __wrap_inflate_rows(inflater *z, size_t row_bytes, size_t max_rows,
                                   const uint8_t **rows, size_t *count)
{
    inflate_status status;

    feed.inflates = true;
    status = __real_inflate_rows(z, row_bytes, max_rows, rows, count);
    feed.inflates = false;
    return status;
}

inflate_status __real_inflate_catch_up(inflater *z);
inflate_status __wrap_inflate_catch_up(inflater *z);
inflate_status __wrap_inflate_catch_up(inflater *z)
{
    inflate_status status;

    feed.inflates = true;
    status = __real_inflate_catch_up(z);
    feed.inflates = false;
    return status;
}

inflate_status __real_inflate_finish(inflater *z, bool *extra);
inflate_status __wrap_inflate_finish(inflater *z, bool *extra);
inflate_status __wrap_inflate_finish(inflater *z, bool *extra)
{
    inflate_status status;

    feed.inflates = true;
    status = __real_inflate_finish(z, extra);
    feed.inflates = false;
    return status;
}

/* ---- One run ------------------------------------------------------------------------- */

typedef struct outcome {
    png2bmp_status  status;
    png2bmp_report *report;
    uint8_t        *bmp;
} outcome;

static png2bmp_status collect(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    memcpy((uint8_t *)user + offset, bytes, size);
    return PNG2BMP_OK;
}

static png2bmp_status go_on(bmp_run *r)
{
    for (;;) {
        const png2bmp_status status = run_go_on(r);

        if (status != STATUS_WAITING)
            return status;
        check(feed.is_paused, "waits for nothing");
        feed.pauses++;
        end_pause();
    }
}

/* strip_bytes: 0: in memory as a whole. */
static outcome run_of(const png2bmp_plan *plan, const byte_buffer *png, uint64_t strip_bytes)
{
    outcome         o = {.report = must_have(png2bmp_report_new()),
                         .bmp = must_have(calloc(1, (size_t)plan->bmp.byte_length))};
    const png_file  file = png_file_of(png->bytes, png->size, &plan->options, o.report);
    const byte_sink sink = {collect, o.bmp};
    bmp_run        *r = must_have(malloc(sizeof *r));

    feed.left = 0;
    feed.is_first = true;
    feed.is_paused = feed.was_asked = false;
    o.status = strip_bytes ? run_begin_into(r, plan, &file, NULL, strip_bytes, sink, NULL)
                           : run_begin_to(r, plan, &file, NULL, o.bmp);
    if (!o.status)
        o.status = go_on(r);
    run_end(r);
    take_back();
    free(r);
    return o;
}

static void free_outcome(outcome *o)
{
    png2bmp_report_free(o->report);
    free(o->bmp);
}

/* ---- Comparing ------------------------------------------------------------------------ */

static bool same_finding(const png2bmp_finding *a, const png2bmp_finding *b)
{
    if (!a || !b)
        return !a && !b;
    return a->status == b->status && strcmp(a->message, b->message) == 0;
}

static bool same_reports(const png2bmp_report *a, const png2bmp_report *b)
{
    if (a->warning_count != b->warning_count)
        return false;
    for (unsigned i = 0; i < a->warning_count; i++)
        if (!same_finding(&a->warnings[i], &b->warnings[i]))
            return false;
    return same_finding(png2bmp_report_error(a), png2bmp_report_error(b));
}

static const char *message_of(const png2bmp_report *report)
{
    const png2bmp_finding *error = png2bmp_report_error(report);

    return error ? error->message : "no error";
}

static void compare_cut(const char *what, const png2bmp_plan *plan, const byte_buffer *png,
                        uint64_t strip_bytes, const outcome *expected)
{
    outcome o;

    feed.cuts = true;
    o = run_of(plan, png, strip_bytes);
    feed.cuts = false;
    check(o.status == expected->status && same_reports(o.report, expected->report),
          "%s, pieces of %zu and %zu: status %d, %s, %u warnings; without pauses %d, %s, %u", what,
          feed.first, feed.piece, (int)o.status, message_of(o.report), o.report->warning_count,
          (int)expected->status, message_of(expected->report), expected->report->warning_count);
    check(o.status || memcmp(o.bmp, expected->bmp, (size_t)plan->bmp.byte_length) == 0,
          "%s, format %d, dither %d, strips of %u bytes, pieces of %zu and %zu: other bytes", what,
          (int)plan->options.format, (int)plan->options.dither, (unsigned)strip_bytes, feed.first,
          feed.piece);
    free_outcome(&o);
}

/* In pieces of several sizes; of a small PNG also in two, cut at every byte. */
static void compare_cuts(const char *what, const png2bmp_plan *plan, const byte_buffer *png,
                         uint64_t strip_bytes)
{
    static const size_t sizes[] = {1, 2, 7, 0, 4096};
    outcome             expected = run_of(plan, png, strip_bytes);

    for (size_t i = png->size < 100000 ? 0 : 3; i < sizeof sizes / sizeof *sizes; i++) {
        feed.first = feed.piece = sizes[i];
        compare_cut(what, plan, png, strip_bytes, &expected);
    }
    feed.piece = SIZE_MAX;
    for (feed.first = 1; png->size < 1000 && feed.first < png->size; feed.first++)
        compare_cut(what, plan, png, strip_bytes, &expected);
    free_outcome(&expected);
}

static unsigned plans_failed;

static void compare(const char *what, const byte_buffer *png, const png2bmp_options *options)
{
    png2bmp_plan plan;

    if (png2bmp_plan_make(&plan, png->bytes, png->size, options, NULL)) {
        plans_failed++;
        return;
    }
    compare_cuts(what, &plan, png, 0);
    compare_cuts(what, &plan, png, 3 * plan.bmp.stride);
}

/* ---- Images --------------------------------------------------------------------------- */

/* Options that reach every way of writing rows; `which`: one of them. */
enum {
    WAYS = 12
};
static png2bmp_options options_of(unsigned which)
{
    png2bmp_options o;

    png2bmp_options_init(&o);
    o.top_down = which % 2;
    for (unsigned i = 0; i < 40; i++)
        for (unsigned k = 0; k < 3; k++)
            o.palette[i][k] = (uint8_t)(i * 6 + k);
    switch (which) {
    case 0:
    case 1:
        break;
    case 2:
        o.format = PNG2BMP_FORMAT_BGRA32;
        break;
    case 3:
        o.format = PNG2BMP_FORMAT_GRAY8;
        break;
    case 4:
        o.format = PNG2BMP_FORMAT_MONO1;
        o.dither = PNG2BMP_DITHER_FLOYD_STEINBERG;
        break;
    case 5:
        o.format = PNG2BMP_FORMAT_RGB565;
        break;
    case 6:
        o.format = PNG2BMP_FORMAT_RGB555;
        o.dither = PNG2BMP_DITHER_FLOYD_STEINBERG;
        break;
    case 7:
        o.format = PNG2BMP_FORMAT_RAW_RGBA;
        break;
    case 8: /* chosen when all of the image is there */
        o.format = PNG2BMP_FORMAT_INDEXED;
        o.colors = 16;
        break;
    case 9:
    case 10:
        o.format = which == 9 ? PNG2BMP_FORMAT_INDEXED : PNG2BMP_FORMAT_BGR24;
        o.palette_entries = 40;
        o.dither = PNG2BMP_DITHER_FLOYD_STEINBERG;
        break;
    default:
        o.salvage = true;
    }
    return o;
}

static void all_images(void)
{
    for (size_t type = 0; type < PNG_TYPE_COUNT; type++)
        for (unsigned interlaced = 0; interlaced < 2; interlaced++)
            for (unsigned way = 0; way < WAYS; way++) {
                const png2bmp_options options = options_of(way);
                image       im = image_random(type, 1 + random_below(17), 1 + random_below(14),
                                              interlaced, way % 3 == 0);
                byte_buffer png =
                    make_png(&im, FILTER_MIXED, (int)(way % 3) * 4, way % 2 ? 0 : 1000);

                if (takes_part())
                    compare(interlaced ? "an interlaced image" : "an image", &png, &options);
                free(png.bytes);
                image_free(&im);
            }
}

/* Several batches, several strips. */
static void large_images(void)
{
    for (unsigned way = 0; way < WAYS; way++) {
        const png2bmp_options options = options_of(way);
        image                 im = image_random(5, 500, 400, way % 4 == 3, false);
        byte_buffer           png = make_png(&im, FILTER_MIXED, 1, 50000);

        if (takes_part())
            compare("a large image", &png, &options);
        free(png.bytes);
        image_free(&im);
    }
}

static void long_rows(void)
{
    for (unsigned way = 0; way < 5; way++) {
        png2bmp_options options = options_of(way);
        image           im = image_random(3, LONG_WIDTH, 3, way == 1, false);
        byte_buffer     png = make_png(&im, FILTER_MIXED, 1, 100000);

        compare("long scanlines", &png, &options);
        free(png.bytes);
        image_free(&im);
    }
}

/* ---- Damage --------------------------------------------------------------------------- */

typedef enum damage {
    CUT_OFF,
    NO_TRAILER,
    WRONG_ADLER,
    FLIPPED_BIT,
    BAD_FILTER,
    BYTES_AFTER,
    LATE_IDAT,
    DAMAGES
} damage;

static byte_buffer damaged_png(const image *im, damage how)
{
    byte_buffer scanlines = make_scanlines(im, FILTER_MIXED), zlib, png = {0};

    if (how == BAD_FILTER) {
        const png2bmp_png_info info = {.width = im->width,
                                       .height = im->height,
                                       .bit_depth = (uint8_t)im->depth,
                                       .color_type = (png2bmp_color_type)im->color_type};
        const size_t           pitch = 1 + (size_t)png_scanline_bytes(im->width, &info);

        if (!im->interlaced)
            scanlines.bytes[random_below(im->height) * pitch] = 9;
    }
    zlib = zlib_stream(scanlines.bytes, scanlines.size, (int)random_below(7));
    if (how == CUT_OFF)
        zlib.size = random_below((uint32_t)zlib.size);
    if (how == NO_TRAILER)
        zlib.size -= 1 + random_below(5);
    if (how == WRONG_ADLER)
        zlib.bytes[zlib.size - 1] ^= 1;
    if (how == FLIPPED_BIT)
        zlib.bytes[random_below((uint32_t)zlib.size)] ^= (uint8_t)(1u << random_below(8));
    if (how == BYTES_AFTER)
        put_bytes(&zlib, "more", 4);
    put_before_pixels(&png, im);
    put_pixels(&png, &zlib, 1 + random_below(200));
    if (how == LATE_IDAT) {
        png.size -= random_below(2) * (12 + random_below(4));
        put_chunk(&png, "tEXt", "a", 1);
        put_chunk(&png, "IDAT", "b", 1);
    }
    if (random_below(4))
        put_chunk(&png, "IEND", NULL, 0);
    if (random_below(5) == 0)
        png.size -= 1 + random_below(30); /* the file ends in a chunk */
    if (random_below(5) == 0)
        png.bytes[png.size - 1 - random_below(40)] ^= 4; /* perhaps in a CRC */
    free(scanlines.bytes);
    free(zlib.bytes);
    return png;
}

enum {
    DAMAGED_ROUNDS = 250
};

static void damaged_images(void)
{
    for (unsigned round = 0; round < DAMAGED_ROUNDS; round++) {
        png2bmp_options options = options_of(round % WAYS);
        image im = image_random(round % PNG_TYPE_COUNT, 5 + random_below(9), 5 + random_below(9),
                                round % 4 == 3, false);
        byte_buffer png = damaged_png(&im, (damage)(round % DAMAGES));

        options.salvage = round % 3 == 0;
        options.strict = !options.salvage && round % 5 == 0;
        options.ignore_checksums = round % 7 == 0;
        if (takes_part())
            compare("a damaged image", &png, &options);
        free(png.bytes);
        image_free(&im);
    }
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
        unsigned may_fail; /* plans */
    } tests[] = {
        {"every type of image in every way, in pieces", all_images, 0},
        {"images of several batches, in pieces", large_images, 0},
        {"long scanlines, in pieces", long_rows, 0},
        {"damaged images get the same verdict in pieces", damaged_images, DAMAGED_ROUNDS / 10},
    };

    for (unsigned i = 0; i < sizeof tests / sizeof *tests; i++) {
        const int before = failures;

        feed.pauses = plans_failed = 0;
        tests[i].run();
        check(feed.pauses > 1000, "only %u pauses", feed.pauses);
        check(plans_failed <= tests[i].may_fail, "%u plans failed", plans_failed);
        printf("%s - %s (%u pauses)\n", failures == before ? "ok" : "not ok", tests[i].name,
               feed.pauses);
    }
    printf("# %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
