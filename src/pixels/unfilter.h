/* Filtered scanlines in, samples out: the plain C definitions. See kernels.h. */
#ifndef PNG2BMP_UNFILTER_H
#define PNG2BMP_UNFILTER_H

#include "base/kernels.h"

#define DECLARE_C(name, bpp) DECLARE_UNFILTER(name, c)
UNFILTER_KINDS(DECLARE_C)
#undef DECLARE_C

/* The kind for a scanline whose pixels take `bits` bits. */
unfilter_kind unfilter_kind_for(unsigned bits);

#endif
