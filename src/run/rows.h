/*
 * Samples in, a row of the output out: which functions of pixels.c, panel.c, mono.c and dither.c
 * are applied in turn, and the scratch rows between them.
 */
#ifndef PNG2BMP_ROWS_H
#define PNG2BMP_ROWS_H

#include "colour/to_srgb.h"
#include "pixels/panel.h"
#include "plan/steps.h"
#include "reduce/dither.h"
#include "reduce/mono.h"
#include "target.h"

typedef struct row_writer {
    const png2bmp_plan *plan;
    const kernels      *kernels;
    cancel_check       *cancel;
    row_steps           steps;
    row_fn              row;
    row_context         context;
    srgb_tables         srgb;     /* if samples are converted, and */
    uint8_t            *samples;  /* a piece of what they become */
    bool                bypasses; /* the cache */
    uint8_t            *colors;   /* a piece of a row between two steps */
    uint8_t            *line;     /* what is between two steps: see row_layout */
    uint8_t *holes;        /* way.has_key and needs_alpha, or watches_key: of the next piece, in the
                              group's indices, or of a row in memory of their own */
    uint8_t        key[3]; /* way.watches_key: as it is written */
    bool           is_watched; /* no pixel of this colour has been found yet */
    dither_rows    group;      /* rows that wait for more, and what becomes of them */
    uint8_t       *group_dst[DITHER_GROUP];
    unsigned       waiting; /* of them */
    uint32_t       above;   /* rows of the image that another writer has written */
    png2bmp_status failed;  /* way.is_exact: reported, and to be returned */
    mono_state     mono;
    dither_state   dither;
} row_writer;

/* In the error for a pixel that is not exact, of one that has the key's colour. */
#define ONLY_OF_HOLES "only transparent pixels get"

/* steps: those of the plan. memory: steps->memory bytes, which the caller keeps owning. cancel: is
 * asked between pieces of rows; what is written when it says yes is not whole. */
void rows_open(row_writer *writer, const png2bmp_plan *plan, const row_steps *steps,
               const kernels *kernels, void *memory, cancel_check *cancel);

/* Writes the pixels of `width` unfiltered samples; KERNEL_SLACK more bytes may be read after them.
 * If way.in_order, rows must come in the order of the image, and may be held back, to be written by
 * a later call: rows_flush has all of them written, for other threads as well, and returns an error
 * if a pixel had a colour that it may not have. */
void           rows_write(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width);
png2bmp_status rows_flush(row_writer *writer);

/* Must be called when the writer has been given the rows before `end`, or when they have been
 * written without it (writer: zeros): lets a strip leave when it is due, after the rows of it that
 * the writer holds back have been written. The only way for rows to leave. An error if writing was
 * cancelled, or as that of rows_flush. */
png2bmp_status rows_hand_on(row_writer *writer, row_target *target, uint32_t end);

#endif
