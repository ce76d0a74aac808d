/* The first eight bytes of a PNG, and a message about bytes that are something else. */
#ifndef PNG2BMP_SIGNATURE_H
#define PNG2BMP_SIGNATURE_H

#include "base/opaque.h"

#define SIGNATURE_LENGTH 8

extern const uint8_t png_signature[SIGNATURE_LENGTH];

/* Whether the bytes start with a PNG signature (PNG specification, section 5.2). */
bool signature_is_png(const uint8_t *bytes, size_t size);

/* Whether signature_check needs no more bytes than these. */
bool signature_is_decided(const uint8_t *bytes, size_t size);

/* PNG2BMP_OK, or the error: ERR_PNG_SIGNATURE says what the bytes are and what to do,
 * ERR_PNG_TRUNCATED that they end inside the signature. */
png2bmp_status signature_check(const uint8_t *bytes, size_t size, png2bmp_report *report);

#endif
