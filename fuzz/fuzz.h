/* Shared by the fuzz targets. */
#ifndef PNG2BMP_FUZZ_H
#define PNG2BMP_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../test/c/effective.h"
#include "base/bytes.h"
#include "base/opaque.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define FUZZ_MSAN 1
#else
#define FUZZ_MSAN 0
#endif
#ifdef FUZZ_MEMCHECK
#include <valgrind/memcheck.h>
#endif

/* MemorySanitizer of clang 14 mistakes the bytes of a vector shuffle for those at the same place in
 * its source, so it can only check plain C; memcheck has no such problem. */
#define FUZZ_LAST_CPU (FUZZ_MSAN ? PNG2BMP_CPU_SCALAR : PNG2BMP_CPU_COUNT - 1)

/* libFuzzer's entry point; driver.c also calls it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise ends the run, as a sanitizer's report does. */
#define FUZZ_CHECK(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken: %s: ", __FILE__, __LINE__, #condition);                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* malloc that must succeed; of exactly this size, so that AddressSanitizer detects its end. */
static inline uint8_t *fuzz_alloc(size_t size)
{
    uint8_t *p = malloc(size ? size : 1);

    FUZZ_CHECK(p, "out of memory: %zu", size);
    return p;
}

/* The inputs of the PNG targets begin with the options:
 *
 * 0      format; bit: color_space (7)
 * 1      bits: alpha, top_down, depth16, strict, ignore_checksums, invert; dither (2)
 * 2      cpu; bits: uncached (4), profile (5), exact (6), alpha (7)
 * 3..5   background; and what is seen of a palette, light, tone, which entry is the key, size, fit,
 *        position, kernel; turns
 * 6      threshold; in other formats than mono1: header, profile and colours
 * 7      low half: rows of a strip, about; high half: the look at the control
 *        that cancels, from 1 on
 */
#define FUZZ_OPTION_BYTES 8

/* Images with more pixels are refused: they take time and find nothing new. */
#define FUZZ_MAX_PIXELS (1u << 18)

/* Where there is no threshold, its byte says what comes before the pixels and which colours they
 * have. */
static inline void fuzz_color_options(png2bmp_options *options, const uint8_t *bytes)
{
    static const uint8_t depths[4] = {0, 1, 4, 8};
    const uint8_t        more = bytes[6];

    options->header = (png2bmp_header)(more & 3);
    options->file_header = more & 4;
    options->profile = (png2bmp_profile)(bytes[2] >> 5 & 1);
    options->alpha_threshold = bytes[3];
    switch (more >> 3 & 3) {
    case 0:
        options->bits = depths[more >> 5 & 3];
        break;
    case 1:
        options->colors = (uint16_t)(2 + bytes[3] % 255);
        break;
    default:
        options->palette_entries = (uint16_t)(2 + bytes[4] % 255);
        for (unsigned i = 0; i < options->palette_entries; i++)
            for (unsigned channel = 0; channel < 3; channel++)
                options->palette[i][channel] = (uint8_t)(bytes[5] + (i + 1) * (37 + 50 * channel));
        options->has_seen = bytes[4] & 1;
        options->tone = (png2bmp_tone)(bytes[5] % PNG2BMP_TONE_COUNT);
        memcpy(options->seen, options->palette, sizeof options->seen);
        options->seen[bytes[3] % 2][bytes[3] % 3] ^= bytes[5];
    }
}

/* One in eight is resized. */
static inline void fuzz_size(png2bmp_options *options, const uint8_t *bytes)
{
    if ((bytes[3] ^ bytes[5]) % 8 != 3)
        return;
    options->width = bytes[4];
    options->height = bytes[5];
    options->fit = (png2bmp_fit)(bytes[3] % PNG2BMP_FIT_COUNT);
    options->position = (png2bmp_position)(bytes[6] % PNG2BMP_POSITION_COUNT);
    options->kernel = (png2bmp_resampling)(bytes[6] / 16 % PNG2BMP_RESAMPLING_COUNT);
}

static inline void fuzz_turn(png2bmp_options *options, unsigned byte)
{
    options->rotate = (png2bmp_rotate)((byte & 7) % PNG2BMP_ROTATE_COUNT);
    options->flip = byte & 8;
    options->flop = byte & 16;
}

static inline void fuzz_options(png2bmp_options *options, const uint8_t *bytes)
{
    png2bmp_options_init(options);
    options->format = (png2bmp_format)((bytes[0] & 127) % PNG2BMP_FORMAT_COUNT);
    options->color_space = (png2bmp_color_space)(bytes[0] >> 7);
    options->alpha = (png2bmp_alpha)((bytes[1] & 1) | (bytes[2] >> 6 & 2));
    options->top_down = bytes[1] >> 1 & 1;
    options->depth16 = (png2bmp_depth16)(bytes[1] >> 2 & 1);
    options->strict = bytes[1] >> 3 & 1;
    options->ignore_checksums = bytes[1] >> 4 & 1;
    options->invert = bytes[1] >> 5 & 1;
    options->dither = (png2bmp_dither)((bytes[1] >> 6) % PNG2BMP_DITHER_COUNT);
    options->cpu = (png2bmp_cpu)(bytes[2] % PNG2BMP_CPU_COUNT);
    options->uncached = bytes[2] >> 4 & 1;
    options->exact = bytes[2] >> 6 & 1;
    memcpy(options->background, bytes + 3, 3);
    options->light = (png2bmp_light)(bytes[4] % PNG2BMP_LIGHT_COUNT);
    if (bytes[5] & 1)
        fuzz_turn(options, bytes[5] >> 1 ^ bytes[3]);
    options->threshold = bytes[6];
    if (options->format != PNG2BMP_FORMAT_MONO1)
        fuzz_color_options(options, bytes);
    options->key_index =
        bytes[3] & 1 ? PNG2BMP_KEY_ANY : (uint16_t)((bytes[4] + 256 * bytes[5]) % 259);
    fuzz_size(options, bytes);
    make_effective(options);
    options->max_pixels = FUZZ_MAX_PIXELS;
    if (FUZZ_MSAN)
        options->cpu = PNG2BMP_CPU_SCALAR;
}

static inline void fuzz_check_finding(const png2bmp_finding *finding)
{
    const size_t length = strnlen(finding->message, sizeof finding->message);

    FUZZ_CHECK(length > 0 && length < sizeof finding->message, "a message of %zu bytes", length);
}

/* Warnings that are errors with `strict`: a colour space is not a defect. */
static inline unsigned fuzz_defects(const png2bmp_report *report)
{
    unsigned defects = 0;

    for (unsigned i = 0; i < report->warning_count; i++)
        defects += report->warnings[i].status != PNG2BMP_ERR_COLOR_SPACE;
    return defects;
}

/* A report is bounded, has each kind of warning once, and matches the status. */
static inline void fuzz_check_report(const png2bmp_report *report, png2bmp_status status,
                                     bool strict)
{
    FUZZ_CHECK(report->error.status == status, "%s in the report of %s",
               png2bmp_status_code(report->error.status), png2bmp_status_code(status));
    if (status)
        fuzz_check_finding(&report->error);
    FUZZ_CHECK(report->warning_count <= REPORT_MOST_WARNINGS, "%u warnings", report->warning_count);
    FUZZ_CHECK(!strict || fuzz_defects(report) == 0, "a warning in spite of strict");
    for (unsigned i = 0; i < report->warning_count; i++) {
        fuzz_check_finding(&report->warnings[i]);
        FUZZ_CHECK(report->warnings[i].status >= PNG2BMP_FIRST_WARNING, "not a warning");
        for (unsigned k = 0; k < i; k++)
            FUZZ_CHECK(report->warnings[i].status != report->warnings[k].status, "said twice");
    }
}

static inline bool fuzz_warned(const png2bmp_report *report, png2bmp_status status)
{
    for (unsigned i = 0; i < report->warning_count; i++) {
        if (report->warnings[i].status == status)
            return true;
    }
    return false;
}

/* An output before the run: filled, so that a byte that is not written shows when two fills are
 * compared; under MemorySanitizer and memcheck it is uninitialised. */
static inline uint8_t *fuzz_output(size_t size, int fill)
{
    uint8_t *p = fuzz_alloc(size);

    if (!FUZZ_MSAN)
        memset(p, fill, size);
#ifdef FUZZ_MEMCHECK
    VALGRIND_MAKE_MEM_UNDEFINED(p, size);
#endif
    return p;
}

static inline void fuzz_check_written(const uint8_t *bytes, size_t size)
{
#if FUZZ_MSAN
    __msan_check_mem_is_initialized(bytes, size);
#elif defined(FUZZ_MEMCHECK)
    FUZZ_CHECK(VALGRIND_CHECK_MEM_IS_DEFINED(bytes, size) == 0, "a byte is not written");
#else
    (void)bytes;
    (void)size;
#endif
}

#endif
