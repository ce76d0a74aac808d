/* What the chunks before the pixels say: IHDR, PLTE, tRNS, pHYs; the others are in about.h. */
#ifndef PNG2BMP_HEADER_CHUNKS_H
#define PNG2BMP_HEADER_CHUNKS_H

#include "chunk.h"

typedef struct seen_chunks {
    bool ihdr, plte, trns, phys;
} seen_chunks;

void header_clear(png2bmp_png_info *info);

/* Takes what a chunk says into info or about: of those that are used, after comparing the CRC.
 * seen: all false before the first. */
png2bmp_status header_read(const png_file *file, const chunk *c, png2bmp_png_info *info,
                           png2bmp_png_about *about, seen_chunks *seen);

/* Whether header_read compares the CRC of such chunks. */
bool header_uses(uint32_t type);

/* How many bytes of the chunk must be seen at once. */
size_t header_bytes_needed(const chunk *c);

#endif
