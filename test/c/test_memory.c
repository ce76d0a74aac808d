/*
 * How much memory a conversion takes in addition to input and output: at most 1 MiB for any image
 * that is not interlaced, if its scanlines are at most 240 KiB long, and for longer ones at most
 * one scanline more; and of a BMP that is saved at most a strip. In memory it takes what the plan
 * announces, to the byte. The Makefile finds here what the linker replaces: __wrap_malloc,
 * __wrap_calloc and __wrap_free of counted_memory.h.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/opaque.h"
#include "check.h"
#include "counted_memory.h"
#include "plan/halves.h"
#include "plan/route.h"
#include "plan/sizes.h"
#include "png_writer.h"

#define MIB ((size_t)1024 * 1024)

/* A limit: what the plan announces. malloc gives a little more than requested. */
#define ANNOUNCED SIZE_MAX
#define ROUNDING 16384

/* ---- Images ------------------------------------------------------------------- */

/* Scanlines of zeros with a filter type that goes through all five. */
static byte_buffer make_png(const png2bmp_png_info *info)
{
    const size_t size = (size_t)png_all_scanlines_bytes(info);
    uint8_t     *scanlines = calloc(size, 1);
    byte_buffer  png = {0}, stream;

    if (!scanlines)
        abort();
    if (!info->interlaced) {
        const size_t pitch = size / info->height;

        for (size_t y = 0; y < info->height; y++)
            scanlines[y * pitch] = (uint8_t)(y % 5);
    }
    stream = zlib_stream(scanlines, size, 1);
    put_signature(&png);
    put_ihdr(&png, info);
    put_chunk(&png, "cICP", "\14\15\0\1", 4); /* Display P3 */
    if (info->color_type == PNG2BMP_PALETTE)
        put_chunk(&png, "PLTE", "\1\2\3\4\5\6", 6);
    put_idats(&png, stream.bytes, stream.size, SIZE_MAX);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines);
    free(stream.bytes);
    return png;
}

/* Of the next conversions. */
static png2bmp_color_space colors;
static uint32_t            width_asked;

static void tell(bool good, const char *what, const png2bmp_png_info *info, png2bmp_format format,
                 size_t peak)
{
    check(good, "%s: %u x %u, colour type %d, %u bit, %s, format %d: %zu bytes", what, info->width,
          info->height, (int)info->color_type, info->bit_depth,
          info->interlaced ? "interlaced" : "not interlaced", (int)format, peak);
}

typedef png2bmp_status (*convert_fn)(const png2bmp_plan *plan, const byte_buffer *png);

static png2bmp_status to_memory(const png2bmp_plan *plan, const byte_buffer *png)
{
    uint8_t       *bmp;
    png2bmp_status status;

    counted.on = false;
    bmp = malloc((size_t)plan->bmp.byte_length);
    counted.on = true;
    status = png2bmp_run(plan, png->bytes, png->size, bmp, NULL, NULL);
    counted.on = false;
    free(bmp);
    return status;
}

static png2bmp_status to_file(const png2bmp_plan *plan, const byte_buffer *png)
{
    char           path[64];
    png2bmp_status status;

    snprintf(path, sizeof path, "/tmp/png2bmp-memory-%ld.bmp", (long)getpid());
    status = png2bmp_save(path, plan, png->bytes, png->size, NULL, NULL);
    unlink(path);
    return status;
}

/* Choosing colours requires the whole image. */
static bool holds_image(const png2bmp_plan *plan)
{
    return plan->bmp.format == PNG2BMP_FORMAT_INDEXED && plan->png.color_type != PNG2BMP_GRAY &&
           plan->png.color_type != PNG2BMP_PALETTE;
}

/* The plan and the run compute memory by the same functions: without an image in between, which
 * other memory makes way for, they agree to the byte. */
static bool agrees(const png2bmp_plan *plan, convert_fn convert)
{
    return convert != to_memory || halves_are_needed(plan) || sizes_differ(plan) ||
           counted.requested == plan->memory;
}

static void measure(const char *what, convert_fn convert, const png2bmp_png_info *info,
                    png2bmp_format format, size_t limit)
{
    byte_buffer     png = make_png(info);
    png2bmp_options options;
    png2bmp_plan    plan;
    png2bmp_status  status;

    png2bmp_options_init(&options);
    options.format = format;
    options.max_pixels = UINT64_MAX;
    options.max_memory = UINT64_MAX;
    options.uncached = checks % 2;
    options.color_space = colors;
    options.width = width_asked;
    status = png2bmp_plan_make(&plan, png.bytes, png.size, &options, NULL);
    if (status == PNG2BMP_OK) {
        count_from_zero();
        status = convert(&plan, &png);
        counted.on = false;
        if (status == PNG2BMP_ERR_FORMAT) /* too many colours for a palette */
            status = PNG2BMP_OK;
        if (limit == ANNOUNCED || holds_image(&plan))
            limit = (size_t)plan.memory + ROUNDING;
        tell(status == PNG2BMP_OK && counted.peak <= limit && agrees(&plan, convert), what, info,
             format, counted.peak);
    } else {
        tell(false, png2bmp_status_text(status), info, format, 0);
    }
    free(png.bytes);
}

static const struct {
    png2bmp_color_type color_type;
    uint8_t            bit_depth, bytes;
} types[] = {
    {PNG2BMP_GRAY, 1, 1},        {PNG2BMP_GRAY, 2, 1},      {PNG2BMP_GRAY, 4, 1},
    {PNG2BMP_GRAY, 8, 1},        {PNG2BMP_GRAY, 16, 2},     {PNG2BMP_RGB, 8, 3},
    {PNG2BMP_RGB, 16, 6},        {PNG2BMP_PALETTE, 1, 1},   {PNG2BMP_PALETTE, 2, 1},
    {PNG2BMP_PALETTE, 4, 1},     {PNG2BMP_PALETTE, 8, 1},   {PNG2BMP_GRAY_ALPHA, 8, 2},
    {PNG2BMP_GRAY_ALPHA, 16, 4}, {PNG2BMP_RGB_ALPHA, 8, 4}, {PNG2BMP_RGB_ALPHA, 16, 8},
};

/* mono1 keeps the error of each pixel of a row. */
static size_t errors_of(const png2bmp_png_info *info, int format)
{
    return format == PNG2BMP_FORMAT_MONO1 ? sizeof(int16_t) * (size_t)info->width : 0;
}

/* Rows that are read in pieces: one of them is held. Others, two and a batch of a single one. */
static size_t most_for_wide(const png2bmp_png_info *info, int format)
{
    const size_t row = (size_t)png_scanline_bytes(info->width, info);

    return (row > LONG_ROW ? MIB + row : 2 * MIB) + errors_of(info, format);
}

int main(void)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (int format = 0; format < PNG2BMP_FORMAT_COUNT; format++) {
            const uint32_t   widths[] = {1, 1000, 240 * 1024 / types[i].bytes};
            png2bmp_png_info info = {.color_type = types[i].color_type,
                                     .bit_depth = types[i].bit_depth};

            if (!takes_part())
                continue;
            for (size_t w = 0; w < 3; w++) {
                info.width = widths[w];
                info.height = w == 2 ? 20 : 2000;
                measure("in memory", to_memory, &info, (png2bmp_format)format,
                        MIB + errors_of(&info, format));
            }
            info.width = 1000 * 1000;
            info.height = 2;
            measure("a very wide row", to_memory, &info, (png2bmp_format)format,
                    most_for_wide(&info, format));
            info.interlaced = true;
            measure("a very wide row", to_memory, &info, (png2bmp_format)format, ANNOUNCED);
            info.width = 1000;
            info.height = 2000;
            measure("as announced", to_memory, &info, (png2bmp_format)format, ANNOUNCED);
            info.interlaced = false;
            info.height = 20;
            colors = PNG2BMP_COLOR_SPACE_SRGB;
            measure("converted to sRGB, as announced", to_memory, &info, (png2bmp_format)format,
                    ANNOUNCED);
            colors = PNG2BMP_COLOR_SPACE_KEEP;
            width_asked = 300;
            measure("resized, as announced", to_memory, &info, (png2bmp_format)format, ANNOUNCED);
            info.interlaced = true;
            measure("resized, as announced", to_memory, &info, (png2bmp_format)format, ANNOUNCED);
            width_asked = 0;
            info.height = 2000;
            if (format != PNG2BMP_FORMAT_MONO1)
                measure("interlaced", to_memory, &info, (png2bmp_format)format, MIB);
        }
    }
    {
        const png2bmp_png_info wide = {
            .width = 1000 * 1000, .height = 2, .bit_depth = 8, .color_type = PNG2BMP_RGB};
        const png2bmp_png_info large = {
            .width = 30000, .height = 30000, .bit_depth = 1, .color_type = PNG2BMP_GRAY};
        const png2bmp_png_info color = {
            .width = 3000, .height = 2000, .bit_depth = 16, .color_type = PNG2BMP_RGB_ALPHA};

        measure("a wide row of the BMP itself", to_memory, &wide, PNG2BMP_FORMAT_BGR24, MIB);
        measure("saved", to_file, &large, PNG2BMP_FORMAT_INDEXED, 3 * MIB);
        measure("saved", to_file, &color, PNG2BMP_FORMAT_BGRA32, 3 * MIB);
    }
    printf("# %d measured, %d too large\n", checks, failures);
    return failures > 0;
}
