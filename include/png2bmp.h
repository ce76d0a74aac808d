/*
 * png2bmp: PNG bytes in, BMP bytes out.
 *
 *     png2bmp_options wanted;
 *     png2bmp_plan   *plan = png2bmp_plan_new();
 *     png2bmp_report *report = png2bmp_report_new();
 *
 *     png2bmp_options_init(&wanted);
 *     if (plan && png2bmp_plan_make(plan, png, png_size, &wanted, report) == PNG2BMP_OK) {
 *         size_t   size = (size_t)png2bmp_plan_bmp(plan)->byte_length;
 *         uint8_t *bmp = malloc(size);
 *         if (bmp && png2bmp_run(plan, png, png_size, bmp, NULL, report) == PNG2BMP_OK)
 *             use(bmp, size);
 *     }
 *     png2bmp_plan_free(plan);
 *     png2bmp_report_free(report);
 *
 * There are always two steps: the plan reads the chunks before the pixels and computes
 * the size of the BMP; run fills a destination of exactly that size.
 *
 * Any number of threads may call these functions. None keeps state between calls,
 * except that png2bmp_save remembers when it last looked for leftover temporary files
 * in a directory, and what identifies this boot of the system.
 *
 * The bytes of the PNG may change while they are read (they may belong to
 * another thread): the result is then unspecified pixels or an error, never an
 * access outside the given buffers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef PNG2BMP_H
#define PNG2BMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PNG2BMP_VERSION "1.0.0-rc.1"
#define PNG2BMP_VERSION_MAJOR 1
#define PNG2BMP_VERSION_MINOR 0
#define PNG2BMP_VERSION_PATCH 0
/* For comparisons: 1.2.3 is 10203. A release candidate has the number of its release. */
#define PNG2BMP_VERSION_NUMBER                                                                     \
    (PNG2BMP_VERSION_MAJOR * 10000 + PNG2BMP_VERSION_MINOR * 100 + PNG2BMP_VERSION_PATCH)

/* Define PNG2BMP_SHARED to build the shared library. */
#if defined(PNG2BMP_SHARED) && defined(__GNUC__)
#define PNG2BMP_API __attribute__((visibility("default")))
#else
#define PNG2BMP_API
#endif

/* PNG2BMP_VERSION and PNG2BMP_VERSION_NUMBER of the library that runs, which may be newer than the
 * header that a program was built with. */
PNG2BMP_API const char *png2bmp_version(void); /* a static string */
PNG2BMP_API uint32_t    png2bmp_version_number(void);

/* What can go wrong, one line each: name, code, text for people. New lines go to the end of a list,
 * so that no number changes. */
#define PNG2BMP_ERRORS(X)                                                                          \
    X(SIGNATURE, "ERR_PNG_SIGNATURE", "not a PNG: the first eight bytes are not a PNG signature")  \
    X(TRUNCATED, "ERR_PNG_TRUNCATED", "the PNG ends before its pixels do")                         \
    X(CHUNK, "ERR_PNG_CHUNK", "a chunk is out of place")                                           \
    X(UNKNOWN_CHUNK, "ERR_PNG_UNKNOWN_CHUNK", "the PNG has an unknown critical chunk")             \
    X(HEADER, "ERR_PNG_HEADER", "the image header is invalid")                                     \
    X(PALETTE, "ERR_PNG_PALETTE", "the palette is missing or invalid")                             \
    X(CRC, "ERR_PNG_CRC", "a chunk is damaged: its CRC does not match")                            \
    X(ADLER32, "ERR_PNG_ADLER32", "the pixel data is damaged: its Adler-32 does not match")        \
    X(ZLIB, "ERR_PNG_ZLIB", "the zlib header of the pixel data is invalid")                        \
    X(DEFLATE, "ERR_PNG_DEFLATE", "the compressed pixel data is invalid")                          \
    X(FILTER, "ERR_PNG_FILTER", "a scanline has an unknown filter type")                           \
    X(BOMB, "ERR_PNG_BOMB", "the file is too short to hold an image of this size")                 \
    X(PIXEL_LIMIT, "ERR_PIXEL_LIMIT", "the image has more pixels than maxPixels allows")           \
    X(MEMORY_LIMIT, "ERR_MEMORY_LIMIT", "the conversion would need more memory than maxMemory")    \
    X(OUTPUT_LIMIT, "ERR_OUTPUT_LIMIT", "the BMP would be larger than 4294967295 bytes")           \
    X(FORMAT, "ERR_FORMAT", "this image cannot be written in the chosen format")                   \
    X(OPTION, "ERR_OPTION", "an option has an invalid value, or no effect on the chosen format")   \
    X(OUT_OF_MEMORY, "ERR_OUT_OF_MEMORY", "out of memory")                                         \
    X(CANCELLED, "ERR_CANCELLED", "the conversion was cancelled")                                  \
    X(PIXELS, "ERR_PIXELS", "the pixel data does not fit its width, height, channels and stride")  \
    X(FILE, "ERR_FILE", "a file operation failed")                                                 \
    X(NOT_EXACT, "ERR_NOT_EXACT", "a pixel's colour is not in the palette, and 'exact' is set")    \
    X(PLAN, "ERR_PLAN", "the plan was not made, or not from what it is run with")

/* What the conversion tolerates: a warning by default, an error with `strict` (except COLOR_SPACE,
 * which is never an error). */
#define PNG2BMP_WARNINGS(X)                                                                        \
    X(TRANSPARENCY, "ERR_PNG_TRANSPARENCY", "the tRNS chunk is invalid and was ignored")           \
    X(PALETTE_INDEX, "ERR_PNG_PALETTE_INDEX",                                                      \
      "a palette index is out of range: the pixel is black")                                       \
    X(ANCILLARY_CRC, "ERR_PNG_ANCILLARY_CRC", "an ancillary chunk has a wrong CRC: ignored")       \
    X(END, "ERR_PNG_END", "the IEND chunk is missing or damaged")                                  \
    X(LATE_CHUNK, "ERR_PNG_LATE_CHUNK",                                                            \
      "a chunk after the pixels is unknown and critical, or an IDAT out of place")                 \
    X(EXTRA_DATA, "ERR_PNG_EXTRA_DATA", "there is more pixel data than the image needs")           \
    X(STREAM_END, "ERR_PNG_STREAM_END",                                                            \
      "the compressed data has no end: no last block, or no checksum")                             \
    X(CGBI, "ERR_PNG_CGBI", "this is Apple's variant of PNG for iOS (CgBI)")                       \
    X(SALVAGED, "ERR_PNG_SALVAGED", "rows are missing and have the colour of the background")      \
    X(COLOR_SPACE, "ERR_PNG_COLOR_SPACE", "the picture is not in sRGB, or in anything like it")    \
    X(PROFILE, "ERR_PNG_PROFILE", "the ICC profile cannot be embedded: left out")                  \
    X(SECOND_IMAGE, "ERR_PNG_SECOND_IMAGE", "another PNG follows, and was not converted")          \
    X(DAMAGED_CHUNK, "ERR_PNG_DAMAGED_CHUNK",                                                      \
      "the length or type of a chunk is damaged: repaired or skipped")                             \
    X(KEY_COLLISION, "ERR_KEY_COLLISION", "an opaque pixel has the colour of the key")             \
    X(ORIENTATION, "ERR_PNG_ORIENTATION", "Exif asks for the image to be turned, and it was not")

typedef enum png2bmp_status {
    PNG2BMP_OK = 0,
#define PNG2BMP_STATUS_ENUM(name, code, text) PNG2BMP_ERR_##name,
    PNG2BMP_ERRORS(PNG2BMP_STATUS_ENUM) PNG2BMP_ERRORS_END,
    PNG2BMP_FIRST_WARNING = 128,
    PNG2BMP_BEFORE_WARNINGS = PNG2BMP_FIRST_WARNING - 1,
    PNG2BMP_WARNINGS(PNG2BMP_STATUS_ENUM) PNG2BMP_WARNINGS_END
#undef PNG2BMP_STATUS_ENUM
} png2bmp_status;

/* The code ("ERR_PNG_CRC") and the general text of a status: static strings.
 * For PNG2BMP_OK and values outside the enum: "OK" and "no error". */
PNG2BMP_API const char *png2bmp_status_code(png2bmp_status status);
PNG2BMP_API const char *png2bmp_status_text(png2bmp_status status);

/* ---- What grows ---------------------------------------------------------
 *
 * A program built with this header works with every later library of the same major version. Plans
 * and reports belong to the library, which alone knows their size. Structures that it returns a
 * pointer to may get more fields at their end: read them in place, and do not copy them whole.
 * png2bmp_options says in `size` how much of it the program knows. All other structures stay as
 * they are. */

/* ---- Reports ------------------------------------------------------------ */

/* What calls tell in addition to their status: an error, and warnings. Of each kind of warning only
 * the first is kept, so their number is bounded for any file. */
typedef struct png2bmp_report png2bmp_report;

/* An error or a warning. `message` is a sentence that includes the position:
 * "IDAT at byte 8217: CRC is 1a2b3c4d, computed 5e6f7a8b". */
typedef struct png2bmp_finding {
    png2bmp_status status;
    char           message[180];
} png2bmp_finding;

/* An empty report, to be freed with png2bmp_report_free; NULL: out of memory. */
PNG2BMP_API png2bmp_report *png2bmp_report_new(void);
PNG2BMP_API void            png2bmp_report_free(png2bmp_report *report); /* NULL is allowed */

/* Empties the report. The same report may be passed to plan and run: run adds to it. */
PNG2BMP_API void png2bmp_report_clear(png2bmp_report *report);

/* The error; its status is PNG2BMP_OK and its message empty if there was none. Never NULL; belongs
 * to the report, as what the next functions return does. */
PNG2BMP_API const png2bmp_finding *png2bmp_report_error(const png2bmp_report *report);

/* Warning i, in the order of their appearance; NULL after the last. */
PNG2BMP_API const png2bmp_finding *png2bmp_report_warning(const png2bmp_report *report, unsigned i);

/* With PNG2BMP_ERR_FILE: the errno value, and the system call that failed ("open", "write",
 * "rename"), a static string. Else 0 and NULL. */
PNG2BMP_API int         png2bmp_report_errno(const png2bmp_report *report);
PNG2BMP_API const char *png2bmp_report_syscall(const png2bmp_report *report);

/* ---- Options ------------------------------------------------------------ */

typedef enum png2bmp_format {
    PNG2BMP_FORMAT_BGR24,   /* 40-byte header, 24 bit: every program reads it */
    PNG2BMP_FORMAT_BGRA32,  /* BITMAPV4HEADER, BI_BITFIELDS, straight alpha */
    PNG2BMP_FORMAT_INDEXED, /* 1, 4 or 8 bit with a palette: see options.palette */
    PNG2BMP_FORMAT_AUTO,    /* the smallest of these three without loss: see png2bmp_alpha */

    /* For panels and printers, from any image. */
    PNG2BMP_FORMAT_GRAY8,  /* luma, 8 bit with a gray palette */
    PNG2BMP_FORMAT_MONO1,  /* black and white, 1 bit: see options.dither */
    PNG2BMP_FORMAT_RGB565, /* 16 bit, BI_BITFIELDS */
    PNG2BMP_FORMAT_RGB555, /* 16 bit, BI_RGB */

    /* No BMP: bare samples without header or padding, top-down whatever
     * options.top_down says. */
    PNG2BMP_FORMAT_RAW_RGB,
    PNG2BMP_FORMAT_RAW_RGBA, /* straight alpha */
    PNG2BMP_FORMAT_COUNT
} png2bmp_format;

/* The name of a format on the command line and in JavaScript, such as "bgr24": a static
 * string; NULL for values outside the enum. */
PNG2BMP_API const char *png2bmp_format_name(png2bmp_format format);

/* AUTO keeps alpha, except with DROP and KEY. */
typedef enum png2bmp_alpha {
    PNG2BMP_ALPHA_BLEND, /* onto options.background, where the format has no alpha */
    PNG2BMP_ALPHA_DROP,  /* the colour as stored */
    PNG2BMP_ALPHA_KEY, /* the colour as stored, or, below options.alpha_threshold, the background */
    PNG2BMP_ALPHA_PREMULTIPLY, /* bgra32: each channel times alpha / 255, rounded */
    PNG2BMP_ALPHA_COUNT
} png2bmp_alpha;

/* Values of options.key_index above every index. */
typedef enum png2bmp_key_index {
    PNG2BMP_KEY_LAST = 256, /* the last that the bits can count */
    PNG2BMP_KEY_ANY,        /* of `palette` the first of the background's colour, else one more; of
                               `colors`        0. If the image has no alpha, only an entry that is there */
    PNG2BMP_KEY_NONE        /* none: the background is a colour as any other */
} png2bmp_key_index;

typedef enum png2bmp_depth16 {
    PNG2BMP_DEPTH16_ROUND,    /* (v * 255 + 32767) / 65535 */
    PNG2BMP_DEPTH16_TRUNCATE, /* the high byte */
    PNG2BMP_DEPTH16_COUNT
} png2bmp_depth16;

/* How colours are reduced: for mono1, a palette that is not the image's own, rgb565, rgb555. */
typedef enum png2bmp_dither {
    PNG2BMP_DITHER_DEFAULT, /* Floyd-Steinberg for mono1 and palettes, none for 16 bits */
    PNG2BMP_DITHER_FLOYD_STEINBERG,
    PNG2BMP_DITHER_ATKINSON,
    PNG2BMP_DITHER_ORDERED, /* Bayer's matrix of 8 x 8 */
    PNG2BMP_DITHER_NONE,    /* the nearest colour; mono1: white where luma >= options.threshold */
    PNG2BMP_DITHER_COUNT
} png2bmp_dither;

/* In which numbers dithering makes and carries errors. */
typedef enum png2bmp_light {
    PNG2BMP_LIGHT_DEFAULT, /* LINEAR for a palette with `seen`, else SRGB */
    PNG2BMP_LIGHT_LINEAR,  /* light, which the eye adds up: half the dots white look like 188 */
    PNG2BMP_LIGHT_SRGB,    /* the samples as they are stored: half the dots white are 128 */
    PNG2BMP_LIGHT_COUNT
} png2bmp_light;

/* What becomes of light that a panel cannot show. */
typedef enum png2bmp_tone {
    PNG2BMP_TONE_FIT,  /* all light is brought into the range from its black to its white */
    PNG2BMP_TONE_NONE, /* what is darker or lighter loses its steps */
    PNG2BMP_TONE_COUNT
} png2bmp_tone;

/* The header of the BMP. */
typedef enum png2bmp_header {
    PNG2BMP_HEADER_DEFAULT, /* 40 bytes, bgra32 108; with PROFILE_EMBED V5 */
    PNG2BMP_HEADER_INFO,    /* 40: BITMAPINFOHEADER */
    PNG2BMP_HEADER_V4,      /* 108: BITMAPV4HEADER, sRGB */
    PNG2BMP_HEADER_V5,      /* 124: BITMAPV5HEADER, sRGB or an embedded profile */
    PNG2BMP_HEADER_COUNT
} png2bmp_header;

/* What is around the rows. */
typedef enum png2bmp_container {
    PNG2BMP_CONTAINER_BMP,  /* headers and palette */
    PNG2BMP_CONTAINER_DIB,  /* the same without the file header: as options.file_header false */
    PNG2BMP_CONTAINER_ROWS, /* nothing: bare rows, in the order of options.top_down */
    PNG2BMP_CONTAINER_COUNT
} png2bmp_container;

/* Turned clockwise, in degrees. DEFAULT turns nothing, and warns if Exif asks for it. */
typedef enum png2bmp_rotate {
    PNG2BMP_ROTATE_DEFAULT,
    PNG2BMP_ROTATE_0,
    PNG2BMP_ROTATE_90,
    PNG2BMP_ROTATE_180,
    PNG2BMP_ROTATE_270,
    PNG2BMP_ROTATE_EXIF, /* as png2bmp_png_about.orientation says, mirrored if it says so */
    PNG2BMP_ROTATE_COUNT
} png2bmp_rotate;

/* What a V5 header says about the colours. */
typedef enum png2bmp_profile {
    PNG2BMP_PROFILE_SRGB,  /* sRGB */
    PNG2BMP_PROFILE_EMBED, /* the PNG's ICC profile, which is embedded; without one, sRGB */
    PNG2BMP_PROFILE_COUNT
} png2bmp_profile;

/* The colours of the output. */
typedef enum png2bmp_color_space {
    PNG2BMP_COLOR_SPACE_KEEP, /* samples as in the PNG */
    PNG2BMP_COLOR_SPACE_SRGB, /* converted to sRGB from what the PNG says: see bmp.converted_from */
    PNG2BMP_COLOR_SPACE_COUNT
} png2bmp_color_space;

/* How an image gets the size that is asked for. The names of CSS. */
typedef enum png2bmp_fit {
    PNG2BMP_FIT_COVER,   /* all of the size is covered: what sticks out is cut off */
    PNG2BMP_FIT_CONTAIN, /* all of the image is seen: around it is the background */
    PNG2BMP_FIT_FILL,    /* stretched to both sides */
    PNG2BMP_FIT_NONE,    /* as large as it is: cut off, or with the background around it */
    PNG2BMP_FIT_COUNT
} png2bmp_fit;

/* Where the image is in the size, or which part of it is seen. */
typedef enum png2bmp_position {
    PNG2BMP_POSITION_CENTER,
    PNG2BMP_POSITION_TOP,
    PNG2BMP_POSITION_RIGHT_TOP,
    PNG2BMP_POSITION_RIGHT,
    PNG2BMP_POSITION_RIGHT_BOTTOM,
    PNG2BMP_POSITION_BOTTOM,
    PNG2BMP_POSITION_LEFT_BOTTOM,
    PNG2BMP_POSITION_LEFT,
    PNG2BMP_POSITION_LEFT_TOP,
    PNG2BMP_POSITION_COUNT
} png2bmp_position;

/* What pixels of another size are made of. */
typedef enum png2bmp_resampling {
    PNG2BMP_RESAMPLING_SMOOTH,  /* light: Lanczos 3 to reduce, Catmull-Rom to enlarge */
    PNG2BMP_RESAMPLING_NEAREST, /* one pixel: for pixel art */
    PNG2BMP_RESAMPLING_COUNT
} png2bmp_resampling;

/* Instruction sets that the hot functions may use. AUTO: the best that this CPU has.
 * A level that the CPU or the build lacks falls back to the next lower one. */
typedef enum png2bmp_cpu {
    PNG2BMP_CPU_AUTO,
    PNG2BMP_CPU_SCALAR,
    PNG2BMP_CPU_SSE,     /* x86-64: SSSE3 and SSE4.1 */
    PNG2BMP_CPU_AVX2,    /* x86-64: AVX2, BMI1, BMI2 */
    PNG2BMP_CPU_AVX512,  /* x86-64: F, BW, VL, VBMI */
    PNG2BMP_CPU_NEON,    /* arm64 */
    PNG2BMP_CPU_SIMD128, /* WebAssembly */
    PNG2BMP_CPU_COUNT
} png2bmp_cpu;

typedef struct png2bmp_options {
    size_t          size; /* of this structure in the caller's build: set by png2bmp_options_init */
    png2bmp_format  format;
    png2bmp_alpha   alpha;
    uint8_t         background[3]; /* R, G, B */
    bool            top_down;      /* negative biHeight */
    png2bmp_depth16 depth16;
    bool            strict;           /* every warning but COLOR_SPACE is an error */
    bool            ignore_checksums; /* neither CRC-32 nor Adler-32 is checked */
    uint64_t        max_pixels;       /* an image with more pixels is refused */
    uint64_t        max_memory;       /* a plan with more `memory` is refused */
    png2bmp_dither  dither;
    uint8_t         threshold; /* mono1: the lowest luma that is white */
    bool            invert;    /* mono1: swap black and white */
    png2bmp_cpu     cpu;
    bool            exclusive;       /* png2bmp_save replaces nothing */
    bool            sync;            /* png2bmp_save waits for the disk */
    uint8_t         alpha_threshold; /* ALPHA_KEY: the lowest alpha that is opaque */
    png2bmp_header  header;
    bool            file_header; /* false: a DIB without it, for clipboards and resources */
    uint32_t        x_pixels_per_meter, y_pixels_per_meter; /* 0: as the PNG says */
    bool            salvage; /* convert the intact rows of a damaged PNG: PNG2BMP_ERR_SALVAGED */

    /* Colours of the BMP. `bits` (1, 4, 8) is for indexed; 0: the fewest that hold `colors` or
     * `palette`; with neither, the PNG's bit depth (4 for 2, 8 for 16).
     * Either `colors` or `palette` may be set; with neither, indexed has the image's own colours.
     * colors: choose this many for the image (2 to 256), which is held in memory meanwhile.
     * palette: use these and no others, R G B; for indexed and bgr24. */
    uint8_t  bits;
    uint16_t colors;
    uint16_t palette_entries; /* 0: none, else 2 to 256 */
    uint8_t  palette[256][3];

    png2bmp_profile profile; /* EMBED: from a PNG only, not from pixels */

    /* A hint: the memory of the BMP is resident but cold in the cache, as a recycled block is. It
     * is then prefetched or written past the cache, which is faster. The bytes are the same. */
    bool uncached;

    /* With `palette` or `colors`: a pixel whose colour is not in the palette, or is one too many,
     * is an error that names the first such pixel of the image and its colour. Nothing is dithered.
     */
    bool exact;

    /* SRGB has no effect on pixels. With PROFILE_EMBED, a profile is embedded if samples could not
     * be converted. */
    png2bmp_color_space color_space;

    png2bmp_light light;

    /* What a panel shows for each entry of `palette`, R G B: pixels are matched with that, and the
     * BMP has `palette`. */
    bool         has_seen;
    uint8_t      seen[256][3];
    png2bmp_tone tone;

    /* What is around the rows, and in ROWS the multiple of bytes that each has: 1, 2 or 4. */
    png2bmp_container container;
    uint8_t           row_align;

    /* ALPHA_KEY with `palette` or `colors`: the entry of transparent pixels, 0 to 255, or a
     * png2bmp_key_index. It has exactly the background's colour, and no opaque pixel gets it. In
     * formats without a palette an opaque pixel of this colour is the warning KEY_COLLISION, unless
     * this is KEY_NONE. */
    uint16_t key_index;

    /* The image is turned, then flipped (top to bottom), then flopped (left to right), before its
     * colours are reduced. EXIF has no effect on pixels, and is an error. */
    png2bmp_rotate rotate;
    bool           flip, flop;

    /* The size of the BMP in pixels, up to 2^31-1; 0: that of the turned image, or, if the other is
     * given, what follows from its ratio. `position` means the turned image too. Colours are
     * reduced afterwards, and the image's own palette is not kept. Bars around an image are
     * transparent where the BMP has alpha; else they have the background's colour. */
    uint32_t           width, height;
    png2bmp_fit        fit;
    png2bmp_position   position;
    png2bmp_resampling kernel;
} png2bmp_options;

#define PNG2BMP_DEFAULT_MAX_PIXELS UINT64_C(268402689) /* 16383 * 16383 */
#define PNG2BMP_DEFAULT_MAX_MEMORY UINT64_C(268435456) /* 256 MiB */

/* Sets every option to its default: bgr24, blended onto white, bottom-up. Always call it first. */
PNG2BMP_API void   png2bmp_options_init_size(png2bmp_options *options, size_t size);
static inline void png2bmp_options_init(png2bmp_options *options)
{
    png2bmp_options_init_size(options, sizeof *options);
}

/* ---- The facts of a plan -------------------------------------------------- */

/* PNG specification, section 11.2.1, table 11.1 */
typedef enum png2bmp_color_type {
    PNG2BMP_GRAY = 0,
    PNG2BMP_RGB = 2,
    PNG2BMP_PALETTE = 3,
    PNG2BMP_GRAY_ALPHA = 4,
    PNG2BMP_RGB_ALPHA = 6
} png2bmp_color_type;

/* Metadata: what it says of colours is used with COLOR_SPACE_SRGB, the ICC profile with
 * PROFILE_EMBED, the orientation with ROTATE_EXIF, the rest not. All 0 for pixels. */
typedef struct png2bmp_png_about {
    uint32_t gamma; /* gAMA, times 100000; 0: not said */
    bool     is_srgb;
    bool     has_cicp; /* the numbers of ITU-T H.273 */
    uint8_t  cicp_primaries, cicp_transfer, cicp_matrix, cicp_full_range;
    bool     is_hdr;          /* cICP says PQ or HLG */
    size_t   icc_at;          /* offset of the first iCCP chunk; 0: there is none */
    size_t   icc_name_at;     /* the name of the ICC profile: its bytes in the file, Latin-1 */
    uint32_t icc_name_length; /* 0: there is no profile */
    uint8_t  orientation;     /* Exif, 1 to 8; 0: not said */
    uint32_t frames;          /* of an animation; 0: there is none */
    bool     has_chromaticities;
    uint32_t chromaticities[8]; /* cHRM, times 100000: x and y of white, red, green, blue */
    char     icc_name[80];      /* the bytes at icc_name_at, then zeros */
} png2bmp_png_about;

/* What the chunks before the pixels say. */
typedef struct png2bmp_png_info {
    uint32_t           width, height; /* pixels, 1 to 2^31-1 */
    uint8_t            bit_depth;     /* 1, 2, 4, 8, 16 */
    png2bmp_color_type color_type;
    bool               interlaced; /* Adam7 */
    bool               is_cgbi;    /* Apple's variant: no zlib, B G R, premultiplied */
    bool               has_key;   /* tRNS of a gray or RGB image: key[] is the transparent colour */
    uint16_t           key[3];    /* at the file's own depth; gray: key[0] */
    bool               has_alpha; /* there may be pixels that are not opaque */
    uint32_t           palette_entries; /* PLTE, 0 to 256 */
    uint8_t            palette[256][4]; /* R G B A; entries beyond palette_entries: opaque black */
    uint32_t           x_pixels_per_meter, y_pixels_per_meter; /* pHYs, else 0 */
    uint32_t           colors; /* by png2bmp_count_colors; 0: not counted */
} png2bmp_png_info;

/* The chunks that samples are converted from to sRGB. */
typedef enum png2bmp_color_source {
    PNG2BMP_COLOR_SOURCE_NONE, /* they stay as they are */
    PNG2BMP_COLOR_SOURCE_CICP,
    PNG2BMP_COLOR_SOURCE_ICCP,
    PNG2BMP_COLOR_SOURCE_GAMA, /* and cHRM, if there is one */
    PNG2BMP_COLOR_SOURCE_COUNT
} png2bmp_color_source;

/* What will be written. `byte_length` is the exact size of the whole file: header_length bytes
 * of headers and palette, then `height` rows of `stride`, then an embedded profile. */
typedef struct png2bmp_bmp_info {
    png2bmp_format format; /* never AUTO */
    uint8_t        bits_per_pixel;
    uint32_t       palette_entries;
    uint32_t       header_length; /* bytes before the first row: bfOffBits */
    uint64_t       stride;        /* bytes from one row to the next; in a BMP a multiple of 4 */
    uint64_t       byte_length;
    uint32_t       profile_length; /* 0: there is none */
    uint32_t       profile_intent; /* its bV5Intent */

    /* With COLOR_SPACE_SRGB. NONE: the PNG is in sRGB, or does not say, or a warning says why its
     * samples cannot be converted. */
    png2bmp_color_source converted_from;

    uint32_t width, height; /* pixels */
} png2bmp_bmp_info;

/* ---- The plan ----------------------------------------------------------- */

/* What the image is and what the BMP will be. The same plan may be made again and again, for one
 * image after the other. Several threads may run it at the same time, as long as none makes it. */
typedef struct png2bmp_plan png2bmp_plan;

/* A plan to be made, and freed with png2bmp_plan_free: about 5 kB. NULL: out of memory. To run one
 * before it is made, or after making it has failed, is PNG2BMP_ERR_PLAN. */
PNG2BMP_API png2bmp_plan *png2bmp_plan_new(void);
PNG2BMP_API void          png2bmp_plan_free(png2bmp_plan *plan); /* NULL is allowed */

/*
 * Reads the chunks before the first IDAT. Allocates nothing; its time grows
 * with the number of those chunks, not with their length (with salvage, with that of the file,
 * whose damaged chunks are searched for). Only with PROFILE_EMBED or COLOR_SPACE_SRGB does it
 * decompress the ICC profile, to measure it in memory of at most 300 kB, or to read it: then its
 * length is added, up to 4 MiB, if options.max_memory allows that.
 *
 * png:     size bytes, which may be NULL when size is 0.
 * options: NULL for the defaults; copied.
 * report:  NULL, or receives the error message and warnings.
 */
PNG2BMP_API png2bmp_status png2bmp_plan_make(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                             const png2bmp_options *options,
                                             png2bmp_report        *report);

/* The facts of a plan that was made. They belong to the plan, and hold until it is made again. */
PNG2BMP_API const png2bmp_png_info  *png2bmp_plan_png(const png2bmp_plan *plan);
PNG2BMP_API const png2bmp_png_about *png2bmp_plan_about(const png2bmp_plan *plan);
PNG2BMP_API const png2bmp_bmp_info  *png2bmp_plan_bmp(const png2bmp_plan *plan);

/* Bytes that run allocates at most, in addition to input and output. */
PNG2BMP_API uint64_t png2bmp_plan_memory(const png2bmp_plan *plan);

/* ---- Run ---------------------------------------------------------------- */

/* `cancelled` is called between batches of scanlines, at least once per 64 KiB of input and per
 * step of 65536 pixels, on the thread that runs: true stops the conversion with
 * PNG2BMP_ERR_CANCELLED. */
typedef struct png2bmp_control {
    bool (*cancelled)(void *user);
    void *user;
} png2bmp_control;

/*
 * Converts. `png` and `size` are those that the plan was made from. `bmp` has
 * byte_length bytes; on success every one of them has been written, after
 * an error their contents are unspecified.
 *
 * control: NULL, or a way to cancel. report: NULL, or as in the plan.
 */
PNG2BMP_API png2bmp_status png2bmp_run(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                                       uint8_t *bmp, const png2bmp_control *control,
                                       png2bmp_report *report);

/*
 * Converts into a file: afterwards the complete BMP is at `path`, or the previous file is
 * untouched. It is written to a temporary name in the same directory, then renamed. Devices,
 * pipes, descriptors (/dev/fd/3) and mount points are written in place.
 *
 * options.exclusive: no existing file is replaced, even if it appears meanwhile
 * (EEXIST). options.sync: on success, file and directory are on the disk (fsync).
 *
 * path: UTF-8 on Windows, bytes elsewhere. With PNG2BMP_ERR_FILE the report has
 * errno and the name of the system call.
 */
PNG2BMP_API png2bmp_status png2bmp_save(const char *path, const png2bmp_plan *plan,
                                        const uint8_t *png, size_t size,
                                        const png2bmp_control *control, png2bmp_report *report);

/* ---- Fed in pieces -------------------------------------------------------- */

/*
 * A conversion of a PNG that comes in pieces: from a socket or a pipe, or from a file that is too
 * long to be read in whole. Plan and run are then one:
 *
 *     const png2bmp_sink sink = {.write = take_strip, .user = file};
 *     png2bmp_feed      *feed = png2bmp_feed_new(&options, 0, &sink, NULL, report);
 *
 *     while (status == PNG2BMP_OK && (size = read(fd, bytes, sizeof bytes)) > 0)
 *         status = png2bmp_feed_bytes(feed, bytes, (size_t)size);
 *     if (status == PNG2BMP_OK)
 *         status = png2bmp_feed_finish(feed);
 *     png2bmp_feed_free(feed);
 *
 * However the PNG is cut, the BMP, the warnings and the errors are the same: those of
 * png2bmp_plan_make and png2bmp_run, but that ERR_PNG_BOMB needs the size of the PNG. Of the PNG
 * no more is held than is needed to go on: the header of a chunk, short chunks before the pixels,
 * 64 KiB of eXIf or of what may be no PNG, the profile with PROFILE_EMBED or COLOR_SPACE_SRGB; with
 * `salvage`, all of it.
 *
 * A feed is used by one thread at a time; it may be a different one for each call.
 */
typedef struct png2bmp_feed png2bmp_feed;

/* Where the BMP goes. What the functions return other than PNG2BMP_OK ends the conversion, and is
 * its result. */
typedef struct png2bmp_sink {
    /* The chunks before the pixels have come. `plan` says what the image is and what the BMP will
     * be; it belongs to the feed. *bmp: NULL, or set to memory of byte_length bytes, which becomes
     * the BMP; `write` is then not called. May be NULL itself. */
    png2bmp_status (*begin)(void *user, const png2bmp_plan *plan, uint8_t **bmp);

    /* The next piece of the BMP, which belongs at `offset`: in the order of the file with
     * options.top_down, else the headers first and then strips from the last one to the first, as
     * the rows come; of an image that is flipped, and not resized, the other way round. An image
     * that is interlaced, turned by 90 degrees, flipped and dithered, or whose colours are chosen
     * is one piece, at the end, whose memory counts for options.max_memory; so is a BMP that is no
     * longer than a strip. A strip does not count, unless two rows are longer than strip_bytes. */
    png2bmp_status (*write)(void *user, const uint8_t *bytes, size_t size, uint64_t offset);

    void  *user;
    size_t strip_bytes; /* of a strip, about; 0: 256 KiB */
} png2bmp_sink;

/*
 * options:  NULL for the defaults; copied, as `sink` is.
 * png_size: of the whole PNG, if it is known: an image that is too large for it is refused before
 *           anything is allocated. 0: not known; its pixels are then missing at the end.
 * control, report: NULL, or used by all calls.
 *
 * To be freed with png2bmp_feed_free. NULL: out of memory. An invalid option is the error of the
 * next call.
 */
PNG2BMP_API png2bmp_feed *png2bmp_feed_new(const png2bmp_options *options, uint64_t png_size,
                                           const png2bmp_sink *sink, const png2bmp_control *control,
                                           png2bmp_report *report);

/* The next bytes of the PNG, any number of them, which are read in place. Rows that they complete
 * are written before it returns, unless it pauses. After an error every call returns it again. */
PNG2BMP_API png2bmp_status png2bmp_feed_bytes(png2bmp_feed *feed, const uint8_t *bytes,
                                              size_t size);

/* There are no more. PNG2BMP_OK: the BMP is complete, or the feed is paused. */
PNG2BMP_API png2bmp_status png2bmp_feed_finish(png2bmp_feed *feed);

/*
 * For a sink that has no room for more: to be called by its `begin` or `write`. When that has
 * returned, no more rows are written, and the call that feeds returns PNG2BMP_OK before it has read
 * all of its bytes. Until it goes on they must stay as they are, and where they are:
 *
 *     status = png2bmp_feed_bytes(feed, bytes, size);
 *     while (status == PNG2BMP_OK && png2bmp_feed_is_paused(feed)) {
 *         make_room();
 *         status = png2bmp_feed_bytes(feed, NULL, 0);
 *     }
 *
 * png2bmp_feed_finish may pause as well, and goes on in the same way. To feed more bytes to a feed
 * that is paused is PNG2BMP_ERR_PLAN; to finish it reads those that it has first.
 */
PNG2BMP_API void png2bmp_feed_pause(png2bmp_feed *feed);
PNG2BMP_API bool png2bmp_feed_is_paused(const png2bmp_feed *feed);

/* At any time; NULL is allowed. */
PNG2BMP_API void png2bmp_feed_free(png2bmp_feed *feed);

/* ---- Colours -------------------------------------------------------------- */

/* The number for an image of more than 256 colours. */
#define PNG2BMP_MANY_COLORS 257

/*
 * Counts the different pixels, R G B A of 8 bits each: a fact of the plan, `colors`, up to 256, or
 * PNG2BMP_MANY_COLORS. Decodes the image as far as needed: to the 257th colour. `png` and `size`
 * are those that the plan was made from; options.max_memory applies.
 */
PNG2BMP_API png2bmp_status png2bmp_count_colors(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                                const png2bmp_control *control,
                                                png2bmp_report        *report);

/* ---- From raw pixels ------------------------------------------------------ */

/* Pixels in memory, top row first: 8-bit samples. `channels` 1 to 4 means gray, gray
 * alpha, R G B, R G B A; `stride` is the distance in bytes from row to row. */
typedef struct png2bmp_pixels {
    const uint8_t *data;
    size_t         size; /* at least stride * (height - 1) + width * channels */
    uint32_t       width, height;
    unsigned       channels;
    size_t         stride; /* at least width * channels */
} png2bmp_pixels;

/* As png2bmp_plan_make and png2bmp_run, from such pixels. To run a plan of pixels with a PNG, a
 * plan of a PNG with pixels, or with pixels of another size, is PNG2BMP_ERR_PLAN. */
PNG2BMP_API png2bmp_status png2bmp_plan_pixels(png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                               const png2bmp_options *options,
                                               png2bmp_report        *report);
PNG2BMP_API png2bmp_status png2bmp_run_pixels(const png2bmp_plan   *plan,
                                              const png2bmp_pixels *pixels, uint8_t *bmp,
                                              const png2bmp_control *control,
                                              png2bmp_report        *report);

#ifdef __cplusplus
}
#endif

#endif
