#include "rows.h"

#include "bytes.h"
#include "colors.h"
#include "format.h"
#include "plan.h"
#include "row_choice.h"

/* Scratch rows begin on addresses that suit vectors, and kernels read behind them. */
static size_t scratch_row(size_t bytes)
{
    return (size_t)round_up(bytes + KERNEL_SLACK, 16);
}

/* A row that takes two steps takes them in pieces of so many pixels: what is between
 * the steps stays in the cache, and takes no more memory for a wider image. A
 * multiple of 8, so that pieces of packed samples begin on bytes. */
#define PIECE 2048

static second_step step_of(const png2bmp_plan *plan)
{
    return format_of(plan->bmp.format)->step;
}

static size_t colors_memory(const png2bmp_plan *plan)
{
    return step_of(plan) != STEP_NONE ? scratch_row(4 * PIECE) : 0;
}

static size_t luma_memory(const png2bmp_plan *plan)
{
    return step_of(plan) == STEP_BITS ? scratch_row(plan->png.width) : 0;
}

uint64_t rows_memory(const png2bmp_plan *plan)
{
    const uint64_t errors =
        step_of(plan) == STEP_BITS ? (uint64_t)mono_errors(plan->png.width) * sizeof(int) : 0;

    return colors_memory(plan) + luma_memory(plan) + errors;
}

void rows_open(row_writer *writer, const png2bmp_plan *plan, const kernels *kernels, void *memory)
{
    writer->plan = plan;
    writer->kernels = kernels;
    writer->kind = row_kind_of(plan);
    writer->row = kernels->row[writer->kind];
    writer->colors = memory;
    colors_prepare(&writer->context, plan);
    if (step_of(plan) == STEP_BITS) {
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
        write(writer, dst + x * pixel_bytes, samples + x / 8 * bits, smaller(width - x, PIECE));
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
    switch (step_of(writer->plan)) {
    case STEP_NONE:
        writer->row(dst, samples, width, &writer->context);
        break;
    case STEP_LUMA:
        write_in_pieces(writer, write_luma, dst, 1, samples, width);
        break;
    case STEP_BITS:
        write_in_pieces(writer, write_luma, writer->luma, 1, samples, width);
        mono_row(&writer->mono, dst, writer->luma, width);
        break;
    case STEP_RGB565:
        write_in_pieces(writer, write_rgb565, dst, 2, samples, width);
        break;
    case STEP_SWAP_RGB:
        write_in_pieces(writer, write_rgb, dst, 3, samples, width);
        break;
    case STEP_SWAP_RGBA:
        write_in_pieces(writer, write_rgba, dst, 4, samples, width);
        break;
    }
}

unfilter_kind rows_direct_unfilter(row_kind kind, png2bmp_format format)
{
    const format_row *row = format_of(format);

    return row->direct_row == kind ? row->direct_unfilter : UNFILTER_COUNT;
}

uint64_t rows_bytes(const png2bmp_plan *plan, size_t width)
{
    return ((uint64_t)width * plan->bmp.bits_per_pixel + 7) / 8;
}

void rows_clear_padding(const png2bmp_plan *plan, uint8_t *row)
{
    for (uint64_t i = rows_bytes(plan, plan->png.width); i < plan->bmp.stride; i++)
        row[i] = 0;
}
