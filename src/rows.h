/*
 * Samples in, a row of the output out: which functions of pixels.c, panel.c, mono.c and dither.c
 * do it, one after the other, and the scratch rows between them.
 */
#ifndef PNG2BMP_ROWS_H
#define PNG2BMP_ROWS_H

#include "dither.h"
#include "format.h"
#include "kernels.h"
#include "mono.h"
#include "panel.h"

typedef struct row_writer {
    const png2bmp_plan *plan;
    const kernels      *kernels;
    row_kind            kind;
    row_fn              row;
    second_step         step;
    bool                needs_alpha;
    row_context         context;
    uint8_t            *colors;  /* a piece of a row between two steps */
    uint8_t            *line;    /* a whole row between two steps */
    uint8_t            *indices; /* what becomes of it, a byte a pixel */
    mono_state          mono;
    dither_state        dither;
} row_writer;

/* Bytes of scratch memory that rows_open wants, aligned as malloc does it. */
uint64_t rows_memory(const png2bmp_plan *plan);

/* memory: rows_memory(plan) bytes that stay the caller's. */
void rows_open(row_writer *writer, const png2bmp_plan *plan, const kernels *kernels, void *memory);

/* Writes the pixels of `width` unfiltered samples, KERNEL_SLACK bytes behind which
 * may be read. Where rows_need_order, they come in the order of the image. */
void rows_write(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width);

/* Whether a row depends on those above it: dithering goes down the image. */
bool rows_need_order(const png2bmp_plan *plan);

/* The unfilter that gives rows of the output itself, because they hold the
 * scanline's bytes, or those bytes swapped; UNFILTER_COUNT where there is none. */
unfilter_kind rows_direct_unfilter(const png2bmp_plan *plan);

/* Bytes of `width` pixels of the output, without padding. */
uint64_t rows_bytes(const png2bmp_plan *plan, size_t width);

/* Zeroes the bytes from the last pixel to the next multiple of four. */
void rows_clear_padding(const png2bmp_plan *plan, uint8_t *row);

#endif
