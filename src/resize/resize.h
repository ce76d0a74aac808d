/*
 * Rows of an image of one size in, rows of another size out, as soon as they can be made. Light is
 * what is averaged, premultiplied with alpha: samples are those of sRGB, 8 bits each. Each row is
 * filtered across when it comes; of what that gives, as many rows are kept as one row is made of.
 */
#ifndef PNG2BMP_RESIZE_H
#define PNG2BMP_RESIZE_H

#include "base/cancel.h"
#include "base/kernels.h"
#include "fit.h"
#include "weights.h"

enum {
    RESIZE_MOST_CHANNELS = 4,
    RESIZE_PIECE = 256, /* columns that are added up together */
    RESIZE_CELLS = 4096 /* of light, in which samples are looked up */
};

typedef struct resize_spec {
    fit_sides          sides;
    unsigned           channels; /* 1: gray, 3: R G B, 4: R G B A */
    png2bmp_resampling kernel;
    uint8_t            bar[RESIZE_MOST_CHANNELS]; /* the pixels around the image */
} resize_spec;

/* Receives row y of the new image: spec.sides.x.canvas pixels, followed by KERNEL_SLACK readable
 * bytes. */
typedef png2bmp_status (*resize_row_fn)(void *user, const uint8_t *row, uint32_t y);

typedef struct resizer {
    resize_spec    spec;
    resize_row_fn  write;
    void          *user;
    cancel_check  *cancel;
    const kernels *kernels;
    bool           is_copied;           /* pixels are, and nothing is averaged */
    uint32_t       read, made, written; /* rows: of the image, of the new one, and with bars */
    weights_span   next;                /* what the next one is made of */

    /* In the caller's memory. */
    int16_t      *line; /* one row, in light, a plane per channel, each of line_pitch samples */
    int16_t      *kept; /* rows that are filtered across, in the same way, row_pitch apart */
    weights_span *columns;
    int16_t      *weights;      /* of each column: `taps` of them */
    int16_t      *row_weights;  /* of the next row */
    int16_t      *slot_weights; /* the same, in the order of `kept` */
    int32_t      *scratch;
    uint32_t     *cells; /* of light, and what a sample is looked up in */
    uint8_t      *row;   /* the new one */
    size_t        line_pitch, plane_pitch, row_pitch, taps, kept_rows;
    int16_t       light[256];
} resizer;

/* Bytes of memory that it needs; no overflow for sides of up to 2^31 - 1. */
uint64_t resize_memory(const resize_spec *spec);

/* memory: aligned as by malloc, owned by the caller. cancel: asked between pieces. */
void resize_open(resizer *r, const resize_spec *spec, const kernels *kernels, void *memory,
                 resize_row_fn write, void *user, cancel_check *cancel);

/* The next row, sides.x.from pixels. Passes on all rows that it completes; the last row completes
 * all of them. Stops where `write` does not return PNG2BMP_OK, or if it is cancelled. */
png2bmp_status resize_row(resizer *r, const uint8_t *pixels);

/* The rest of those rows, after STATUS_WAITING of `write`, which has taken its row. pixels: the
 * same. */
png2bmp_status resize_go_on(resizer *r, const uint8_t *pixels);

#endif
