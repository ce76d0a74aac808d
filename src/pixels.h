/* Samples in, one BMP row out: the plain C definitions. */
#ifndef PNG2BMP_PIXELS_H
#define PNG2BMP_PIXELS_H

#include "kernels.h"

#define DECLARE_C(name, from, to) DECLARE_ROW(name, c)
ROW_KINDS(DECLARE_C)
#undef DECLARE_C

#endif
