/* ICC profiles that have curves and a matrix, or, for gray, a curve. */
#ifndef PNG2BMP_ICC_H
#define PNG2BMP_ICC_H

#include <stddef.h>

#include "base/color.h"

/* Sets curves and matrix of the space from the `size` bytes of a profile, 128 or more, for a gray
 * or a colour image. Returns NULL, or what is wrong with it, as the end of a sentence. The bytes
 * may be any. */
const char *icc_read(color_space *space, const uint8_t *bytes, size_t size, bool is_gray);

#endif
