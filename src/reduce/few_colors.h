/* The set of an image's colours, up to 256. */
#ifndef PNG2BMP_FEW_COLORS_H
#define PNG2BMP_FEW_COLORS_H

#include "base/cancel.h"

enum {
    FEW_COLORS = 256,
    FEW_COLORS_HALVES = 1 << 16
};

/*
 * A colour is its upper and its lower 16 bits. The halves that occur have numbers, from 1 on, and
 * each pair of numbers has a bit: a look-up takes the same time for any colours. (In a hash table
 * it would not for those that somebody chose to collide.)
 */
typedef struct few_colors {
    unsigned count, uppers, lowers;
    uint32_t colors[FEW_COLORS]; /* in order of appearance: a pixel's bytes, the first highest */
    uint16_t upper[FEW_COLORS_HALVES], lower[FEW_COLORS_HALVES]; /* numbers; 0: not there */
    uint64_t pairs[FEW_COLORS + 1][FEW_COLORS / 64 + 1];         /* by upper, then by lower */
} few_colors;

/* Adds the colours of `pixels` R G B or R G B A pixels (3 or 4 channels) to a set that was zeros at
 * first. Returns how many pixels were added: fewer, if the next one is a colour more than `most`
 * (up to FEW_COLORS), or if it was cancelled. */
size_t few_colors_add(few_colors *set, const uint8_t *samples, size_t pixels, unsigned channels,
                      unsigned most, cancel_check *cancel);

#endif
