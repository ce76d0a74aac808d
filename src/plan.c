/* The first step: what the image is, what the BMP will be, and whether both are
 * allowed. Nothing is allocated. */
#include "plan.h"

#include <string.h>

#include "adam7.h"
#include "bmp.h"
#include "bytes.h"
#include "format.h"
#include "png.h"
#include "report.h"
#include "route.h"

/* DEFLATE cannot expand more: 258 bytes from two bits, 1032 to 1. */
#define MAX_EXPANSION 1032

/* Sizes that png2bmp_options may have had or will have: another one is no size. */
#define LEAST_OPTIONS offsetof(png2bmp_options, cpu)
#define MOST_OPTIONS 65536

/* ---- Options -------------------------------------------------------------- */

static const png2bmp_options defaults = {
    .background = {255, 255, 255},
    .max_pixels = PNG2BMP_DEFAULT_MAX_PIXELS,
    .max_memory = PNG2BMP_DEFAULT_MAX_MEMORY,
    .threshold = 128,
};

/* What of the caller's structure this library knows. */
static size_t known_size(size_t size)
{
    return smaller(size, sizeof(png2bmp_options));
}

void png2bmp_options_init_size(png2bmp_options *options, size_t size)
{
    memcpy(options, &defaults, known_size(size));
    options->size = size;
}

static png2bmp_status check_options(const png2bmp_options *options, png2bmp_report *report)
{
    if ((unsigned)options->format >= PNG2BMP_FORMAT_COUNT ||
        (unsigned)options->alpha >= PNG2BMP_ALPHA_COUNT ||
        (unsigned)options->depth16 >= PNG2BMP_DEPTH16_COUNT ||
        (unsigned)options->dither >= PNG2BMP_DITHER_COUNT ||
        (unsigned)options->cpu >= PNG2BMP_CPU_COUNT)
        return report_plain_error(report, PNG2BMP_ERR_OPTION);
    return PNG2BMP_OK;
}

/* ---- Sizes ---------------------------------------------------------------- */

unsigned plan_bits_per_pixel(const png2bmp_png_info *png)
{
    static const uint8_t channels[] = {
        [PNG2BMP_GRAY] = 1,       [PNG2BMP_RGB] = 3,       [PNG2BMP_PALETTE] = 1,
        [PNG2BMP_GRAY_ALPHA] = 2, [PNG2BMP_RGB_ALPHA] = 4,
    };

    return (unsigned)channels[png->color_type] * png->bit_depth;
}

uint64_t plan_scanline_bytes(uint32_t width, const png2bmp_png_info *png)
{
    return ((uint64_t)width * plan_bits_per_pixel(png) + 7) / 8;
}

uint64_t plan_total_scanline_bytes(const png2bmp_png_info *png)
{
    uint64_t total = 0;

    if (!png->interlaced)
        return (plan_scanline_bytes(png->width, png) + 1) * png->height;
    for (unsigned i = 0; i < ADAM7_PASSES; i++) {
        const adam7_pass pass = adam7_pass_of(i, png->width, png->height);

        if (pass.width > 0)
            total += (plan_scanline_bytes(pass.width, png) + 1) * pass.height;
    }
    return total;
}

/* ---- Format --------------------------------------------------------------- */

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
    const format_row       *row;

    if (format == PNG2BMP_FORMAT_AUTO)
        format = auto_format(png);
    row = format_of(format);
    if (row->palette == PALETTE_OF_IMAGE && !can_be_indexed(png, &plan->options))
        return report_error(report, PNG2BMP_ERR_FORMAT,
                            "'%s' is for gray and palette images: colour type %d, %u bit%s, "
                            "needs 'bgr24', 'bgra32' or 'auto'",
                            row->name, (int)png->color_type, png->bit_depth,
                            png->has_key ? " with a transparent colour" : "");
    if (row->top_down)
        plan->options.top_down = true;
    plan->bmp =
        bmp_layout(format, png->width, png->height, png->bit_depth < 8 ? png->bit_depth : 8);
    return PNG2BMP_OK;
}

/* ---- Limits --------------------------------------------------------------- */

/* The largest BMP: the format's limit, and what a destination in memory can have. A build that
 * hands out strips (wasm/) has no such destination. */
#ifdef PNG2BMP_STRIPS
#define MAX_OUTPUT UINT32_MAX
#else
#define MAX_OUTPUT (UINT32_MAX < PTRDIFF_MAX ? UINT32_MAX : PTRDIFF_MAX)
#endif

/* The one place where sizes are checked: behind it no arithmetic on them can
 * overflow. An image of at most 2^32 output bytes has at most 2^35 pixels, and
 * less than 2^40 bytes of scanlines. */
static png2bmp_status check_limits(const png2bmp_plan *plan, png2bmp_report *report)
{
    const png2bmp_png_info *png = &plan->png;
    const uint64_t          pixels = (uint64_t)png->width * png->height;

    if (pixels > plan->options.max_pixels)
        return report_error(report, PNG2BMP_ERR_PIXEL_LIMIT,
                            "%u x %u is %llu pixels; maxPixels allows %llu", (unsigned)png->width,
                            (unsigned)png->height, (unsigned long long)pixels,
                            (unsigned long long)plan->options.max_pixels);
    if (plan->bmp.byte_length > MAX_OUTPUT)
        return report_error(report, PNG2BMP_ERR_OUTPUT_LIMIT,
                            "the BMP would have %llu bytes; %s allows %llu",
                            (unsigned long long)plan->bmp.byte_length,
                            MAX_OUTPUT < UINT32_MAX ? "the address space" : "the format",
                            (unsigned long long)MAX_OUTPUT);
    return PNG2BMP_OK;
}

/* A scanline may be 64 times as long as the row that is made of it (16-bit RGBA to one bit), so a
 * small output is not enough. Several of its size are kept, none of them above 2^35 bytes: no
 * sum overflows. */
static png2bmp_status check_memory(const png2bmp_plan *plan, png2bmp_report *report)
{
    if (plan->memory > PTRDIFF_MAX)
        return report_error(report, PNG2BMP_ERR_OUT_OF_MEMORY,
                            "%u x %u pixels need more memory than this machine can address",
                            (unsigned)plan->png.width, (unsigned)plan->png.height);
    if (plan->memory > plan->options.max_memory)
        return report_error(report, PNG2BMP_ERR_MEMORY_LIMIT,
                            "%u x %u pixels need %llu bytes beyond input and output; maxMemory "
                            "allows %llu",
                            (unsigned)plan->png.width, (unsigned)plan->png.height,
                            (unsigned long long)plan->memory,
                            (unsigned long long)plan->options.max_memory);
    return PNG2BMP_OK;
}

static png2bmp_status check_expansion(const png2bmp_png_info *png, size_t size,
                                      png2bmp_report *report)
{
    if (plan_total_scanline_bytes(png) / MAX_EXPANSION <= size)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_BOMB,
                        "%u x %u pixels cannot come from %zu bytes: DEFLATE expands at most "
                        "1032 times",
                        (unsigned)png->width, (unsigned)png->height, size);
}

/* ---- The plan ------------------------------------------------------------- */

static png2bmp_status plan_options(png2bmp_plan *plan, const png2bmp_options *options,
                                   png2bmp_report *report)
{
    plan->options = defaults;
    if (options && (options->size < LEAST_OPTIONS || options->size > MOST_OPTIONS))
        return report_error(report, PNG2BMP_ERR_OPTION,
                            "the options were not set up with png2bmp_options_init");
    if (options)
        memcpy(&plan->options, options, known_size(options->size));
    return check_options(&plan->options, report);
}

/* From what the image is to what the BMP will be. */
static png2bmp_status plan_bmp(png2bmp_plan *plan, png2bmp_report *report)
{
    const png2bmp_status status = plan_format(plan, report);

    return status ? status : check_limits(plan, report);
}

png2bmp_status png2bmp_plan_make(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                 const png2bmp_options *options, png2bmp_report *report)
{
    png2bmp_status status = plan_options(plan, options, report);
    png_file       file;

    if (status)
        return status;
    file = png_file_of(png, size, &plan->options, report);
    status = png_parse_info(&file, &plan->png, &plan->first_idat);
    if (!status)
        status = plan_bmp(plan, report);
    if (!status)
        status = check_expansion(&plan->png, size, report);
    if (status)
        return status;
    plan->memory = route_memory(plan);
    return check_memory(plan, report);
}

/* ---- The plan of raw pixels ------------------------------------------------ */

/* Whether the last row ends inside the data; none of the products can overflow. */
static bool pixels_fit(const png2bmp_pixels *pixels)
{
    const uint64_t row = (uint64_t)pixels->width * pixels->channels;
    const uint64_t rows_before = pixels->height - 1;

    if (pixels->stride < row || pixels->size < row)
        return false;
    return rows_before == 0 || (pixels->size - row) / rows_before >= pixels->stride;
}

static png2bmp_status check_pixels(const png2bmp_pixels *pixels, png2bmp_report *report)
{
    const uint32_t max_side = 0x7fffffff;

    if (pixels->channels < 1 || pixels->channels > 4)
        return report_error(report, PNG2BMP_ERR_PIXELS, "%u channels: must be 1 to 4",
                            pixels->channels);
    if (pixels->width < 1 || pixels->width > max_side || pixels->height < 1 ||
        pixels->height > max_side)
        return report_error(report, PNG2BMP_ERR_PIXELS,
                            "the image is %u x %u: each side must be 1 to 2147483647",
                            (unsigned)pixels->width, (unsigned)pixels->height);
    if (!pixels_fit(pixels))
        return report_error(report, PNG2BMP_ERR_PIXELS,
                            "%u x %u pixels of %u channels in rows of %zu bytes do not fit into "
                            "%zu bytes",
                            (unsigned)pixels->width, (unsigned)pixels->height, pixels->channels,
                            pixels->stride, pixels->size);
    return PNG2BMP_OK;
}

/* What a PNG of these pixels would say of itself. */
static png2bmp_png_info info_of_pixels(const png2bmp_pixels *pixels)
{
    static const png2bmp_color_type types[] = {PNG2BMP_GRAY, PNG2BMP_GRAY_ALPHA, PNG2BMP_RGB,
                                               PNG2BMP_RGB_ALPHA};

    return (png2bmp_png_info){.width = pixels->width,
                              .height = pixels->height,
                              .bit_depth = 8,
                              .color_type = types[pixels->channels - 1],
                              .has_alpha = pixels->channels % 2 == 0};
}

png2bmp_status png2bmp_plan_pixels(png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                   const png2bmp_options *options, png2bmp_report *report)
{
    png2bmp_status status = plan_options(plan, options, report);

    if (!status)
        status = check_pixels(pixels, report);
    if (status)
        return status;
    plan->first_idat = 0;
    plan->png = info_of_pixels(pixels);
    status = plan_bmp(plan, report);
    if (status)
        return status;
    plan->memory = route_memory_of_pixels(plan);
    return check_memory(plan, report);
}
