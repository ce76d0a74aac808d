/* Options as JavaScript says them: packed into numbers, and the names of their values.
 * What addon/ and wasm/ share. */
#ifndef PNG2BMP_HOST_OPTIONS_H
#define PNG2BMP_HOST_OPTIONS_H

#include "png2bmp.h"

/* flags: from bit 0 on format (4 bits), alpha (2), depth16 (2), dither (2), top_down,
 * strict, ignore_checksums, invert, exclusive, sync (1 each); from bit 16 on threshold (8
 * bits), cpu (4). background: 0xRRGGBB. max_pixels, max_memory: 0 or more. False: a value
 * that is not known. */
bool host_options_unpack(uint32_t flags, uint32_t background, double max_pixels, double max_memory,
                         png2bmp_options *options);

/* The names of the values of one option, in the order of its enum. */
typedef struct host_names {
    const char        *option;
    const char *const *names; /* NULL: those of the table of formats */
    uint32_t           count;
} host_names;

#define HOST_NAMES_COUNT 5

extern const host_names host_names_all[HOST_NAMES_COUNT];

/* The name at `index`, which is below list->count. */
const char *host_names_value(const host_names *list, uint32_t index);

#endif
