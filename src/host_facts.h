/* The facts of a plan that JavaScript receives: named numbers, for both addon/ and wasm/. */
#ifndef PNG2BMP_HOST_FACTS_H
#define PNG2BMP_HOST_FACTS_H

#include "png2bmp.h"

/* A name in JavaScript, and where its value is in the plan. */
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
    X(memory, memory)                                                                              \
    X(xPixelsPerMeter, png.x_pixels_per_meter)                                                     \
    X(yPixelsPerMeter, png.y_pixels_per_meter)                                                     \
    X(gamma, png.about.gamma)                                                                      \
    X(isSrgb, png.about.is_srgb)                                                                   \
    X(hasCicp, png.about.has_cicp)                                                                 \
    X(primaries, png.about.cicp_primaries)                                                         \
    X(transfer, png.about.cicp_transfer)                                                           \
    X(matrix, png.about.cicp_matrix)                                                               \
    X(fullRange, png.about.cicp_full_range)                                                        \
    X(isHdr, png.about.is_hdr)                                                                     \
    X(profileNameAt, png.about.icc_name_at)                                                        \
    X(profileNameLength, png.about.icc_name_length)                                                \
    X(orientation, png.about.orientation)                                                          \
    X(frames, png.about.frames)                                                                    \
    X(colors, png.colors)

enum {
#define HOST_FACT_INDEX(name, field) HOST_FACT_##name,
    HOST_FACTS(HOST_FACT_INDEX)
#undef HOST_FACT_INDEX
    HOST_FACTS_COUNT
};

/* The name of fact i; NULL after the last. */
const char *host_fact_name(uint32_t i);

void host_facts_write(double facts[HOST_FACTS_COUNT], const png2bmp_plan *plan);

#endif
