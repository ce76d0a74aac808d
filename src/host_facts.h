/* What JavaScript learns of a plan: numbers with names. What addon/ and wasm/ share. */
#ifndef PNG2BMP_HOST_FACTS_H
#define PNG2BMP_HOST_FACTS_H

#include "png2bmp.h"

/* A name in JavaScript, and where it is in the plan. */
#define HOST_FACTS(X)                                                                              \
    X(width, png.width)                                                                            \
    X(height, png.height)                                                                          \
    X(bitDepth, png.bit_depth)                                                                     \
    X(colorType, png.color_type)                                                                   \
    X(interlaced, png.interlaced)                                                                  \
    X(hasAlpha, png.has_alpha)                                                                     \
    X(format, bmp.format)                                                                          \
    X(bitsPerPixel, bmp.bits_per_pixel)                                                            \
    X(byteLength, bmp.byte_length)                                                                 \
    X(memory, memory)

enum {
#define HOST_FACT_INDEX(name, field) HOST_FACT_##name,
    HOST_FACTS(HOST_FACT_INDEX)
#undef HOST_FACT_INDEX
    HOST_FACTS_COUNT
};

/* The name of fact i; NULL behind the last. */
const char *host_fact_name(uint32_t i);

void host_facts_write(double facts[HOST_FACTS_COUNT], const png2bmp_plan *plan);

#endif
