#include "options.h"

#include <string.h>

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/format.h"

/* Sizes that png2bmp_options may have had or may get: any other is an error. */
#define LEAST_SIZE offsetof(png2bmp_options, alpha_threshold)
#define MOST_SIZE 65536

static const png2bmp_options defaults = {
    .size = sizeof(png2bmp_options),
    .background = {255, 255, 255},
    .max_pixels = PNG2BMP_DEFAULT_MAX_PIXELS,
    .max_memory = PNG2BMP_DEFAULT_MAX_MEMORY,
    .threshold = 128,
    .alpha_threshold = 128,
    .file_header = true,
};

/* The part of the caller's structure that this library knows. */
static size_t known_size(size_t size)
{
    return smaller(size, sizeof(png2bmp_options));
}

void png2bmp_options_init_size(png2bmp_options *options, size_t size)
{
    memcpy(options, &defaults, known_size(size));
    options->size = size;
}

/* ---- Values ------------------------------------------------------------------- */

static bool enums_are_known(const png2bmp_options *options)
{
    return (unsigned)options->format < PNG2BMP_FORMAT_COUNT &&
           (unsigned)options->alpha < PNG2BMP_ALPHA_COUNT &&
           (unsigned)options->depth16 < PNG2BMP_DEPTH16_COUNT &&
           (unsigned)options->dither < PNG2BMP_DITHER_COUNT &&
           (unsigned)options->header < PNG2BMP_HEADER_COUNT &&
           (unsigned)options->profile < PNG2BMP_PROFILE_COUNT &&
           (unsigned)options->cpu < PNG2BMP_CPU_COUNT;
}

static const char *contradiction(const png2bmp_options *options)
{
    const uint8_t bits = options->bits;

    if (bits != 0 && bits != 1 && bits != 4 && bits != 8)
        return "'bits' must be 1, 4 or 8";
    if (options->colors == 1 || options->colors > 256)
        return "'colors' must be 2 to 256";
    if (options->palette_entries == 1 || options->palette_entries > 256)
        return "'palette' must have 2 to 256 colours";
    if (options->colors && options->palette_entries)
        return "'colors' chooses a palette and 'palette' gives one: use one of them";
    if (bits && (options->colors > 1u << bits || options->palette_entries > 1u << bits))
        return "'bits' is too small for so many colours";
    if (options->profile == PNG2BMP_PROFILE_EMBED && options->header != PNG2BMP_HEADER_DEFAULT &&
        options->header != PNG2BMP_HEADER_V5)
        return "profile 'embed' requires header 'v5'";
    return NULL;
}

png2bmp_status options_take(png2bmp_options *options, const png2bmp_options *given,
                            png2bmp_report *report)
{
    const char *wrong;

    if (!given || given->size < sizeof *options)
        *options = defaults;
    if (!given)
        return PNG2BMP_OK;
    if (given->size < LEAST_SIZE || given->size > MOST_SIZE)
        return report_error(report, PNG2BMP_ERR_OPTION,
                            "the options were not set up with png2bmp_options_init");
    memcpy(options, given, known_size(given->size));
    if (!enums_are_known(options))
        return report_plain_error(report, PNG2BMP_ERR_OPTION);
    wrong = contradiction(options);
    return wrong ? report_error(report, PNG2BMP_ERR_OPTION, "%s", wrong) : PNG2BMP_OK;
}

/* ---- Effect --------------------------------------------------------------------- */

/* The option that has no effect on a format, and what it is for; NULL: there is none. */
static const char *without_effect(const png2bmp_options *options, const format_row *row)
{
    const bool indexed = row->palette == PALETTE_OF_IMAGE;

    if (options->invert && row->step != STEP_BITS)
        return "'invert' applies only to 'mono1'";
    if (options->threshold != defaults.threshold && row->step != STEP_BITS)
        return "'threshold' applies only to 'mono1'";
    if (options->alpha == PNG2BMP_ALPHA_PREMULTIPLY && row->header != HEADER_ALPHA)
        return "alpha 'premultiply' applies only to 'bgra32'";
    if ((options->alpha == PNG2BMP_ALPHA_DROP || options->alpha == PNG2BMP_ALPHA_KEY) &&
        row->keeps_alpha && row->header != HEADER_NONE)
        return "alpha 'drop' and 'key' apply only to formats without alpha";
    if (options->alpha_threshold != defaults.alpha_threshold && options->alpha != PNG2BMP_ALPHA_KEY)
        return "'alphaThreshold' applies only to alpha 'key'";
    if (options->bits && !indexed)
        return "'bits' applies only to 'indexed'";
    if (options->colors && !indexed)
        return "'colors' applies only to 'indexed'";
    if (options->palette_entries && !indexed && !row->takes_palette)
        return "'palette' applies only to 'indexed' and 'bgr24'";
    if (options->dither != PNG2BMP_DITHER_DEFAULT && !row->dithers && !options->palette_entries &&
        !options->colors)
        return "'dither' applies only to 'mono1', 'rgb565', 'rgb555', 'colors' and 'palette'";
    if (row->header == HEADER_NONE &&
        (options->header != PNG2BMP_HEADER_DEFAULT || !options->file_header ||
         options->profile != PNG2BMP_PROFILE_SRGB))
        return "raw pixels have no header";
    return NULL;
}

png2bmp_status options_check_effect(const png2bmp_options *options, png2bmp_report *report)
{
    const char *const words = without_effect(options, format_of(options->format));

    if (!words)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_OPTION, "an option has no effect on '%s': %s",
                        png2bmp_format_name(options->format), words);
}
