/*
 * Against libpng: what both accept has the same pixels; where one refuses what the
 * other accepts, one of the rows in `differences` says so.
 */
#include <libdeflate.h>
#include <png.h>
#include <setjmp.h>

#include "fuzz.h"
#include "mutator.h"

const size_t mutator_head = FUZZ_OPTION_BYTES;

/* ---- libpng's verdict -------------------------------------------------------- */

typedef struct reading {
    const uint8_t *bytes;
    size_t         left;
    uint32_t       width, height;
    int            bit_depth;
    png_bytep      pixels; /* R G B A of 16 bits in this machine's order; NULL: refused */
    char           error[128];
} reading;

static void refuse(png_structp png, png_const_charp text)
{
    reading *r = png_get_error_ptr(png);

    snprintf(r->error, sizeof r->error, "%s", text);
    png_longjmp(png, 1);
}

/* libpng's warnings are not differences; it would print them. */
static void be_quiet(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* libpng allocates the length that a chunk announces before it checks whether the data is there. */
static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    (void)png;
    return size > 64u << 20 ? NULL : malloc(size);
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void take_bytes(png_structp png, png_bytep out, size_t size)
{
    reading *r = png_get_io_ptr(png);

    if (size > r->left)
        png_error(png, "the file ends");
    memcpy(out, r->bytes, size);
    r->bytes += size;
    r->left -= size;
}

/* libpng's limits on sides and on the number of chunks are off, and it accepts distances beyond the
 * window that the zlib header declares, as this project does. */
static void lift_limits(png_structp png)
{
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_cache_max(png, 0);
    png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
}

static void ask_for_rgba16(png_structp png, png_infop info)
{
    png_set_expand_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xffff, PNG_FILLER_AFTER);
    png_set_swap(png);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static void read_with_libpng(reading *r, bool ignore_checksums)
{
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, r, refuse, be_quiet, NULL,
                                               allocate, release);
    png_infop   info = png ? png_create_info_struct(png) : NULL;
    png_bytep volatile pixels = NULL;
    size_t stride;
    int    passes;

    FUZZ_CHECK(info, "out of memory");
    if (setjmp(png_jmpbuf(png))) {
        free(pixels);
        png_destroy_read_struct(&png, &info, NULL);
        return;
    }
    lift_limits(png);
    if (ignore_checksums) {
        png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
        png_set_option(png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    }
    png_set_read_fn(png, r, take_bytes);
    png_read_info(png, info);
    r->width = png_get_image_width(png, info);
    r->height = png_get_image_height(png, info);
    r->bit_depth = png_get_bit_depth(png, info);
    if ((uint64_t)r->width * r->height > FUZZ_MAX_PIXELS)
        png_error(png, "maxPixels");
    ask_for_rgba16(png, info);
    stride = png_get_rowbytes(png, info);
    FUZZ_CHECK(stride == (size_t)r->width * 8, "not RGBA of 16 bits");
    pixels = calloc(r->height, stride);
    FUZZ_CHECK(pixels, "out of memory");
    passes = png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < r->height; y++)
            png_read_row(png, pixels + y * stride, NULL);
    png_read_end(png, info);
    png_destroy_read_struct(&png, &info, NULL);
    r->pixels = pixels;
}

/* ---- libdeflate's verdict on the IDATs --------------------------------------- */

/* The zlib stream of a file that we accept, joined in `stream`, which has room for it. */
static size_t join_idats(uint8_t *stream, const uint8_t *png, size_t size)
{
    size_t joined = 0;

    for (size_t at = 8; size - at >= 12 && memcmp(png + at + 4, "IEND", 4) != 0;) {
        const size_t length = load_be32(png + at);

        if (length > size - at - 12)
            break; /* a truncated chunk after the IDATs */
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            memcpy(stream + joined, png + at + 8, length);
            joined += length;
        }
        at += 12 + length;
    }
    return joined;
}

/* Whether libdeflate finds nothing wrong in the scanlines of a file that we accept. */
static bool libdeflate_reads(const uint8_t *png, size_t size)
{
    static uint8_t scanlines[FUZZ_MAX_PIXELS * 10]; /* the narrowest images of 16-bit RGBA */
    static struct libdeflate_decompressor *decompressor;
    uint8_t                               *stream = fuzz_alloc(size);
    const size_t                           length = join_idats(stream, png, size);
    size_t                                 consumed, produced; /* without them: all or an error */
    enum libdeflate_result                 result;

    if (!decompressor)
        decompressor = libdeflate_alloc_decompressor();
    FUZZ_CHECK(decompressor && length > 2, "%zu bytes of IDATs", length);
    result = libdeflate_deflate_decompress_ex(decompressor, stream + 2, length - 2, scanlines,
                                              sizeof scanlines, &consumed, &produced);
    free(stream);
    return result == LIBDEFLATE_SUCCESS || result == LIBDEFLATE_INSUFFICIENT_SPACE;
}

/* ---- Where verdicts may differ ---------------------------------------------- */

/* Symbols without a meaning, and alphabets that contain them: zlib refuses them, we accept them as
 * libdeflate does. */
static const char *const meaningless[] = {"too many length or distance symbols",
                                          "invalid literal/length code", "invalid distance code"};

static bool is_meaningless(const char *error)
{
    for (size_t i = 0; i < sizeof meaningless / sizeof *meaningless; i++) {
        if (strstr(error, meaningless[i]))
            return true;
    }
    return false;
}

/* Rows of the table of decisions. `ours` is our error, or the warning with which we accept, `words`
 * a part of its message. `libpng` is a part of libpng's error, or NULL: it accepts. */
typedef struct difference {
    png2bmp_status ours;
    const char    *words;
    const char    *libpng;
} difference;

static const difference differences[] = {
    /* We refuse, libpng accepts: data that affects pixels must be intact. */
    {PNG2BMP_ERR_CRC, "tRNS", NULL},
    {PNG2BMP_ERR_CRC, "PLTE", NULL}, /* except in a palette image */
    /* libpng stops reading the stream when the pixels are complete. */
    {PNG2BMP_ERR_ADLER32, "", NULL},
    {PNG2BMP_ERR_DEFLATE, "", NULL},
    /* The order of chunks. */
    {PNG2BMP_ERR_CHUNK, "PLTE at byte", NULL}, /* after IDAT */
    {PNG2BMP_ERR_CHUNK, "not right after the other", NULL},
    {PNG2BMP_ERR_CHUNK, "before IHDR", NULL}, /* an unknown ancillary one */
    /* We accept with a warning, libpng refuses. */
    {PNG2BMP_ERR_END, "the file ends", ""}, /* whatever it says about the truncated chunk */
    {PNG2BMP_ERR_END, "there is no chunk", ""},
    {PNG2BMP_ERR_LATE_CHUNK, "", ""}, /* told once, of whatever comes behind the pixels */
    {PNG2BMP_ERR_END, "IEND has a wrong CRC", "IEND: CRC error"},
    {PNG2BMP_ERR_END, "IEND is not empty", "IEND: CRC error"},
    {PNG2BMP_ERR_EXTRA_DATA, "", "Not enough image data"}, /* the surplus is cut */
    {PNG2BMP_ERR_EXTRA_DATA, "", "IDAT: "},                /* and damage in it is not noticed */
    {PNG2BMP_ERR_STREAM_END, "", "Not enough image data"},
    {PNG2BMP_ERR_STREAM_END, "",
     "IDAT: invalid"}, /* symbols without a meaning, in a stream without an end */
    {PNG2BMP_ERR_CGBI, "", ""},
    /* We accept silently: PLTE is not checked except in a palette image. */
    {PNG2BMP_OK, "", "Invalid palette"},
};

static const char *words_of(const png2bmp_report *report, png2bmp_status status)
{
    if (report->error.status == status)
        return report->error.message;
    for (unsigned i = 0; i < report->warning_count; i++) {
        if (report->warnings[i].status == status)
            return report->warnings[i].message;
    }
    return NULL;
}

static bool is_known(const png2bmp_report *report, const reading *r, const uint8_t *png,
                     size_t size)
{
    const png2bmp_status error = report->error.status;

    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
        const difference *d = &differences[i];
        const char       *words = words_of(report, d->ours);

        if (!words || !strstr(words, d->words))
            continue;
        if (error ? !d->libpng && d->ours == error : d->libpng && strstr(r->error, d->libpng))
            return true;
    }
    return !error && is_meaningless(r->error) && libdeflate_reads(png, size);
}

/* ---- Expected pixels --------------------------------------------------------- */

static uint32_t reduce(uint32_t v, const png2bmp_options *options)
{
    return options->depth16 == PNG2BMP_DEPTH16_TRUNCATE ? v >> 8 : (v * 255 + 32767) / 65535;
}

static uint32_t blend(uint32_t v, uint32_t alpha, uint32_t background, uint32_t max)
{
    return (uint32_t)(((uint64_t)v * alpha + (uint64_t)background * (max - alpha) + max / 2) / max);
}

/* R G B A of one pixel, in the form that `plan` requires. */
static void expect_pixel(uint8_t rgba[4], const uint16_t *stored, const png2bmp_plan *plan)
{
    const png2bmp_options *options = &plan->options;
    const bool             deep = plan->png.bit_depth == 16;
    const bool             has_alpha_channel =
        plan->bmp.format == PNG2BMP_FORMAT_BGRA32 || plan->bmp.format == PNG2BMP_FORMAT_RAW_RGBA;

    for (unsigned i = 0; i < 4; i++) {
        uint32_t v = stored[i], background = i < 3 ? options->background[i] : 0;

        if (!has_alpha_channel && options->alpha == PNG2BMP_ALPHA_BLEND && i < 3)
            v = deep ? blend(v, stored[3], background * 257, 65535)
                     : blend(v / 257, stored[3] / 257u, background, 255) * 257;
        rgba[i] = (uint8_t)(deep ? reduce(v, options) : v / 257);
    }
}

static void check_pixels(const reading *r, const png2bmp_plan *plan, const uint8_t *bmp,
                         bool with_alpha)
{
    const bool   raw = plan->bmp.header_length == 0;
    const size_t bytes = plan->bmp.bits_per_pixel / 8u;

    for (uint32_t y = 0; y < r->height; y++) {
        const uint32_t  row = plan->options.top_down ? y : r->height - 1 - y;
        const uint8_t  *pixel = bmp + plan->bmp.header_length + row * plan->bmp.stride;
        const uint16_t *stored =
            (const uint16_t *)(const void *)r->pixels + (size_t)y * r->width * 4;

        for (uint32_t x = 0; x < r->width; x++, pixel += bytes, stored += 4) {
            uint8_t rgba[4];

            expect_pixel(rgba, stored, plan);
            for (unsigned i = 0; i < (with_alpha ? bytes : 3); i++)
                FUZZ_CHECK(pixel[!raw && i < 3 ? 2 - i : i] == rgba[i],
                           "(%u, %u) channel %u: %u, libpng %u", x, y, i,
                           pixel[!raw && i < 3 ? 2 - i : i], rgba[i]);
        }
    }
}

static void choose_format(png2bmp_options *options)
{
    static const png2bmp_format formats[] = {PNG2BMP_FORMAT_BGR24, PNG2BMP_FORMAT_BGRA32,
                                             PNG2BMP_FORMAT_RAW_RGB, PNG2BMP_FORMAT_RAW_RGBA};

    options->format = formats[options->format % 4];
    options->strict = false;
    options->color_space = PNG2BMP_COLOR_SPACE_KEEP;
    options->colors = options->palette_entries = 0;
    options->width = options->height = 0;
    options->rotate = PNG2BMP_ROTATE_0;
    options->flip = options->flop = false;
    if (options->alpha != PNG2BMP_ALPHA_DROP)
        options->alpha = PNG2BMP_ALPHA_BLEND;
    make_effective(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    png2bmp_options options;
    png2bmp_report  report;
    png2bmp_plan    plan;
    png2bmp_status  status;
    uint8_t        *bmp = NULL;
    reading         r = {.pixels = NULL};

    if (size < FUZZ_OPTION_BYTES)
        return 0;
    fuzz_options(&options, data);
    choose_format(&options);
    data += FUZZ_OPTION_BYTES;
    size -= FUZZ_OPTION_BYTES;
    png2bmp_report_clear(&report);
    status = png2bmp_plan_make(&plan, data, size, &options, &report);
    if (!status) {
        bmp = fuzz_output((size_t)plan.bmp.byte_length, 0);
        status = png2bmp_run(&plan, data, size, bmp, NULL, &report);
    }
    r.bytes = data;
    r.left = size;
    read_with_libpng(&r, options.ignore_checksums);
    FUZZ_CHECK((!status) == (r.pixels != NULL) || is_known(&report, &r, data, size),
               "%s: %s, %u warnings; libpng: %s", png2bmp_status_code(status), report.error.message,
               report.warning_count, r.pixels ? "accepts" : r.error);
    if (!status && r.pixels) {
        FUZZ_CHECK(plan.png.width == r.width && plan.png.height == r.height, "%u x %u", r.width,
                   r.height);
        /* Which of several bad tRNS chunks is reported cannot be compared. */
        if (!fuzz_warned(&report, PNG2BMP_ERR_TRANSPARENCY))
            check_pixels(&r, &plan, bmp, true);
    }
    free(r.pixels);
    free(bmp);
    return 0;
}
