#include "rows.h"

#include "pixels.h"
#include "plan.h"

/* Scratch rows begin on addresses that suit vectors, and kernels read behind them. */
static size_t scratch_row(size_t bytes)
{
    return (bytes + KERNEL_SLACK + 15) / 16 * 16;
}

/* A row that takes two steps takes them in pieces of so many pixels: what is between
 * the steps stays in the cache, and takes no more memory for a wider image. A
 * multiple of 8, so that pieces of packed samples begin on bytes. */
#define PIECE 2048

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
    return needs_colors(plan) ? scratch_row(4 * PIECE) : 0;
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

/* Writes a piece of a row: at most PIECE pixels. */
typedef void (*piece_fn)(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width);

static void write_in_pieces(row_writer *writer, piece_fn write, uint8_t *dst, size_t pixel_bytes,
                            const uint8_t *samples, size_t width)
{
    const size_t bits = plan_bits_per_pixel(&writer->plan->png);

    for (size_t x = 0; x < width; x += PIECE)
        write(writer, dst + x * pixel_bytes, samples + x / 8 * bits,
              width - x < PIECE ? width - x : PIECE);
}

static const uint8_t *color_piece(row_writer *writer, const uint8_t *samples, size_t width)
{
    writer->row(writer->colors, samples, width, &writer->context);
    return writer->colors;
}

static void write_luma(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    if (gives_luma(writer))
        writer->row(dst, samples, width, &writer->context);
    else
        panel_luma(dst, color_piece(writer, samples, width), width);
}

static void write_rgb565(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    panel_rgb565(dst, color_piece(writer, samples, width), width);
}

/* Swapping R and B is its own inverse: the row functions of PNG's order serve. */
static void write_rgb(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const row_fn swap = writer->kernels->row[ROW_rgb8_to_bgr24];

    swap(dst, color_piece(writer, samples, width), width, &writer->context);
}

static void write_rgba(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const row_fn swap = writer->kernels->row[ROW_rgba8_to_bgra32];

    swap(dst, color_piece(writer, samples, width), width, &writer->context);
}

void rows_write(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    switch (writer->plan->bmp.format) {
    case PNG2BMP_FORMAT_GRAY8:
        write_in_pieces(writer, write_luma, dst, 1, samples, width);
        break;
    case PNG2BMP_FORMAT_MONO1:
        write_in_pieces(writer, write_luma, writer->luma, 1, samples, width);
        mono_row(&writer->mono, dst, writer->luma, width);
        break;
    case PNG2BMP_FORMAT_RGB565:
        write_in_pieces(writer, write_rgb565, dst, 2, samples, width);
        break;
    case PNG2BMP_FORMAT_RAW_RGB:
        write_in_pieces(writer, write_rgb, dst, 3, samples, width);
        break;
    case PNG2BMP_FORMAT_RAW_RGBA:
        write_in_pieces(writer, write_rgba, dst, 4, samples, width);
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
