/* The options, a row each: what the plan, the addon, WebAssembly and lib/ have to know about them.
 * Help and meaning are in lib/types.d.ts and cli/options.js: test/option-table.test.js holds both
 * to this table. */
#ifndef PNG2BMP_OPTION_TABLE_H
#define PNG2BMP_OPTION_TABLE_H

#include "png2bmp.h"

/* What an option may apply to: its name in the table, its words in errors, after "'invert' applies
 * only to", and when it holds, asked of `options` and the row `format` of the chosen format. */
#define OPTION_SCOPES(SCOPE)                                                                       \
    SCOPE(ALL, "", true)                                                                           \
    SCOPE(MONO, "'mono1'", format->step == STEP_BITS)                                              \
    SCOPE(INDEXED, "'indexed'", format->palette == PALETTE_OF_IMAGE)                               \
    SCOPE(PALETTED, "'indexed' and 'bgr24'",                                                       \
          format->palette == PALETTE_OF_IMAGE || format->takes_palette)                            \
    SCOPE(REDUCED, "'mono1', 'rgb565', 'rgb555', 'colors' and 'palette'",                          \
          format->dithers || options->palette_entries || options->colors)                          \
    SCOPE(MATCHED, "'colors' and 'palette'", options->palette_entries || options->colors)          \
    SCOPE(DITHERED, "a 'dither' other than 'none'", options_dither(options, format))               \
    SCOPE(SEEN, "a 'palette' with 'seen'", options->has_seen)                                      \
    SCOPE(KEY, "alpha 'key'", options->alpha == PNG2BMP_ALPHA_KEY)                                 \
    SCOPE(ROWS, "container 'rows'", options->container == PNG2BMP_CONTAINER_ROWS)                  \
    SCOPE(SIZED, "a 'size'", options->width || options->height)                                    \
    SCOPE(BMP, "BMPs: raw pixels and bare rows have no header",                                    \
          format->header != HEADER_NONE && options->container != PNG2BMP_CONTAINER_ROWS)           \
    SCOPE(NOT_RAW, "BMPs, not to raw pixels", format->header != HEADER_NONE)

/* Each row begins with the name in JavaScript, the field, what it applies to, and (unless it is a
 * choice, whose default is its first name) the default. A default outside the range means: not
 * given.
 *
 *   CHOICE   how many there are, and their names by value; "" is not to be chosen
 *   NAMES    the same, by a function
 *   FLAG     false or true
 *   NUMBER   a whole number; the least and the most
 *   LIMIT    a number from 0 on; Infinity is allowed
 *   COLOR    R, G and B
 *   PALETTE  the field of their number, and that of the colours */
/* clang-format off */
#define OPTION_TABLE(CHOICE, NAMES, FLAG, NUMBER, LIMIT, COLOR, PALETTE)                           \
    NAMES("format", format, ALL, PNG2BMP_FORMAT_COUNT, host_format_name)                           \
    CHOICE("alpha", alpha, ALL, PNG2BMP_ALPHA_COUNT,                                               \
           [PNG2BMP_ALPHA_BLEND] = "blend", [PNG2BMP_ALPHA_DROP] = "drop",                         \
           [PNG2BMP_ALPHA_KEY] = "key", [PNG2BMP_ALPHA_PREMULTIPLY] = "premultiply")               \
    COLOR("background", background, ALL, 255, 255, 255)                                            \
    FLAG("topDown", top_down, ALL, false)                                                          \
    CHOICE("depth16", depth16, ALL, PNG2BMP_DEPTH16_COUNT,                                         \
           [PNG2BMP_DEPTH16_ROUND] = "round", [PNG2BMP_DEPTH16_TRUNCATE] = "truncate")             \
    NUMBER("bits", bits, INDEXED, 0, 1, 8)                                                         \
    NUMBER("colors", colors, INDEXED, 0, 2, 256)                                                   \
    PALETTE("palette", palette_entries, PALETTED, palette)                                         \
    CHOICE("dither", dither, REDUCED, PNG2BMP_DITHER_COUNT,                                        \
           [PNG2BMP_DITHER_DEFAULT] = "",                                                          \
           [PNG2BMP_DITHER_FLOYD_STEINBERG] = "floyd-steinberg",                                   \
           [PNG2BMP_DITHER_ATKINSON] = "atkinson", [PNG2BMP_DITHER_ORDERED] = "ordered",           \
           [PNG2BMP_DITHER_NONE] = "none")                                                         \
    FLAG("exact", exact, MATCHED, false)                                                           \
    CHOICE("light", light, DITHERED, PNG2BMP_LIGHT_COUNT,                                          \
           [PNG2BMP_LIGHT_DEFAULT] = "", [PNG2BMP_LIGHT_LINEAR] = "linear",                        \
           [PNG2BMP_LIGHT_SRGB] = "srgb")                                                          \
    CHOICE("tone", tone, SEEN, PNG2BMP_TONE_COUNT,                                                 \
           [PNG2BMP_TONE_FIT] = "fit", [PNG2BMP_TONE_NONE] = "none")                               \
    NUMBER("threshold", threshold, MONO, 128, 0, 255)                                              \
    FLAG("invert", invert, MONO, false)                                                            \
    NUMBER("alphaThreshold", alpha_threshold, KEY, 128, 1, 255)                                    \
    CHOICE("header", header, BMP, PNG2BMP_HEADER_COUNT,                                            \
           [PNG2BMP_HEADER_DEFAULT] = "", [PNG2BMP_HEADER_INFO] = "info",                          \
           [PNG2BMP_HEADER_V4] = "v4", [PNG2BMP_HEADER_V5] = "v5")                                 \
    CHOICE("colorSpace", color_space, ALL, PNG2BMP_COLOR_SPACE_COUNT,                              \
           [PNG2BMP_COLOR_SPACE_KEEP] = "keep", [PNG2BMP_COLOR_SPACE_SRGB] = "srgb")               \
    CHOICE("profile", profile, BMP, PNG2BMP_PROFILE_COUNT,                                         \
           [PNG2BMP_PROFILE_SRGB] = "srgb", [PNG2BMP_PROFILE_EMBED] = "embed")                     \
    FLAG("fileHeader", file_header, BMP, true)                                                     \
    CHOICE("container", container, NOT_RAW, PNG2BMP_CONTAINER_COUNT,                               \
           [PNG2BMP_CONTAINER_BMP] = "bmp", [PNG2BMP_CONTAINER_DIB] = "dib",                       \
           [PNG2BMP_CONTAINER_ROWS] = "rows")                                                      \
    NUMBER("rowAlign", row_align, ROWS, 4, 1, 4)                                                   \
    CHOICE("fit", fit, SIZED, PNG2BMP_FIT_COUNT,                                                   \
           [PNG2BMP_FIT_COVER] = "cover", [PNG2BMP_FIT_CONTAIN] = "contain",                       \
           [PNG2BMP_FIT_FILL] = "fill", [PNG2BMP_FIT_NONE] = "none")                               \
    CHOICE("position", position, SIZED, PNG2BMP_POSITION_COUNT,                                    \
           [PNG2BMP_POSITION_CENTER] = "center", [PNG2BMP_POSITION_TOP] = "top",                   \
           [PNG2BMP_POSITION_RIGHT_TOP] = "right top", [PNG2BMP_POSITION_RIGHT] = "right",         \
           [PNG2BMP_POSITION_RIGHT_BOTTOM] = "right bottom",                                       \
           [PNG2BMP_POSITION_BOTTOM] = "bottom",                                                   \
           [PNG2BMP_POSITION_LEFT_BOTTOM] = "left bottom", [PNG2BMP_POSITION_LEFT] = "left",       \
           [PNG2BMP_POSITION_LEFT_TOP] = "left top")                                               \
    CHOICE("kernel", kernel, SIZED, PNG2BMP_RESAMPLING_COUNT,                                      \
           [PNG2BMP_RESAMPLING_SMOOTH] = "smooth", [PNG2BMP_RESAMPLING_NEAREST] = "nearest")       \
    CHOICE("rotate", rotate, ALL, PNG2BMP_ROTATE_COUNT,                                            \
           [PNG2BMP_ROTATE_DEFAULT] = "", [PNG2BMP_ROTATE_0] = "0",                                \
           [PNG2BMP_ROTATE_90] = "90", [PNG2BMP_ROTATE_180] = "180",                               \
           [PNG2BMP_ROTATE_270] = "270", [PNG2BMP_ROTATE_EXIF] = "exif")                           \
    FLAG("flip", flip, ALL, false)                                                                 \
    FLAG("flop", flop, ALL, false)                                                                 \
    FLAG("strict", strict, ALL, false)                                                             \
    FLAG("salvage", salvage, ALL, false)                                                           \
    FLAG("ignoreChecksums", ignore_checksums, ALL, false)                                          \
    LIMIT("maxPixels", max_pixels, ALL, PNG2BMP_DEFAULT_MAX_PIXELS)                                \
    LIMIT("maxMemory", max_memory, ALL, PNG2BMP_DEFAULT_MAX_MEMORY)                                \
    FLAG("sync", sync, ALL, false)
/* clang-format on */

/* What lib/ makes of other options: no names that a user may give. */
#define OPTION_TABLE_OF_LIB(CHOICE, NAMES, FLAG, NUMBER, LIMIT, COLOR, PALETTE)                    \
    FLAG("exclusive", exclusive, ALL, false)                                                       \
    NUMBER("key", key_index, ALL, PNG2BMP_KEY_ANY, 0, PNG2BMP_KEY_NONE)                            \
    NUMBER("width", width, ALL, 0, 0, INT32_MAX)                                                   \
    NUMBER("height", height, ALL, 0, 0, INT32_MAX)                                                 \
    NUMBER("xPixelsPerMeter", x_pixels_per_meter, ALL, 0, 0, INT32_MAX)                            \
    NUMBER("yPixelsPerMeter", y_pixels_per_meter, ALL, 0, 0, INT32_MAX)                            \
    NAMES("cpu", cpu, ALL, PNG2BMP_CPU_COUNT, kernels_level_name)

#define OPTION_TABLE_ALL(...) OPTION_TABLE(__VA_ARGS__) OPTION_TABLE_OF_LIB(__VA_ARGS__)

#endif
