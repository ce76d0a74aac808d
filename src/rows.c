#include "rows.h"

#include "pixels.h"

/* Scratch rows begin on addresses that suit vectors, and kernels read behind them. */
static size_t scratch_row(size_t bytes)
{
    return (bytes + KERNEL_SLACK + 15) / 16 * 16;
}

static bool needs_colors(const png2bmp_plan *plan)
{
    switch (plan->bmp.format) {
    case PNG2BMP_FORMAT_BGR24:
    case PNG2BMP_FORMAT_BGRA32:
    case PNG2BMP_FORMAT_INDEXED:
        return false;
    default:
        return true;
    }
}

static size_t colors_memory(const png2bmp_plan *plan)
{
    return needs_colors(plan) ? scratch_row(4 * (size_t)plan->png.width) : 0;
}

static size_t luma_memory(const png2bmp_plan *plan)
{
    return plan->bmp.format == PNG2BMP_FORMAT_MONO1 ? scratch_row(plan->png.width) : 0;
}

size_t rows_memory(const png2bmp_plan *plan)
{
    const size_t errors =
        plan->bmp.format == PNG2BMP_FORMAT_MONO1 ? mono_errors(plan->png.width) * sizeof(int) : 0;

    return colors_memory(plan) + luma_memory(plan) + errors;
}

void rows_open(row_writer *writer, const png2bmp_plan *plan, const kernels *kernels, void *memory)
{
    writer->plan = plan;
    writer->kernels = kernels;
    writer->kind = pixels_row_kind(plan);
    writer->row = kernels->row[writer->kind];
    writer->colors = memory;
    pixels_prepare(&writer->context, plan);
    if (plan->bmp.format == PNG2BMP_FORMAT_MONO1) {
        writer->luma = writer->colors + colors_memory(plan);
        mono_open(&writer->mono, &plan->options, (int *)(writer->luma + luma_memory(plan)),
                  plan->png.width);
    }
}

/* The row kinds for luma are those that keep one byte a pixel. */
static bool gives_luma(const row_writer *writer)
{
    return writer->kind == ROW_index8_to_index8 || writer->kind == ROW_gray16_to_index8;
}

static const uint8_t *color_row(row_writer *writer, const uint8_t *samples, size_t width)
{
    writer->row(writer->colors, samples, width, &writer->context);
    return writer->colors;
}

static void write_luma(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    if (gives_luma(writer))
        writer->row(dst, samples, width, &writer->context);
    else
        panel_luma(dst, color_row(writer, samples, width), width);
}

/* Swapping R and B is its own inverse: the row functions of PNG's order serve. */
static void write_swapped(row_writer *writer, row_kind swap, uint8_t *dst, const uint8_t *samples,
                          size_t width)
{
    const uint8_t *colors = color_row(writer, samples, width);

    writer->kernels->row[swap](dst, colors, width, &writer->context);
}

void rows_write(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    switch (writer->plan->bmp.format) {
    case PNG2BMP_FORMAT_GRAY8:
        write_luma(writer, dst, samples, width);
        break;
    case PNG2BMP_FORMAT_MONO1:
        write_luma(writer, writer->luma, samples, width);
        mono_row(&writer->mono, dst, writer->luma, width);
        break;
    case PNG2BMP_FORMAT_RGB565:
        panel_rgb565(dst, color_row(writer, samples, width), width);
        break;
    case PNG2BMP_FORMAT_RAW_RGB:
        write_swapped(writer, ROW_rgb8_to_bgr24, dst, samples, width);
        break;
    case PNG2BMP_FORMAT_RAW_RGBA:
        write_swapped(writer, ROW_rgba8_to_bgra32, dst, samples, width);
        break;
    default:
        writer->row(dst, samples, width, &writer->context);
        break;
    }
}

unfilter_kind rows_direct_unfilter(row_kind kind, png2bmp_format format)
{
    static const struct {
        row_kind       kind;
        png2bmp_format format;
        unfilter_kind  unfilter;
    } direct[] = {
        {ROW_rgb8_to_bgr24, PNG2BMP_FORMAT_BGR24, UNFILTER_SWAP3},
        {ROW_rgb8_to_bgr24, PNG2BMP_FORMAT_RAW_RGB, UNFILTER_3},
        {ROW_rgba8_to_bgra32, PNG2BMP_FORMAT_BGRA32, UNFILTER_SWAP4},
        {ROW_rgba8_to_bgra32, PNG2BMP_FORMAT_RAW_RGBA, UNFILTER_4},
        {ROW_index8_to_index8, PNG2BMP_FORMAT_INDEXED, UNFILTER_1},
        {ROW_index8_to_index8, PNG2BMP_FORMAT_GRAY8, UNFILTER_1},
    };

    for (size_t i = 0; i < sizeof direct / sizeof direct[0]; i++) {
        if (direct[i].kind == kind && direct[i].format == format)
            return direct[i].unfilter;
    }
    return UNFILTER_COUNT;
}

size_t rows_bytes(const png2bmp_plan *plan, size_t width)
{
    return (width * plan->bmp.bits_per_pixel + 7) / 8;
}

void rows_clear_padding(const png2bmp_plan *plan, uint8_t *row)
{
    for (size_t i = rows_bytes(plan, plan->png.width); i < plan->bmp.stride; i++)
        row[i] = 0;
}
