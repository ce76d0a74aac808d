/* The memory of error diffusion: whole rows of errors, with several numbers per pixel, and a
 * margin. */
#ifndef PNG2BMP_DIFFUSION_H
#define PNG2BMP_DIFFUSION_H

#include <string.h>

#include "png2bmp.h"

/* Pixels around a row of errors, so that the neighbours of the first and the last pixel need no
 * special case. */
enum {
    DIFFUSION_MARGIN = 2
};

/* The type of an error is the user's. */
typedef struct diffusion_rows {
    void *error; /* of pixel 0 of this row */
    void *below; /* Atkinson: of the row below it */
} diffusion_rows;

/* Floyd and Steinberg look one row ahead, Atkinson two; others have no errors. DEFAULT: the caller
 * has already resolved it. */
static inline size_t diffusion_row_count(png2bmp_dither rule)
{
    switch (rule) {
    case PNG2BMP_DITHER_FLOYD_STEINBERG:
        return 1;
    case PNG2BMP_DITHER_ATKINSON:
        return 2;
    case PNG2BMP_DITHER_DEFAULT:
    case PNG2BMP_DITHER_ORDERED:
    case PNG2BMP_DITHER_NONE:
    case PNG2BMP_DITHER_COUNT:
        break;
    }
    return 0;
}

static inline size_t diffusion_row_bytes(size_t width, size_t pixel_bytes)
{
    return pixel_bytes * (width + 2 * DIFFUSION_MARGIN);
}

/* How many bytes diffusion_open needs. */
static inline size_t diffusion_bytes(png2bmp_dither rule, size_t width, size_t pixel_bytes)
{
    return diffusion_row_count(rule) * diffusion_row_bytes(width, pixel_bytes);
}

/* Rows without errors. Rows that a rule does not need are NULL. */
static inline diffusion_rows diffusion_open(png2bmp_dither rule, void *memory, size_t width,
                                            size_t pixel_bytes)
{
    uint8_t       *bytes = memory;
    diffusion_rows rows = {NULL, NULL};

    memset(bytes, 0, diffusion_bytes(rule, width, pixel_bytes));
    if (diffusion_row_count(rule) > 0)
        rows.error = bytes + pixel_bytes * DIFFUSION_MARGIN;
    if (diffusion_row_count(rule) > 1)
        rows.below =
            bytes + diffusion_row_bytes(width, pixel_bytes) + pixel_bytes * DIFFUSION_MARGIN;
    return rows;
}

#endif
