/* Apple's variant of PNG for iOS (a CgBI chunk before IHDR): deflate without zlib's header and
 * checksum, and samples as graphics hardware wants them: B G R, multiplied by alpha. Facts: "CgBI
 * file format", The iPhone Wiki; and the output of Xcode's pngcrush. */
#ifndef PNG2BMP_CGBI_H
#define PNG2BMP_CGBI_H

#include "png2bmp.h"

/* Whether samples have to be restored, as those of RGB and RGBA have. */
bool cgbi_has_own_samples(const png2bmp_png_info *png);

/* Converts one row in place to R G B (A), straight alpha. */
void cgbi_restore(uint8_t *samples, size_t width, const png2bmp_png_info *png);

#endif
