/* Curves between samples and light: color_curve, and sRGB's. */
#ifndef PNG2BMP_CURVE_H
#define PNG2BMP_CURVE_H

#include "base/color.h"

/* The light of sample x: 0 to 1, as x. */
double curve_at(const color_curve *curve, double x);

bool curve_equals(const color_curve *a, const color_curve *b);

/* light = sample^gamma. */
color_curve curve_of_gamma(double gamma);

/* IEC 61966-2-1; and the inverse of the camera's curve of BT.709, BT.601 and BT.2020. */
color_curve curve_srgb(void);
color_curve curve_bt709(void);

/* The sample of sRGB for light from 0 to 1: the inverse of curve_srgb. */
double curve_to_srgb(double light);

#endif
