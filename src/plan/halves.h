/*
 * The plans of conversions that need the whole image before they can write a row, because colours
 * are chosen for it, or because rows must come in order and do not: the image is interlaced, or
 * turned by more than flop. Its first half converts to gray, R G B or R G B A in memory, turned,
 * its second from there to the BMP.
 */
#ifndef PNG2BMP_HALVES_H
#define PNG2BMP_HALVES_H

#include "base/opaque.h"

bool halves_are_needed(const png2bmp_plan *plan);

/* Whether the colours of the BMP have yet to be chosen; whether the image between is gray, or has
 * alpha. */
bool halves_choose_colors(const png2bmp_plan *plan);
bool halves_meet_in_gray(const png2bmp_plan *plan);
bool halves_meet_in_alpha(const png2bmp_plan *plan);

/* The first half: the turned image in gray, R G B or R G B A, top row first. */
png2bmp_plan halves_first(const png2bmp_plan *plan);

/* The second half: from such pixels to the BMP. Until colours are chosen, its palette is as large
 * as it can be. */
png2bmp_plan halves_second(const png2bmp_plan *plan);

/* Bytes of the image between the two; of its opaque pixels alone, R G B, if it has alpha. */
uint64_t halves_bytes(const png2bmp_plan *plan);
uint64_t halves_opaque_bytes(const png2bmp_plan *plan);

#endif
