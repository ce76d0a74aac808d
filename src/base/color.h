/* What the samples of an image are converted from: light, and a matrix. */
#ifndef PNG2BMP_COLOR_H
#define PNG2BMP_COLOR_H

#include <stdbool.h>
#include <stdint.h>

#include "png2bmp.h"

/* Numbers of ITU-T H.273, tables 2 to 4, in cICP. */
enum {
    PRIMARIES_BT709 = 1,
    PRIMARIES_BT470M = 4,
    PRIMARIES_BT470BG = 5,
    PRIMARIES_BT601 = 6,
    PRIMARIES_SMPTE240M = 7,
    PRIMARIES_BT2020 = 9,
    PRIMARIES_DCI_P3 = 11,
    PRIMARIES_DISPLAY_P3 = 12,
    TRANSFER_BT709 = 1,
    TRANSFER_GAMMA22 = 4,
    TRANSFER_GAMMA28 = 5,
    TRANSFER_BT601 = 6,
    TRANSFER_LINEAR = 8,
    TRANSFER_SRGB = 13,
    TRANSFER_BT2020_10 = 14,
    TRANSFER_BT2020_12 = 15,
    TRANSFER_PQ = 16,
    TRANSFER_HLG = 18,
    MATRIX_RGB = 0
};

/* What encoders write into gAMA for sRGB: PNG specification, section 11.3.2.2. */
#define SRGB_GAMMA 45455

static inline bool color_type_is_gray(png2bmp_color_type type)
{
    return type == PNG2BMP_GRAY || type == PNG2BMP_GRAY_ALPHA;
}

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
