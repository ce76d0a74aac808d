/* The first step: what the image is, what the BMP will be, and whether both are
 * allowed. Only to read an ICC profile is memory allocated. */
#include "plan.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/bmp.h"
#include "bmp/format.h"
#include "bmp/pixel_way.h"
#include "convert_colors.h"
#include "key.h"
#include "options.h"
#include "png/png.h"
#include "png/png_size.h"
#include "profile.h"
#include "route.h"
#include "sizes.h"
#include "turn.h"

/* DEFLATE cannot expand more: 258 bytes from two bits, 1032 to 1. */
#define MAX_EXPANSION 1032

/* ---- Format --------------------------------------------------------------- */

/* To lose alpha is a loss, unless the options say what else becomes of it. */
static png2bmp_format auto_format(const png2bmp_plan *plan)
{
    const png2bmp_alpha alpha = plan->options.alpha;
    const bool          keeps_alpha = alpha != PNG2BMP_ALPHA_DROP && alpha != PNG2BMP_ALPHA_KEY;

    if (plan->png.has_alpha && keeps_alpha)
        return PNG2BMP_FORMAT_BGRA32;
    return has_own_palette(plan) ? PNG2BMP_FORMAT_INDEXED : PNG2BMP_FORMAT_BGR24;
}

static unsigned bits_for(unsigned entries)
{
    return entries <= 2 ? 1 : entries <= 16 ? 4 : 8;
}

/* Without `bits`: what every value of the PNG's depth fits into, used or not. */
static unsigned default_bits(const png2bmp_png_info *png)
{
    return png->bit_depth < 8 ? bits_for(1u << png->bit_depth) : 8;
}

/* The fewest that the image's own indices or gray levels fit into. */
static unsigned least_bits(const png2bmp_png_info *png)
{
    const bool is_listed = png->color_type == PNG2BMP_PALETTE && png->bit_depth == 8;

    return is_listed ? bits_for(png->palette_entries) : default_bits(png);
}

/* The depth of an indexed BMP: as requested, or one that is sure to hold its colours. */
static png2bmp_status plan_index_bits(const png2bmp_plan *plan, unsigned *bits,
                                      png2bmp_report *report)
{
    const png2bmp_options  *options = &plan->options;
    const unsigned          given = key_entries(plan);
    const png2bmp_png_info *png = &plan->png;

    if (palette_kind_of(plan) == PALETTE_GIVEN) {
        *bits = options->bits ? options->bits : given ? bits_for(given) : 8;
        return PNG2BMP_OK;
    }
    *bits = options->bits ? options->bits : default_bits(png);
    if (*bits >= least_bits(png))
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_FORMAT,
                        "the image's own colours need %u bits: use 'colors' or 'palette' for fewer",
                        least_bits(png));
}

/* Of the image as it is. */
static png2bmp_status plan_own_format(png2bmp_plan *plan, png2bmp_report *report)
{
    unsigned       bits = 8;
    png2bmp_status status;

    status = options_check_effect(&plan->options, report);
    plan->bmp.format = plan->options.format;
    if (plan->bmp.format == PNG2BMP_FORMAT_AUTO)
        plan->bmp.format = auto_format(plan);
    if (!status && format_of(plan->bmp.format)->palette == PALETTE_OF_IMAGE)
        status = plan_index_bits(plan, &bits, report);
    if (status)
        return status;
    if (format_of(plan->bmp.format)->top_down)
        plan->options.top_down = true;
    plan->bmp =
        bmp_layout(plan->bmp.format, turn_width(plan), turn_height(plan), bits, &plan->options);
    return key_settle(plan, report);
}

/* Of another size it is that of its pixels, resized; whether rows may be missing has no effect on
 * it. */
static png2bmp_status plan_format(png2bmp_plan *plan, png2bmp_report *report)
{
    png2bmp_plan   second;
    png2bmp_status status;

    if (!sizes_differ(plan))
        return plan_own_format(plan, report);
    status = options_check_effect(&plan->options, report);
    if (status)
        return status;
    second = *plan;
    second.options.salvage = false;
    second = sizes_second(&second);
    status = plan_own_format(&second, report);
    plan->bmp = second.bmp;
    second.options.salvage = plan->options.salvage;
    sizes_copy(&second.options, &plan->options);
    plan->options = second.options;
    return status;
}

/* ---- Limits --------------------------------------------------------------- */

/* The largest BMP: the limit of the format, and of a destination in memory. A build that outputs
 * strips (wasm/) has no such destination. */
#ifdef PNG2BMP_STRIPS
#define MAX_OUTPUT UINT32_MAX
#else
#define MAX_OUTPUT (UINT32_MAX < PTRDIFF_MAX ? UINT32_MAX : PTRDIFF_MAX)
#endif

/* The only place where sizes are checked: after it no arithmetic on them can overflow. An image of
 * at most 2^32 output bytes has at most 2^35 pixels, and less than 2^40 bytes of scanlines. */
static png2bmp_status check_pixel_limit(const png2bmp_plan *plan, uint32_t width, uint32_t height,
                                        png2bmp_report *report)
{
    const uint64_t pixels = (uint64_t)width * height, most = plan->options.max_pixels;

    if (pixels <= most)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_PIXEL_LIMIT,
                        "%u x %u is %llu pixels; maxPixels allows %llu", (unsigned)width,
                        (unsigned)height, (unsigned long long)pixels, (unsigned long long)most);
}

/* The same bound for an image whose output is smaller. */
static png2bmp_status check_resized(const png2bmp_plan *plan, png2bmp_report *report)
{
    const png2bmp_png_info *png = &plan->png;

    if ((uint64_t)png->width * png->height > UINT64_C(1) << 35)
        return report_error(report, PNG2BMP_ERR_PIXEL_LIMIT,
                            "%u x %u is more than the 34359738368 pixels that can be resized",
                            (unsigned)png->width, (unsigned)png->height);
    return check_pixel_limit(plan, plan->bmp.width, plan->bmp.height, report);
}

static png2bmp_status check_limits(const png2bmp_plan *plan, png2bmp_report *report)
{
    png2bmp_status status = check_pixel_limit(plan, plan->png.width, plan->png.height, report);

    if (!status && sizes_differ(plan))
        status = check_resized(plan, report);
    if (status)
        return status;
    if (plan->bmp.byte_length > MAX_OUTPUT)
        return report_error(report, PNG2BMP_ERR_OUTPUT_LIMIT,
                            "the BMP would have %llu bytes; %s allows %llu",
                            (unsigned long long)plan->bmp.byte_length,
                            MAX_OUTPUT < UINT32_MAX ? "the address space" : "the format",
                            (unsigned long long)MAX_OUTPUT);
    return PNG2BMP_OK;
}

/* A scanline may be 64 times as long as the row made from it (16-bit RGBA to one bit), so a small
 * output does not imply short scanlines. Several buffers of that size are kept, none of them above
 * 2^35 bytes: no sum overflows. */
png2bmp_status plan_check_memory(const png2bmp_plan *plan, png2bmp_report *report)
{
    if (plan->memory > PTRDIFF_MAX)
        return report_error(report, PNG2BMP_ERR_OUT_OF_MEMORY,
                            "%u x %u pixels need more memory than this machine can address",
                            (unsigned)plan->png.width, (unsigned)plan->png.height);
    if (plan->memory > plan->options.max_memory && sizes_differ(plan))
        return report_error(report, PNG2BMP_ERR_MEMORY_LIMIT,
                            "%u x %u pixels, resized to %u x %u, need %llu bytes in addition to "
                            "input and output; maxMemory allows %llu",
                            (unsigned)plan->png.width, (unsigned)plan->png.height,
                            (unsigned)plan->bmp.width, (unsigned)plan->bmp.height,
                            (unsigned long long)plan->memory,
                            (unsigned long long)plan->options.max_memory);
    if (plan->memory > plan->options.max_memory)
        return report_error(report, PNG2BMP_ERR_MEMORY_LIMIT,
                            "%u x %u pixels need %llu bytes in addition to input and output; "
                            "maxMemory allows %llu",
                            (unsigned)plan->png.width, (unsigned)plan->png.height,
                            (unsigned long long)plan->memory,
                            (unsigned long long)plan->options.max_memory);
    return PNG2BMP_OK;
}

png2bmp_status plan_check_strip(const png2bmp_plan *plan, uint64_t strip, png2bmp_report *report)
{
    png2bmp_plan with = *plan;

    with.memory += strip;
    return plan_check_memory(&with, report);
}

png2bmp_status plan_check_png(const png2bmp_plan *plan, png2bmp_report *report)
{
    return plan->made_from == PLAN_OF_PNG ? PNG2BMP_OK
                                          : report_plain_error(report, PNG2BMP_ERR_PLAN);
}

static png2bmp_status check_expansion(const png2bmp_png_info *png, uint64_t size,
                                      png2bmp_report *report)
{
    if (png_all_scanlines_bytes(png) / MAX_EXPANSION <= size)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_BOMB,
                        "%u x %u pixels cannot come from %llu bytes: DEFLATE expands at most "
                        "1032 times",
                        (unsigned)png->width, (unsigned)png->height, (unsigned long long)size);
}

/* ---- The plan ------------------------------------------------------------- */

/* From what the image is to what the BMP will be. */
static png2bmp_status plan_bmp(png2bmp_plan *plan, png2bmp_report *report)
{
    png2bmp_status status;

    turn_plan(plan);
    status = plan_format(plan, report);
    return status ? status : check_limits(plan, report);
}

/* The profile comes last, since its bytes are decompressed. */
static png2bmp_status plan_profile(png2bmp_plan *plan, const png_file *file)
{
    const png2bmp_status status = profile_plan(plan, file);

    return status ? status : check_limits(plan, file->report);
}

/* The profile is written when the rows are, and their memory is free again. */
static uint64_t memory_of(const png2bmp_plan *plan)
{
    const uint64_t rows = route_memory(plan), profile = profile_memory(plan);

    return rows > profile ? rows : profile;
}

png2bmp_status plan_after_header(png2bmp_plan *plan, const png_file *file, uint64_t size)
{
    png2bmp_status status;

    plan->space.is_used = plan->is_srgb = plan->has_all_pixels = false;
    status = plan_bmp(plan, file->report);
    if (!status)
        status = check_expansion(&plan->png, size, file->report);
    if (!status)
        status = turn_warn(plan, file->report);
    if (!status)
        status = convert_colors_plan(plan, file);
    if (!status)
        status = plan_profile(plan, file);
    if (status)
        return status;
    plan->memory = memory_of(plan) + profile_kept_bytes(file);
    return plan_check_memory(plan, file->report);
}

png2bmp_plan *png2bmp_plan_new(void)
{
    return calloc(1, sizeof(png2bmp_plan));
}

void png2bmp_plan_free(png2bmp_plan *plan)
{
    free(plan);
}

png2bmp_status png2bmp_plan_make(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                 const png2bmp_options *options, png2bmp_report *report)
{
    png2bmp_status status = options_take(&plan->options, options, report);
    png_file       file;

    plan->made_from = PLAN_OF_NOTHING;
    if (status)
        return status;
    file = png_file_of(png, size, &plan->options, report);
    status = png_parse_info(&file, &plan->png, &plan->about, &plan->first_idat);
    if (!status)
        status = plan_after_header(plan, &file, size);
    if (!status)
        plan->made_from = PLAN_OF_PNG;
    return status;
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

/* By the number of channels less 1. */
static const png2bmp_color_type color_types[] = {PNG2BMP_GRAY, PNG2BMP_GRAY_ALPHA, PNG2BMP_RGB,
                                                 PNG2BMP_RGB_ALPHA};

/* What a PNG of these pixels would contain. */
static png2bmp_png_info info_of_pixels(const png2bmp_pixels *pixels)
{
    return (png2bmp_png_info){.width = pixels->width,
                              .height = pixels->height,
                              .bit_depth = 8,
                              .color_type = color_types[pixels->channels - 1],
                              .has_alpha = pixels->channels % 2 == 0};
}

png2bmp_status png2bmp_plan_pixels(png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                   const png2bmp_options *options, png2bmp_report *report)
{
    png2bmp_status status = options_take(&plan->options, options, report);

    plan->made_from = PLAN_OF_NOTHING;
    if (!status && plan->options.profile == PNG2BMP_PROFILE_EMBED)
        status = report_error(report, PNG2BMP_ERR_OPTION,
                              "profile 'embed' has no effect on pixels: they have no profile");
    if (!status && plan->options.rotate == PNG2BMP_ROTATE_EXIF)
        status = report_error(report, PNG2BMP_ERR_OPTION,
                              "rotate 'exif' has no effect on pixels: they have no Exif");
    if (!status)
        status = check_pixels(pixels, report);
    if (status)
        return status;
    plan->first_idat = 0;
    plan->space.is_used = plan->is_srgb = false;
    plan->has_all_pixels = true;
    plan->png = info_of_pixels(pixels);
    plan->about = (png2bmp_png_about){.gamma = 0};
    status = plan_bmp(plan, report);
    if (status)
        return status;
    plan->memory = route_memory_of_pixels(plan);
    status = plan_check_memory(plan, report);
    if (!status)
        plan->made_from = PLAN_OF_PIXELS;
    return status;
}

png2bmp_status plan_check_pixels(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                 png2bmp_report *report)
{
    const png2bmp_png_info *png = &plan->png;

    if (plan->made_from == PLAN_OF_PIXELS && pixels->width == png->width &&
        pixels->height == png->height && pixels->channels >= 1 && pixels->channels <= 4 &&
        color_types[pixels->channels - 1] == png->color_type && pixels_fit(pixels))
        return PNG2BMP_OK;
    return report_plain_error(report, PNG2BMP_ERR_PLAN);
}

/* ---- Facts ------------------------------------------------------------------ */

const png2bmp_png_info *png2bmp_plan_png(const png2bmp_plan *plan)
{
    return &plan->png;
}

const png2bmp_png_about *png2bmp_plan_about(const png2bmp_plan *plan)
{
    return &plan->about;
}

const png2bmp_bmp_info *png2bmp_plan_bmp(const png2bmp_plan *plan)
{
    return &plan->bmp;
}

uint64_t png2bmp_plan_memory(const png2bmp_plan *plan)
{
    return plan->memory;
}
