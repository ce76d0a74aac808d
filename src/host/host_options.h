/* Options as JavaScript passes them, and what JavaScript has to know about them: one table, for
 * both addon/ and wasm/. */
#ifndef PNG2BMP_HOST_OPTIONS_H
#define PNG2BMP_HOST_OPTIONS_H

#include "png2bmp.h"

typedef enum host_option_kind {
    HOST_CHOICE, /* a name from a list, passed as its index */
    HOST_FLAG,   /* 0 or 1 */
    HOST_NUMBER, /* a whole number, `least` to `most` */
    HOST_LIMIT,  /* a number from 0 on; Infinity is allowed */
    HOST_COLOR   /* 0xRRGGBB */
} host_option_kind;

/* A row for each option of the library: its name in JavaScript and its field, for CHOICE the list
 * of names (host_options.c) and how many there are, for NUMBER the least and the most. */
#define HOST_OPTIONS(CHOICE, FLAG, NUMBER, LIMIT, COLOR)                                           \
    CHOICE("format", format, formats, PNG2BMP_FORMAT_COUNT)                                        \
    CHOICE("alpha", alpha, alphas, PNG2BMP_ALPHA_COUNT)                                            \
    COLOR("background", background)                                                                \
    FLAG("topDown", top_down)                                                                      \
    CHOICE("depth16", depth16, depths16, PNG2BMP_DEPTH16_COUNT)                                    \
    CHOICE("dither", dither, dithers, PNG2BMP_DITHER_COUNT)                                        \
    NUMBER("threshold", threshold, 0, 255)                                                         \
    FLAG("invert", invert)                                                                         \
    FLAG("strict", strict)                                                                         \
    FLAG("ignoreChecksums", ignore_checksums)                                                      \
    LIMIT("maxPixels", max_pixels)                                                                 \
    LIMIT("maxMemory", max_memory)                                                                 \
    CHOICE("flag", exclusive, save_flags, 2)                                                       \
    FLAG("sync", sync)                                                                             \
    NUMBER("alphaThreshold", alpha_threshold, 1, 255)                                              \
    CHOICE("header", header, headers, PNG2BMP_HEADER_COUNT)                                        \
    CHOICE("profile", profile, profiles, PNG2BMP_PROFILE_COUNT)                                    \
    FLAG("fileHeader", file_header)                                                                \
    FLAG("salvage", salvage)                                                                       \
    NUMBER("bits", bits, 1, 8)                                                                     \
    NUMBER("colors", colors, 2, 256)                                                               \
    NUMBER("_xPixelsPerMeter", x_pixels_per_meter, 0, INT32_MAX)                                   \
    NUMBER("_yPixelsPerMeter", y_pixels_per_meter, 0, INT32_MAX)                                   \
    CHOICE("_cpu", cpu, kernels_level_name, PNG2BMP_CPU_COUNT)

enum {
#define HOST_OPTION_ONE(...) +1
    HOST_OPTIONS_COUNT = HOST_OPTIONS(HOST_OPTION_ONE, HOST_OPTION_ONE, HOST_OPTION_ONE,
                                      HOST_OPTION_ONE, HOST_OPTION_ONE)
#undef HOST_OPTION_ONE
};

/* The numbers that options are passed as: one for each, then the colours of options.palette,
 * 0xRRGGBB. */
#define HOST_VALUES_MOST (HOST_OPTIONS_COUNT + 256)

typedef struct host_option {
    const char      *name; /* in JavaScript */
    host_option_kind kind;
    size_t           offset, size;     /* of the field in png2bmp_options */
    const char *(*choice)(uint32_t i); /* HOST_CHOICE: the names, NULL at the end;
                                                 "" is not to be chosen */
    uint32_t least, most;              /* HOST_NUMBER; HOST_CHOICE: `most` is the last index */
} host_option;

extern const host_option host_options_all[HOST_OPTIONS_COUNT];

/* The defaults, one number per option. */
void host_options_defaults(double values[HOST_OPTIONS_COUNT]);

/* Reads the options from `count` numbers. False: they are invalid. */
bool host_options_read(png2bmp_options *options, const double *values, size_t count);

#endif
