/*
 * Conversions that need the whole image before they can write a row, because colours are chosen for
 * it, or because rows must come in order and the image is interlaced. It is converted to gray or R
 * G B in memory, and from there to the BMP.
 */
#ifndef PNG2BMP_WHOLE_H
#define PNG2BMP_WHOLE_H

#include "png2bmp.h"

bool whole_is_needed(const png2bmp_plan *plan);

/* The first half: the same image in gray or R G B, top row first. */
png2bmp_plan whole_first(const png2bmp_plan *plan);

/* The second half: from such pixels to the BMP. Until colours are chosen, its palette is as large
 * as it can be. */
png2bmp_plan whole_second(const png2bmp_plan *plan);

/* Bytes of the image between the two. */
uint64_t whole_bytes(const png2bmp_plan *plan);

/* What is converted: a PNG, or pixels. */
typedef struct whole_source {
    const uint8_t        *png;
    size_t                size;
    const png2bmp_pixels *pixels; /* NULL: a PNG */
} whole_source;

/* As png2bmp_run and png2bmp_run_pixels. */
png2bmp_status whole_run(const png2bmp_plan *plan, const whole_source *source, uint8_t *bmp,
                         const png2bmp_control *control, png2bmp_report *report);

#endif
