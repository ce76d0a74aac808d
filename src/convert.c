/*
 * The story, from PNG to BMP.
 *
 * Plan: what the PNG is, what the BMP will be, and whether both are allowed.
 * Run:  IDAT bytes -> inflate -> a batch of scanlines -> unfilter -> samples ->
 *       pixels -> BMP rows, batch by batch while it is hot in the cache. Of what
 *       is behind, only the last scanline is kept: the prior row of the next.
 *
 * The parts (png, inflate, unfilter, pixels, adam7, bmp) do not know each other;
 * they meet here.
 */
#include "convert.h"

#include <stdlib.h>
#include <string.h>

#include "adam7.h"
#include "bmp.h"
#include "inflate.h"
#include "kernels.h"
#include "pixels.h"
#include "png.h"
#include "report.h"
#include "unfilter.h"

/* DEFLATE cannot expand more: 258 bytes from two bits, 1032 to 1. */
#define MAX_EXPANSION 1032

/* Scanlines that are unfiltered into scratch rows go in groups that stay in the
 * L2 cache: at most so many rows and bytes. */
#define GROUP_ROWS 8
#define GROUP_BYTES (256 * 1024)

/* ---- Plan ----------------------------------------------------------------- */

void png2bmp_options_init(png2bmp_options *options)
{
    *options = (png2bmp_options){
        .background = {255, 255, 255},
        .max_pixels = PNG2BMP_DEFAULT_MAX_PIXELS,
    };
}

static png2bmp_status check_options(const png2bmp_options *options, png2bmp_report *report)
{
    if ((unsigned)options->format >= PNG2BMP_FORMAT_COUNT ||
        (unsigned)options->alpha >= PNG2BMP_ALPHA_COUNT ||
        (unsigned)options->depth16 >= PNG2BMP_DEPTH16_COUNT ||
        (unsigned)options->cpu >= PNG2BMP_CPU_COUNT)
        return report_plain_error(report, PNG2BMP_ERR_OPTION);
    return PNG2BMP_OK;
}

static png_file file_of(const png2bmp_options *options, const uint8_t *png, size_t size,
                        png2bmp_report *report)
{
    return (png_file){.bytes = png,
                      .size = size,
                      .strict = options->strict,
                      .ignore_checksums = options->ignore_checksums,
                      .report = report};
}

static unsigned bits_per_pixel(const png2bmp_png_info *png)
{
    static const uint8_t channels[] = {
        [PNG2BMP_GRAY] = 1,       [PNG2BMP_RGB] = 3,       [PNG2BMP_PALETTE] = 1,
        [PNG2BMP_GRAY_ALPHA] = 2, [PNG2BMP_RGB_ALPHA] = 4,
    };

    return (unsigned)channels[png->color_type] * png->bit_depth;
}

/* Bytes of a scanline of `width` pixels, without its filter type. */
static uint64_t scanline_bytes(uint32_t width, const png2bmp_png_info *png)
{
    return ((uint64_t)width * bits_per_pixel(png) + 7) / 8;
}

/* Filter types included: what the zlib stream must hold. */
static uint64_t total_scanline_bytes(const png2bmp_png_info *png)
{
    uint64_t total = 0;

    if (!png->interlaced)
        return (scanline_bytes(png->width, png) + 1) * png->height;
    for (unsigned i = 0; i < ADAM7_PASSES; i++) {
        const adam7_pass pass = adam7_pass_of(i, png->width, png->height);

        if (pass.width > 0)
            total += (scanline_bytes(pass.width, png) + 1) * pass.height;
    }
    return total;
}

/* Indices can say everything there is: one value a pixel, and no more than 256
 * colours after blending. A 16-bit gray key is one colour too many. */
static bool can_be_indexed(const png2bmp_png_info *png, const png2bmp_options *options)
{
    if (png->color_type == PNG2BMP_GRAY)
        return png->bit_depth < 16 || !png->has_key || options->alpha == PNG2BMP_ALPHA_DROP;
    return png->color_type == PNG2BMP_PALETTE;
}

static png2bmp_format auto_format(const png2bmp_png_info *png)
{
    if (png->has_alpha)
        return PNG2BMP_FORMAT_BGRA32;
    return png->color_type == PNG2BMP_RGB ? PNG2BMP_FORMAT_BGR24 : PNG2BMP_FORMAT_INDEXED;
}

static png2bmp_status plan_format(png2bmp_plan *plan, png2bmp_report *report)
{
    const png2bmp_png_info *png = &plan->png;
    png2bmp_format          format = plan->options.format;

    if (format == PNG2BMP_FORMAT_AUTO)
        format = auto_format(png);
    if (format == PNG2BMP_FORMAT_INDEXED && !can_be_indexed(png, &plan->options))
        return report_error(report, PNG2BMP_ERR_FORMAT,
                            "'indexed' is for gray and palette images: colour type %d, %u bit%s "
                            "needs 'bgr24', 'bgra32' or 'auto'",
                            (int)png->color_type, png->bit_depth,
                            png->has_key ? " with a transparent colour" : "");
    plan->bmp =
        bmp_layout(format, png->width, png->height, png->bit_depth < 8 ? png->bit_depth : 8);
    return PNG2BMP_OK;
}

/* The one place where sizes are checked: behind it no arithmetic on them can
 * overflow. An image of at most 2^32 output bytes has less than 2^36 pixels, and
 * less than 2^40 bytes of scanlines. */
static png2bmp_status check_limits(const png2bmp_plan *plan, size_t size, png2bmp_report *report)
{
    const png2bmp_png_info *png = &plan->png;
    const uint64_t          pixels = (uint64_t)png->width * png->height;

    if (pixels > plan->options.max_pixels)
        return report_error(report, PNG2BMP_ERR_PIXEL_LIMIT,
                            "%u x %u is %llu pixels, maxPixels allows %llu", (unsigned)png->width,
                            (unsigned)png->height, (unsigned long long)pixels,
                            (unsigned long long)plan->options.max_pixels);
    if (plan->bmp.byte_length > UINT32_MAX || plan->bmp.byte_length > PTRDIFF_MAX)
        return report_error(report, PNG2BMP_ERR_OUTPUT_LIMIT,
                            "the BMP would have %llu bytes; the format ends at 4294967295",
                            (unsigned long long)plan->bmp.byte_length);
    if (total_scanline_bytes(png) / MAX_EXPANSION > size)
        return report_error(report, PNG2BMP_ERR_BOMB,
                            "%u x %u pixels cannot come out of %zu bytes: DEFLATE expands at most "
                            "1032 times",
                            (unsigned)png->width, (unsigned)png->height, size);
    return PNG2BMP_OK;
}

png2bmp_status png2bmp_plan_make(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                 const png2bmp_options *options, png2bmp_report *report)
{
    png2bmp_status status;
    png_file       file;

    if (options)
        plan->options = *options;
    else
        png2bmp_options_init(&plan->options);
    status = check_options(&plan->options, report);
    if (status)
        return status;
    file = file_of(&plan->options, png, size, report);
    status = png_read_info(&file, &plan->png, &plan->first_idat);
    if (!status)
        status = plan_format(plan, report);
    if (!status)
        status = check_limits(plan, size, report);
    return status;
}

/* ---- Run ------------------------------------------------------------------ */

typedef struct conversion {
    const png2bmp_plan    *plan;
    png_file               file;
    const png2bmp_control *control;
    row_target            *target;

    idat_reader reader;
    inflater   *inflater;

    unfilter_fn unfilter;
    row_fn      row;
    row_context context;
    bool        direct; /* unfilter writes the BMP row itself */
    bool        watch_indices;

    /* Scratch rows of `pitch` bytes: the prior scanline, then a group of them,
     * then (interlaced) one row of pixels before they are scattered. */
    uint8_t *scratch;
    size_t   pitch;
    size_t   group;
} conversion;

row_target target_at(uint8_t *base, uint32_t rows, const png2bmp_plan *plan)
{
    const ptrdiff_t stride = (ptrdiff_t)plan->bmp.stride;

    if (plan->options.top_down)
        return (row_target){.top = base, .step = stride, .rows = rows};
    return (row_target){.top = base + (rows - 1) * stride, .step = -stride, .rows = rows};
}

static uint8_t *target_row(const row_target *target, uint32_t y)
{
    return target->top + (ptrdiff_t)(y % target->rows) * target->step;
}

/* How many rows from y on lie one step from the next. In a target that is
 * written over, half of it at most, so that the row before y stays readable. */
static uint32_t target_run(const row_target *target, uint32_t y)
{
    const uint32_t left = target->rows - y % target->rows;
    const uint32_t half = target->rows > 1 ? target->rows / 2 : 1;

    return target->flush && half < left ? half : left;
}

static png2bmp_status target_filled(row_target *target, uint32_t end, uint32_t height)
{
    const uint32_t rows = (end - 1) % target->rows + 1;

    if (!target->flush || (rows < target->rows && end < height))
        return PNG2BMP_OK;
    return target->flush(target, end - rows, rows);
}

static size_t pixel_row_bytes(const png2bmp_plan *plan, uint32_t width)
{
    return (size_t)(((uint64_t)width * plan->bmp.bits_per_pixel + 7) / 8);
}

/* Rows end on a multiple of four bytes: at most three of padding. */
static void clear_padding(const png2bmp_plan *plan, uint8_t *row)
{
    for (size_t i = pixel_row_bytes(plan, plan->png.width); i < plan->bmp.stride; i++)
        row[i] = 0;
}

/* The unfilter that writes BMP rows itself, because they hold the scanline's
 * bytes, or those bytes swapped; UNFILTER_COUNT where there is none. The row
 * just written then is the prior row of the next. */
static unfilter_kind direct_unfilter(row_kind row)
{
    switch (row) {
    case ROW_rgb8_to_bgr24:
        return UNFILTER_SWAP3;
    case ROW_rgba8_to_bgra32:
        return UNFILTER_SWAP4;
    case ROW_index8_to_index8:
        return UNFILTER_1;
    default:
        return UNFILTER_COUNT;
    }
}

static size_t round_up(size_t n, size_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

static bool open_scratch(conversion *c, size_t row_bytes)
{
    const size_t pixels =
        c->plan->png.interlaced ? pixel_row_bytes(c->plan, c->plan->png.width) : 0;

    c->pitch = round_up(row_bytes, 16);
    c->group = GROUP_BYTES / c->pitch;
    if (c->group > GROUP_ROWS)
        c->group = GROUP_ROWS;
    if (c->group == 0)
        c->group = 1;
    if (c->direct)
        return true;
    c->scratch = malloc((1 + c->group) * c->pitch + pixels + KERNEL_SLACK);
    return c->scratch != NULL;
}

static void next_span(void *user, const uint8_t **bytes, size_t *size)
{
    idat_next(user, bytes, size);
}

static png2bmp_status open_conversion(conversion *c, const png2bmp_plan *plan, const uint8_t *png,
                                      size_t size, row_target *target,
                                      const png2bmp_control *control, png2bmp_report *report)
{
    const kernels      *kernels = kernels_for(plan->options.cpu);
    const row_kind      row = pixels_row_kind(plan);
    const unfilter_kind direct = direct_unfilter(row);
    const size_t        row_bytes = (size_t)scanline_bytes(plan->png.width, &plan->png);
    inflate_config      config;

    c->plan = plan;
    c->file = file_of(&plan->options, png, size, report);
    c->control = control;
    c->target = target;
    idat_open(&c->reader, &c->file, plan->first_idat);

    c->direct = direct != UNFILTER_COUNT && !plan->png.interlaced;
    c->unfilter =
        kernels->unfilter[c->direct ? direct : unfilter_kind_for(bits_per_pixel(&plan->png))];
    c->row = kernels->row[row];
    pixels_prepare(&c->context, plan);
    c->watch_indices = plan->png.color_type == PNG2BMP_PALETTE &&
                       plan->png.palette_entries < 1u << plan->png.bit_depth;
    c->scratch = NULL;

    config = (inflate_config){.source = {next_span, &c->reader},
                              .total_bytes = total_scanline_bytes(&plan->png),
                              .longest_row = row_bytes + 1,
                              .check_adler = !plan->options.ignore_checksums,
                              .kernels = kernels};
    c->inflater = inflate_open(&config);
    if (!c->inflater || !open_scratch(c, row_bytes))
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    return PNG2BMP_OK;
}

static void close_conversion(conversion *c)
{
    free(c->scratch);
    inflate_close(c->inflater);
}

/* ---- Scanlines ------------------------------------------------------------ */

/* An error of the inflater in words. A damaged chunk shows first as nonsense in
 * the data: the CRC is the better explanation. */
static png2bmp_status inflate_error(conversion *c, inflate_status status)
{
    png2bmp_report *report = c->file.report;
    uint32_t        stored, computed;
    png2bmp_status  known;

    if (status == INFLATE_OUT_OF_MEMORY)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    known = idat_diagnose(&c->reader);
    if (known)
        return known;
    switch (status) {
    case INFLATE_STARVED:
        return report_error(report, PNG2BMP_ERR_TRUNCATED,
                            "the IDAT chunks end at byte %zu, before the compressed data does",
                            c->reader.position);
    case INFLATE_SHORT:
        return report_error(report, PNG2BMP_ERR_TRUNCATED,
                            "the compressed data ends before the last scanline does");
    case INFLATE_BAD_HEADER:
        return report_plain_error(report, PNG2BMP_ERR_ZLIB);
    case INFLATE_BAD_ADLER:
        inflate_adler(c->inflater, &stored, &computed);
        return report_error(report, PNG2BMP_ERR_ADLER32,
                            "the pixel data is damaged: Adler-32 is %08x, computed %08x",
                            (unsigned)stored, (unsigned)computed);
    default:
        return report_error(report, PNG2BMP_ERR_DEFLATE,
                            "IDAT at byte %zu: the compressed data is not valid", c->reader.chunk);
    }
}

static png2bmp_status check_filter_types(conversion *c, const uint8_t *rows, size_t pitch,
                                         size_t count, uint32_t first)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned type = rows[i * pitch];

        if (type > 4) /* section 9.2 */
            return report_error(c->file.report, PNG2BMP_ERR_FILTER,
                                "scanline %llu has filter type %u; PNG has 0 to 4",
                                (unsigned long long)first + i, type);
    }
    return PNG2BMP_OK;
}

/* The next scanlines, at least one and at most max_rows; `first` is the number
 * of the first, for messages. */
static png2bmp_status next_scanlines(conversion *c, size_t row_bytes, uint32_t max_rows,
                                     uint32_t first, const uint8_t **rows, size_t *count)
{
    inflate_status status;

    if (c->control && c->control->cancelled && c->control->cancelled(c->control->user))
        return report_plain_error(c->file.report, PNG2BMP_ERR_CANCELLED);
    status = inflate_rows(c->inflater, row_bytes + 1, max_rows, rows, count);
    if (status)
        return inflate_error(c, status);
    return check_filter_types(c, *rows, row_bytes + 1, *count, first);
}

/* Unfilters a group into scratch rows: the first is at the returned address, the
 * next c->pitch behind. first: nothing stands above it. */
static const uint8_t *unfilter_group(conversion *c, const uint8_t *rows, size_t row_bytes,
                                     size_t count, bool first)
{
    uint8_t *prior = c->scratch;
    uint8_t *samples = c->scratch + c->pitch;

    c->unfilter(samples, (ptrdiff_t)c->pitch, rows, row_bytes, first ? NULL : prior, count);
    memcpy(prior, samples + (count - 1) * c->pitch, row_bytes);
    return samples;
}

/* Palette indices without an entry are black, and worth a word. */
static png2bmp_status check_indices(conversion *c, const uint8_t *samples, uint32_t width)
{
    const unsigned highest = pixels_highest_index(samples, width, c->plan->png.bit_depth);

    if (highest < c->plan->png.palette_entries)
        return PNG2BMP_OK;
    c->watch_indices = false;
    return report_warning(c->file.report, c->file.strict, PNG2BMP_ERR_PALETTE_INDEX,
                          "a pixel has palette index %u, the palette has %u entries: it is black",
                          highest, (unsigned)c->plan->png.palette_entries);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- Images that are not interlaced --------------------------------------- */

/* Writes `count` rows of the BMP, from y on, out of filtered scanlines. */
static png2bmp_status write_rows_directly(conversion *c, const uint8_t *rows, size_t row_bytes,
                                          uint32_t y, uint32_t count)
{
    uint8_t       *dst = target_row(c->target, y);
    const uint8_t *prior = y > 0 ? target_row(c->target, y - 1) : NULL;
    png2bmp_status status = PNG2BMP_OK;

    c->unfilter(dst, c->target->step, rows, row_bytes, prior, count);
    for (uint32_t i = 0; i < count && !status; i++, dst += c->target->step) {
        clear_padding(c->plan, dst);
        if (c->watch_indices)
            status = check_indices(c, dst, c->plan->png.width);
    }
    return status;
}

static png2bmp_status write_rows(conversion *c, const uint8_t *rows, size_t row_bytes, uint32_t y,
                                 uint32_t count)
{
    const uint32_t width = c->plan->png.width;
    const uint8_t *samples = unfilter_group(c, rows, row_bytes, count, y == 0);
    uint8_t       *dst = target_row(c->target, y);
    png2bmp_status status = PNG2BMP_OK;

    for (uint32_t i = 0; i < count && !status; i++) {
        if (c->watch_indices)
            status = check_indices(c, samples, width);
        c->row(dst, samples, width, &c->context);
        clear_padding(c->plan, dst);
        dst += c->target->step;
        samples += c->pitch;
    }
    return status;
}

/* One batch, in groups that the target and the scratch rows have room for. */
static png2bmp_status write_batch(conversion *c, const uint8_t *rows, size_t row_bytes, uint32_t y,
                                  size_t count)
{
    const uint32_t end = y + (uint32_t)count;
    png2bmp_status status = PNG2BMP_OK;

    while (y < end && !status) {
        uint32_t n = (uint32_t)smaller(end - y, target_run(c->target, y));

        if (c->direct) {
            status = write_rows_directly(c, rows, row_bytes, y, n);
        } else {
            n = (uint32_t)smaller(n, c->group);
            status = write_rows(c, rows, row_bytes, y, n);
        }
        rows += n * (row_bytes + 1);
        y += n;
        if (!status)
            status = target_filled(c->target, y, c->plan->png.height);
    }
    return status;
}

static png2bmp_status convert_sequential(conversion *c)
{
    const png2bmp_png_info *png = &c->plan->png;
    const size_t            row_bytes = (size_t)scanline_bytes(png->width, png);
    png2bmp_status          status = PNG2BMP_OK;

    for (uint32_t y = 0; y < png->height && !status;) {
        const uint8_t *rows;
        size_t         count;

        status = next_scanlines(c, row_bytes, png->height - y, y, &rows, &count);
        if (status)
            break;
        status = write_batch(c, rows, row_bytes, y, count);
        y += (uint32_t)count;
    }
    return status;
}

/* ---- Adam7 ---------------------------------------------------------------- */

/* One row of a pass to its places in the BMP. */
static void write_pass_row(conversion *c, const uint8_t *samples, const adam7_pass *pass,
                           uint32_t row)
{
    const unsigned bits = c->plan->bmp.bits_per_pixel;
    uint8_t       *dst = target_row(c->target, pass->y0 + row * pass->dy);
    uint8_t       *pixels = c->scratch + (1 + c->group) * c->pitch;

    if (pass->dx == 1) {
        c->row(dst, samples, pass->width, &c->context);
        return;
    }
    c->row(pixels, samples, pass->width, &c->context);
    if (bits < 8)
        adam7_scatter_bits(dst, pixels, pass);
    else
        adam7_scatter(dst, pixels, pass, bits / 8);
}

static png2bmp_status write_pass_rows(conversion *c, const uint8_t *rows, size_t row_bytes,
                                      const adam7_pass *pass, uint32_t y, uint32_t count)
{
    const uint8_t *samples = unfilter_group(c, rows, row_bytes, count, y == 0);
    png2bmp_status status = PNG2BMP_OK;

    for (uint32_t i = 0; i < count && !status; i++, samples += c->pitch) {
        if (c->watch_indices)
            status = check_indices(c, samples, pass->width);
        write_pass_row(c, samples, pass, y + i);
    }
    return status;
}

static png2bmp_status convert_pass(conversion *c, const adam7_pass *pass)
{
    const size_t   row_bytes = (size_t)scanline_bytes(pass->width, &c->plan->png);
    png2bmp_status status = PNG2BMP_OK;

    for (uint32_t y = 0; y < pass->height && !status;) {
        const uint8_t *rows;
        size_t         count;

        status = next_scanlines(c, row_bytes, pass->height - y, y, &rows, &count);
        while (!status && count > 0) {
            const uint32_t n = (uint32_t)smaller(count, c->group);

            status = write_pass_rows(c, rows, row_bytes, pass, y, n);
            rows += n * (row_bytes + 1);
            count -= n;
            y += n;
        }
    }
    return status;
}

/* What the passes do not write: padding, and the ground that single bits need. */
static void clear_target(const conversion *c)
{
    for (uint32_t y = 0; y < c->plan->png.height; y++) {
        if (c->plan->bmp.bits_per_pixel < 8)
            memset(target_row(c->target, y), 0, (size_t)c->plan->bmp.stride);
        else
            clear_padding(c->plan, target_row(c->target, y));
    }
}

static png2bmp_status convert_interlaced(conversion *c)
{
    png2bmp_status status = PNG2BMP_OK;

    clear_target(c);
    for (unsigned i = 0; i < ADAM7_PASSES && !status; i++) {
        const adam7_pass pass = adam7_pass_of(i, c->plan->png.width, c->plan->png.height);

        if (pass.width > 0)
            status = convert_pass(c, &pass);
    }
    return status;
}

/* ---- The end of the file -------------------------------------------------- */

static png2bmp_status finish(conversion *c)
{
    bool           extra_in_stream, extra_in_idats;
    inflate_status inflated = inflate_finish(c->inflater, &extra_in_stream);
    png2bmp_status status;

    if (inflated)
        return inflate_error(c, inflated);
    status = png_read_end(&c->reader, &extra_in_idats);
    if (status || (!extra_in_stream && !extra_in_idats))
        return status;
    return report_warning(c->file.report, c->file.strict, PNG2BMP_ERR_EXTRA_DATA,
                          "the IDAT chunks hold more data than %u x %u pixels need",
                          (unsigned)c->plan->png.width, (unsigned)c->plan->png.height);
}

png2bmp_status convert_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            row_target *target, const png2bmp_control *control,
                            png2bmp_report *report)
{
    conversion     c;
    png2bmp_status status = open_conversion(&c, plan, png, size, target, control, report);

    if (!status)
        status = png_check_unused_chunks(&c.file, plan->first_idat);
    if (!status)
        status = plan->png.interlaced ? convert_interlaced(&c) : convert_sequential(&c);
    if (!status)
        status = finish(&c);
    close_conversion(&c);
    return status;
}

void convert_header(uint8_t *dst, const png2bmp_plan *plan)
{
    row_context context;

    pixels_prepare(&context, plan);
    bmp_write_header(dst, plan, context.lut);
}

png2bmp_status png2bmp_run(const png2bmp_plan *plan, const uint8_t *png, size_t size, uint8_t *bmp,
                           const png2bmp_control *control, png2bmp_report *report)
{
    row_target target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);

    convert_header(bmp, plan);
    return convert_rows(plan, png, size, &target, control, report);
}
