/* What JavaScript receives, from addon/ and wasm/ alike: the facts of a plan, which are named
 * numbers, and the list of errors. */
#ifndef PNG2BMP_HOST_FACTS_H
#define PNG2BMP_HOST_FACTS_H

#include "base/opaque.h"

/* A name in JavaScript, and where its value is in the plan. Those after `colors` are properties of
 * readInfo's result as they are, undefined if they are 0. */
#define HOST_FACTS(X)                                                                              \
    X(width, bmp.width)                                                                            \
    X(height, bmp.height)                                                                          \
    X(bitDepth, png.bit_depth)                                                                     \
    X(colorType, png.color_type)                                                                   \
    X(interlaced, png.interlaced)                                                                  \
    X(hasAlpha, png.has_alpha)                                                                     \
    X(format, bmp.format)                                                                          \
    X(bitsPerPixel, bmp.bits_per_pixel)                                                            \
    X(byteLength, bmp.byte_length)                                                                 \
    X(memory, memory)                                                                              \
    X(xPixelsPerMeter, density.x)                                                                  \
    X(yPixelsPerMeter, density.y)                                                                  \
    X(gamma, about.gamma)                                                                          \
    X(isSrgb, about.is_srgb)                                                                       \
    X(hasCicp, about.has_cicp)                                                                     \
    X(primaries, about.cicp_primaries)                                                             \
    X(transfer, about.cicp_transfer)                                                               \
    X(matrix, about.cicp_matrix)                                                                   \
    X(fullRange, about.cicp_full_range)                                                            \
    X(isHdr, about.is_hdr)                                                                         \
    X(profileNameAt, about.icc_name_at)                                                            \
    X(profileNameLength, about.icc_name_length)                                                    \
    X(frames, about.frames)                                                                        \
    X(convertedFrom, bmp.converted_from)                                                           \
    X(colors, png.colors)                                                                          \
    X(orientation, about.orientation)

enum {
#define HOST_FACT_INDEX(name, field) HOST_FACT_##name,
    HOST_FACTS(HOST_FACT_INDEX)
#undef HOST_FACT_INDEX
    HOST_FACTS_COUNT
};

/* Status i of all that there are, errors first; PNG2BMP_OK after the last. */
png2bmp_status host_status(uint32_t i);

/* The name of fact i; NULL after the last. */
const char *host_fact_name(uint32_t i);

void host_facts_write(double facts[HOST_FACTS_COUNT], const png2bmp_plan *plan);

#endif
