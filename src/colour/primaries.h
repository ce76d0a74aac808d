/* From primaries and a white point to the matrix between light in them and light in sRGB's. */
#ifndef PNG2BMP_PRIMARIES_H
#define PNG2BMP_PRIMARIES_H

#include "base/color.h"

/* CIE 1931 x and y of white, red, green and blue, as in cHRM. */
typedef struct primaries {
    double white[2], rgb[3][2];
} primaries;

/* The matrix, white to white (relative colorimetric). False: the numbers are not colours. */
bool primaries_matrix(color_matrix *matrix, const primaries *from);

/* The same from the X Y Z of red, green and blue (columns), adapted to D50, as in ICC profiles. */
bool primaries_matrix_of_xyz(color_matrix *matrix, const color_matrix *xyz);

extern const primaries primaries_bt709; /* those of sRGB */

#endif
