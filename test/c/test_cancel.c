/*
 * Cancellation is heard at any moment, in every mode: between two questions there is little work,
 * and whenever the answer is yes, the conversion ends with PNG2BMP_ERR_CANCELLED and asks little
 * more.
 */
#include <time.h>

#include "check.h"
#include "make_png.h"
#include "plan/plan.h"
#include "sanitized.h"

/* ---- Asking ------------------------------------------------------------------------------ */

typedef struct asked {
    unsigned count, yes_from; /* the answer is yes from that question on; 0: never */
    clock_t  last, longest;   /* processor time between two questions */
} asked;

static void take_time(asked *a)
{
    const clock_t now = clock();

    if (now - a->last > a->longest)
        a->longest = now - a->last;
    a->last = now;
}

static bool is_cancelled(void *user)
{
    asked *a = user;

    take_time(a);
    a->count++;
    return a->yes_from && a->count >= a->yes_from;
}

/* ---- Conversions --------------------------------------------------------------------------- */

typedef struct mode {
    const char     *name;
    png2bmp_options options;
    bool            is_interlaced, is_wide, is_cut, counts, is_fed;
    bool            has_texts, is_damaged; /* long chunks before and after the pixels; the first */
    size_t          type;                  /* of png_types */
} mode;

enum {
    GRAY8 = 3,
    RGB8 = 5,
    INDEX8 = 10
};

#define TEXT_BYTES (4u << 20)

/* After IHDR and before IEND. */
static byte_buffer with_texts(const byte_buffer *png, bool is_damaged)
{
    const size_t   first = 33, last = png->size - 12;
    uint8_t *const text = must_have(calloc(1, TEXT_BYTES));
    byte_buffer    out = {0};

    put_bytes(&out, png->bytes, first);
    put_chunk(&out, "tEXt", text, TEXT_BYTES);
    if (is_damaged)
        out.bytes[first] ^= 1; /* its length */
    put_bytes(&out, png->bytes + first, last - first);
    put_chunk(&out, "tEXt", text, TEXT_BYTES);
    put_bytes(&out, png->bytes + last, png->size - last);
    free(text);
    return out;
}

/* About a million pixels, or more than half of it. */
static byte_buffer png_of(const mode *m)
{
    image       im = image_random(m->type, m->is_wide ? 1 << 20 : 1001, m->is_wide ? 1 : 605,
                                  m->is_interlaced, false);
    byte_buffer png = make_png(&im, FILTER_MIXED, 1, 30000);

    if (m->is_cut)
        png.size /= 8;
    image_free(&im);
    if (m->has_texts) {
        const byte_buffer longer = with_texts(&png, m->is_damaged);

        free(png.bytes);
        return longer;
    }
    return png;
}

static png2bmp_status write_nowhere(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    (void)user, (void)bytes, (void)size, (void)offset;
    return PNG2BMP_OK;
}

static png2bmp_status convert_fed(const mode *m, const byte_buffer *png,
                                  const png2bmp_control *control)
{
    const png2bmp_sink sink = {.write = write_nowhere};
    png2bmp_feed  *feed = must_have(png2bmp_feed_new(&m->options, png->size, &sink, control, NULL));
    png2bmp_status status = png2bmp_feed_bytes(feed, png->bytes, png->size);

    if (!status)
        status = png2bmp_feed_finish(feed);
    png2bmp_feed_free(feed);
    return status;
}

static png2bmp_status convert(const mode *m, const byte_buffer *png, asked *a)
{
    const png2bmp_control control = {.cancelled = is_cancelled, .user = a};
    png2bmp_plan          plan;
    png2bmp_status        status;
    uint8_t              *bmp;

    a->last = clock();
    if (m->is_fed)
        return convert_fed(m, png, &control);
    status = png2bmp_plan_make(&plan, png->bytes, png->size, &m->options, NULL);
    a->last = clock();
    if (status)
        return status;
    if (m->counts)
        return png2bmp_count_colors(&plan, png->bytes, png->size, &control, NULL);
    bmp = must_have(malloc((size_t)plan.bmp.byte_length));
    a->last = clock();
    status = png2bmp_run(&plan, png->bytes, png->size, bmp, &control, NULL);
    take_time(a);
    free(bmp);
    return status;
}

enum {
    TRIES = 12
};

/* The processor may be taken from one stretch of work, and time is counted in its name: all tries
 * but one may be off. Once is enough to count the questions, which is all that MemorySanitizer's
 * run needs. */
static void check_stretches(const mode *m, const byte_buffer *png, unsigned *questions)
{
    double least = 1;

    for (int i = 0; i < (MSAN ? 1 : TRIES) && least >= 0.4; i++) {
        asked                a = {0};
        const clock_t        start = clock();
        const png2bmp_status status = convert(m, png, &a);
        const double         share = (double)a.longest / (double)(clock() - start + 1);

        check(!status, "%s: %s", m->name, png2bmp_status_text(status));
        least = share < least ? share : least;
        *questions = a.count;
    }
    check(MSAN || least < 0.4, "%s, dither %d: %.0f %% of the time go by without a question",
          m->name, (int)m->options.dither, 100 * least);
    check(*questions >= 9, "%s: %u questions", m->name, *questions);
}

static void check_moments(const mode *m, const byte_buffer *png, unsigned questions)
{
    for (unsigned i = 0; i < 6; i++) {
        asked a = {.yes_from = i ? 1 + random_below(questions) : questions};

        const png2bmp_status status = convert(m, png, &a);

        check(status == PNG2BMP_ERR_CANCELLED, "%s, cancelled at question %u of %u: %s", m->name,
              a.yes_from, questions, png2bmp_status_text(status));
        check(a.count == a.yes_from, "%s, cancelled at question %u of %u: asked %u times", m->name,
              a.yes_from, questions, a.count);
    }
}

static void check_mode(mode m)
{
    byte_buffer png;
    unsigned    questions = 0;

    if (!takes_part())
        return;
    png = png_of(&m);
    check_stretches(&m, &png, &questions);
    check_moments(&m, &png, questions);
    free(png.bytes);
}

static mode mode_of(const char *name, png2bmp_format format, size_t type)
{
    mode m = {.name = name, .type = type};

    init_options(&m.options);
    m.options.format = format;
    return m;
}

/* ---- Modes ----------------------------------------------------------------------------------- */

static void check_formats(bool is_interlaced, bool is_wide)
{
    static const png2bmp_format formats[] = {PNG2BMP_FORMAT_BGR24, PNG2BMP_FORMAT_BGRA32,
                                             PNG2BMP_FORMAT_GRAY8, PNG2BMP_FORMAT_MONO1,
                                             PNG2BMP_FORMAT_RGB565};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        mode m = mode_of(is_interlaced ? "an interlaced image" : "an image", formats[i], RGB8);

        m.is_interlaced = is_interlaced;
        m.is_wide = is_wide;
        check_mode(m);
    }
}

static void give_palette(png2bmp_options *options, unsigned entries)
{
    options->palette_entries = (uint16_t)entries;
    for (unsigned i = 0; i < 3 * entries; i++)
        options->palette[i / 3][i % 3] = (uint8_t)random_below(256);
}

static void check_dithers(bool is_wide)
{
    for (int dither = PNG2BMP_DITHER_FLOYD_STEINBERG; dither < PNG2BMP_DITHER_COUNT; dither++) {
        for (uint16_t entries = 2; entries < 100; entries += 60) {
            mode m = mode_of("a palette", PNG2BMP_FORMAT_INDEXED, GRAY8);

            m.is_wide = is_wide;
            m.options.dither = (png2bmp_dither)dither;
            give_palette(&m.options, entries);
            check_mode(m);
        }
    }
}

/* Rows are read from their ends, or from columns. */
static void check_turns(bool is_wide)
{
    for (int i = 0; i < 4; i++) {
        mode m = mode_of("turned", i % 2 ? PNG2BMP_FORMAT_INDEXED : PNG2BMP_FORMAT_RGB565, RGB8);

        m.is_wide = is_wide;
        m.options.rotate = i / 2 ? PNG2BMP_ROTATE_90 : PNG2BMP_ROTATE_180;
        m.options.dither = PNG2BMP_DITHER_FLOYD_STEINBERG;
        m.options.colors = i % 2 ? 62 : 0;
        check_mode(m);
    }
}

static void check_choosing(void)
{
    mode m = mode_of("chosen colours", PNG2BMP_FORMAT_INDEXED, RGB8);

    m.options.colors = 256;
    check_mode(m);
    m = mode_of("the image's own colours", PNG2BMP_FORMAT_INDEXED, GRAY8);
    m.is_interlaced = true;
    check_mode(m);
    m = mode_of("counting colours", PNG2BMP_FORMAT_BGR24, INDEX8);
    m.counts = true;
    check_mode(m);
}

static void check_salvage(void)
{
    mode m = mode_of("missing rows", PNG2BMP_FORMAT_INDEXED, RGB8);

    m.is_cut = true;
    m.options.salvage = true;
    m.options.palette_entries = 20;
    for (unsigned i = 0; i < 60; i++)
        m.options.palette[i / 3][i % 3] = (uint8_t)(4 * i);
    check_mode(m);
    m.is_interlaced = true;
    check_mode(m);
}

/* Once per 64 KiB of what has only its CRC computed. */
static void check_long_chunks(void)
{
    for (int i = 0; i < 4; i++) {
        mode        m = mode_of("long chunks", PNG2BMP_FORMAT_BGR24, GRAY8);
        byte_buffer png;
        asked       a = {0};

        m.has_texts = true;
        m.is_fed = i % 2;
        m.options.salvage = m.is_damaged = i / 2;
        png = png_of(&m);
        check(!convert(&m, &png, &a), "%s", m.name);
        check(a.count >= TEXT_BYTES / 65536 * (m.is_fed ? 2 : 1), "%s: %u questions", m.name,
              a.count);
        check_moments(&m, &png, a.count);
        free(png.bytes);
    }
}

static void check_sizes(bool is_wide)
{
    static const uint32_t widths[] = {50, 1700};

    for (size_t i = 0; i < 4; i++) {
        mode m = mode_of("another size", PNG2BMP_FORMAT_BGR24, RGB8);

        m.is_wide = is_wide;
        m.options.width = widths[i % 2];
        m.options.height = is_wide ? 3 : 0;
        m.options.kernel = (png2bmp_resampling)(i / 2);
        m.options.fit = PNG2BMP_FIT_FILL;
        check_mode(m);
    }
}

/* What holds rows back, so that one that was cut short could be read. MemorySanitizer sees that,
 * and is slow: these alone are checked there. */
static void check_waiting_rows(void)
{
    check_dithers(false);
    check_dithers(true);
    check_turns(false);
    check_turns(true);
}

static void check_others(void)
{
    check_formats(false, false);
    check_formats(true, false);
    check_formats(false, true);
    check_choosing();
    check_salvage();
    check_long_chunks();
    check_sizes(false);
    check_sizes(true);
}

int main(void)
{
    check_waiting_rows();
    if (!MSAN)
        check_others();
    printf("%s: %d checks, %d failed\n", failures ? "not ok" : "ok", checks, failures);
    return failures != 0;
}
