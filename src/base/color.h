/* What the samples of an image are converted from: light, and a matrix. */
#ifndef PNG2BMP_COLOR_H
#define PNG2BMP_COLOR_H

#include <stdbool.h>
#include <stdint.h>

/* From a sample to light, both 0 to 1. In the form of ICC's parametric curves, type 4 (ICC.1:2022,
 * section 10.18): (a x + b)^g + e from d on, c x + f below; or sampled at i / 255, in between on
 * straight lines: so samples of 8 bits are exact. */
typedef struct color_curve {
    double   g, a, b, c, d, e, f;
    bool     is_sampled;
    uint16_t samples[256]; /* 65535 is 1 */
} color_curve;

typedef struct color_matrix {
    double m[3][3];
} color_matrix;

typedef struct color_space {
    bool         is_used; /* false: samples stay as they are */
    color_curve  curves[3];
    color_matrix matrix; /* from light in R G B to light in sRGB's; of gray, not used */

    /* What each gray level up to 8 bits or palette entry becomes, R G B. Such samples stay. */
    uint8_t stored[256][3];
} color_space;

#endif
