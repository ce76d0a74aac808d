/* Everything in a BMP before its pixels: sizes, headers, palette. */
#ifndef PNG2BMP_BMP_H
#define PNG2BMP_BMP_H

#include "base/opaque.h"

/* The most bytes before the first row: both headers, and 256 palette entries. */
#define BMP_MAX_HEADER 1162

/* The sizes of a BMP of width x height pixels in `format` (not AUTO), with index_bits bits per
 * pixel in INDEXED, and without a profile. Never overflows; the caller checks whether byte_length
 * fits into the 32 bits of a BMP. */
png2bmp_bmp_info bmp_layout(png2bmp_format format, uint32_t width, uint32_t height,
                            unsigned index_bits, const png2bmp_options *options);

/* Writes plan->bmp.header_length bytes: headers and the palette. A RAW format and CONTAINER_ROWS
 * have neither. */
void bmp_write_header(uint8_t *dst, const png2bmp_plan *plan);

/* Bytes of `width` pixels of the output, without padding. */
uint64_t bmp_row_bytes(const png2bmp_plan *plan, size_t width);

/* Zeroes the bytes from the last pixel to the end of the row. */
void bmp_clear_padding(const png2bmp_plan *plan, uint8_t *row);

#endif
