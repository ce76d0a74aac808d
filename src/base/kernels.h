/*
 * The types of hot functions. Each is defined in plain C (unfilter.c, pixels.c, inflate.c,
 * dither.c, weigh.c); a CPU level replaces those that it does better: levels.c. All levels give the
 * same bytes: test/c/check_kernels.c holds them to plain C.
 */
#ifndef PNG2BMP_KERNELS_H
#define PNG2BMP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "png2bmp.h"

/* How many bytes after its source a kernel may read. Destinations and prior rows have no slack: not
 * one byte after their end is read or written. */
#define KERNEL_SLACK 64

/* PNG specification, section 9.2, table 9.1 */
typedef enum filter_type {
    FILTER_NONE,
    FILTER_SUB,
    FILTER_UP,
    FILTER_AVERAGE,
    FILTER_PAETH
} filter_type;

/*
 * Undoes the filters of `rows` scanlines (PNG specification, section 9).
 *
 * src:    rows * (1 + row_bytes) bytes: a filter type 0 to 4, then row_bytes
 *         filtered bytes, and so on; readable for KERNEL_SLACK bytes more.
 * dst:    row i goes to dst + i * dst_stride, row_bytes bytes. The stride may be
 *         negative (a bottom-up BMP). Overlaps neither src nor prior.
 * prior:  the row above the first, row_bytes bytes, in the order of dst, or NULL
 *         for zeros.
 *
 * The SWAP forms write B G R (A) for R G B (A) and take `prior` so as well: the
 * filters work on each channel alone, so the order of channels is free.
 */
typedef void (*unfilter_fn)(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,
                            size_t row_bytes, const uint8_t *prior, size_t rows);

/* A name, and bytes per pixel: "bpp" in section 9.2 (1 for depths below 8). */
#define UNFILTER_KINDS(X)                                                                          \
    X(1, 1)                                                                                        \
    X(2, 2)                                                                                        \
    X(3, 3)                                                                                        \
    X(4, 4)                                                                                        \
    X(6, 6)                                                                                        \
    X(8, 8)                                                                                        \
    X(swap3, 3)                                                                                    \
    X(swap4, 4)

typedef enum unfilter_kind {
#define UNFILTER_ENUM(name, bpp) UNFILTER_##name,
    UNFILTER_KINDS(UNFILTER_ENUM)
#undef UNFILTER_ENUM
    UNFILTER_COUNT
} unfilter_kind;

/* What the row functions of one conversion share; filled once, by colors_prepare. */
typedef struct row_context {
    /* LUT rows: what each gray level or palette index becomes: B G R A in memory order, already
     * blended if the format requires it. */
    uint8_t lut[256][4];
    /* The transparent colour at the file's depth, R G B (gray: all three), or a value above every
     * sample (0x10000) if there is none. */
    uint32_t key[3];
    uint8_t  background[3]; /* B G R */
    bool     truncate16;    /* 16 bit: high byte, else rounded */
} row_context;

/*
 * Writes one row of BMP pixels from one unfiltered scanline.
 *
 * src: the samples of `width` pixels, 16-bit ones big-endian; KERNEL_SLACK more
 *      bytes may be read. dst: exactly width pixels are written (INDEX1: whole
 *      bytes, the unused bits 0). They do not overlap.
 */
typedef void (*row_fn)(uint8_t *dst, const uint8_t *src, size_t width, const row_context *context);

/* A name, source_to_destination, and the bits of a pixel in both. BLEND: onto the background; DROP:
 * colour as stored. Sources without the word KEY ignore the key. */
#define ROW_KINDS(X)                                                                               \
    X(lut1_to_bgr24, 1, 24)                                                                        \
    X(lut2_to_bgr24, 2, 24)                                                                        \
    X(lut4_to_bgr24, 4, 24)                                                                        \
    X(lut8_to_bgr24, 8, 24)                                                                        \
    X(lut1_to_bgra32, 1, 32)                                                                       \
    X(lut2_to_bgra32, 2, 32)                                                                       \
    X(lut4_to_bgra32, 4, 32)                                                                       \
    X(lut8_to_bgra32, 8, 32)                                                                       \
    X(gray8_to_bgr24, 8, 24)  /* R = G = B = the sample */                                         \
    X(index1_to_index1, 1, 1) /* a copy, unused bits cleared */                                    \
    X(index4_to_index4, 4, 4)                                                                      \
    X(index1_to_index8, 1, 8)                                                                      \
    X(index2_to_index8, 2, 8)                                                                      \
    X(index4_to_index8, 4, 8)                                                                      \
    X(index8_to_index8, 8, 8)                                                                      \
    X(gray16_to_index8, 16, 8)                                                                     \
    X(gray16_key_to_bgr24, 16, 24) /* pixels equal to the key become the background */             \
    X(gray16_key_to_bgra32, 16, 32)                                                                \
    X(rgb8_to_bgr24, 24, 24)                                                                       \
    X(rgb8_key_to_bgr24, 24, 24)                                                                   \
    X(rgb8_key_to_bgra32, 24, 32)                                                                  \
    X(rgb16_key_to_bgr24, 48, 24)                                                                  \
    X(rgb16_key_to_bgra32, 48, 32)                                                                 \
    X(gray_alpha8_blend_to_bgr24, 16, 24)                                                          \
    X(gray_alpha8_drop_to_bgr24, 16, 24)                                                           \
    X(gray_alpha8_to_bgra32, 16, 32)                                                               \
    X(gray_alpha16_blend_to_bgr24, 32, 24)                                                         \
    X(gray_alpha16_drop_to_bgr24, 32, 24)                                                          \
    X(gray_alpha16_to_bgra32, 32, 32)                                                              \
    X(rgba8_blend_to_bgr24, 32, 24)                                                                \
    X(rgba8_drop_to_bgr24, 32, 24)                                                                 \
    X(rgba8_to_bgra32, 32, 32)                                                                     \
    X(rgba16_blend_to_bgr24, 64, 24)                                                               \
    X(rgba16_drop_to_bgr24, 64, 24)                                                                \
    X(rgba16_to_bgra32, 64, 32)

typedef enum row_kind {
#define ROW_ENUM(name, from, to) ROW_##name,
    ROW_KINDS(ROW_ENUM)
#undef ROW_ENUM
    ROW_COUNT
} row_kind;

/*
 * Converts the samples of `width` pixels to sRGB, and matches the transparent colour before it
 * does: see colour/to_srgb.h. src, dst: as for a row_fn; dst holds samples, 16-bit ones big-endian.
 */
struct srgb_tables;
typedef void (*srgb_fn)(uint8_t *dst, const uint8_t *src, size_t width,
                        const struct srgb_tables *tables);

/* A name, and the bits of a pixel before and after. KEY: alpha is added, 0 for the key.
 * rgb16_to_rgb8 rounds once, where rgb16 would leave it to the row. */
#define SRGB_KINDS(X)                                                                              \
    X(rgb8, 24, 24)                                                                                \
    X(rgb8_key, 24, 32)                                                                            \
    X(rgba8, 32, 32)                                                                               \
    X(rgb16, 48, 48)                                                                               \
    X(rgb16_to_rgb8, 48, 24)                                                                       \
    X(rgb16_key, 48, 64)                                                                           \
    X(rgba16, 64, 64)                                                                              \
    X(gray16, 16, 16)                                                                              \
    X(gray16_key, 16, 32)                                                                          \
    X(gray_alpha8, 16, 16)                                                                         \
    X(gray_alpha16, 32, 32)

typedef enum srgb_kind {
#define SRGB_ENUM(name, from, to) SRGB_##name,
    SRGB_KINDS(SRGB_ENUM)
#undef SRGB_ENUM
    SRGB_COUNT
} srgb_kind;

/* The functions of a level are called unfilter_NAME_LEVEL and row_NAME_LEVEL, srgb_NAME_LEVEL;
 * plain C is level "c". */
#define DECLARE_UNFILTER(name, level)                                                              \
    void unfilter_##name##_##level(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,         \
                                   size_t row_bytes, const uint8_t *prior, size_t rows);
#define DECLARE_ROW(name, level)                                                                   \
    void row_##name##_##level(uint8_t *dst, const uint8_t *src, size_t width,                      \
                              const row_context *context);

/* The inflater's fast loop: decodes while input and output have slack (see inflate_fast.h). False:
 * a distance reached before the first byte. */
struct inflater;
typedef bool (*inflate_fast_fn)(struct inflater *z);

/* Carries the errors of Floyd and Steinberg through a group of rows: see dither.h. */
struct dither_state;
struct dither_rows;
typedef void (*diffuse_fn)(const struct dither_state *state, const struct dither_rows *rows,
                           bool to_left);

/*
 * The two sums of a resized row: resize/weigh.h.
 *
 * Across: pixel i is made of `taps` samples, from line[columns[i].first] on, and as many weights,
 * those of one pixel after those of another; the sum is divided by 2^15 and rounded, and fits 16
 * bits. taps: a multiple of WEIGH_TAPS. dst: exactly count samples are written.
 *
 * Down: each column is made of row_count samples, pitch apart, and as many weights, and brought
 * into the range from 0 to WEIGH_ONE. row_count: a multiple of WEIGH_ROWS; count: of WEIGH_COLUMNS.
 *
 * The absolute values of the weights of one pixel add up to less than 2^15.
 */
enum {
    WEIGH_TAPS = 8,
    WEIGH_ROWS = 2,
    WEIGH_COLUMNS = 16
};
struct weights_span;
typedef void (*weigh_across_fn)(int16_t *dst, const int16_t *line,
                                const struct weights_span *columns, const int16_t *weights,
                                size_t taps, size_t count);
typedef void (*weigh_down_fn)(int32_t *sums, const int16_t *rows, size_t pitch,
                              const int16_t *weights, size_t row_count, size_t count);

/* As memcpy, but past the cache: the lines of dst are not fetched from memory before they are
 * written. It pays for a destination that is not in the cache. Such stores may become visible to
 * other threads after later ordinary ones, like the one that says that the BMP is complete: before
 * that, bypass_end must be called. It waits for all pending stores: call it once per strip, not per
 * row. */
typedef void (*bypass_fn)(uint8_t *dst, const uint8_t *src, size_t size);
typedef void (*bypass_end_fn)(void);

typedef struct kernels {
    unfilter_fn     unfilter[UNFILTER_COUNT];
    row_fn          row[ROW_COUNT];
    srgb_fn         srgb[SRGB_COUNT];
    inflate_fast_fn inflate_fast;
    inflate_fast_fn inflate_fast_fetch; /* the same, and fetches lines: see inflate_fetch */
    diffuse_fn      diffuse;
    weigh_across_fn weigh_across;
    weigh_down_fn   weigh_down;
    bypass_fn       bypass; /* NULL: the level has no such stores */
    bypass_end_fn   bypass_end;
} kernels;

#endif
