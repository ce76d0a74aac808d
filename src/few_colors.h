/* The different colours of an image, as long as there are few. */
#ifndef PNG2BMP_FEW_COLORS_H
#define PNG2BMP_FEW_COLORS_H

#include "png2bmp.h"

enum {
    FEW_COLORS = 256,
    FEW_COLORS_SLOTS = 1024 /* of a hash table: a power of two */
};

typedef struct few_colors {
    unsigned count;
    uint32_t
        colors[FEW_COLORS]; /* in order of appearance: the bytes of a pixel, the first highest */
    uint16_t slots[FEW_COLORS_SLOTS]; /* places in colors, and 1; 0: free */
} few_colors;

/* Adds the colours of `pixels` R G B or R G B A pixels (3 or 4 channels) to a set that was zeros at
 * first. False: there would be more than `most` (up to FEW_COLORS). */
bool few_colors_add(few_colors *set, const uint8_t *samples, size_t pixels, unsigned channels,
                    unsigned most);

#endif
