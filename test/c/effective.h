/* Makes random options effective: an option without effect is an error. */
#ifndef TEST_EFFECTIVE_H
#define TEST_EFFECTIVE_H

#include "png2bmp.h"

static inline bool effective_dither(const png2bmp_options *options)
{
    switch (options->format) {
    case PNG2BMP_FORMAT_MONO1:
    case PNG2BMP_FORMAT_RGB565:
    case PNG2BMP_FORMAT_RGB555:
        return true;
    case PNG2BMP_FORMAT_INDEXED:
    case PNG2BMP_FORMAT_BGR24:
        return options->colors || options->palette_entries;
    default:
        return false;
    }
}

/* Whether errors are made and carried. */
static inline bool effective_light(const png2bmp_options *options)
{
    if (options->exact || options->dither == PNG2BMP_DITHER_NONE || !effective_dither(options))
        return false;
    return options->dither != PNG2BMP_DITHER_DEFAULT ||
           (options->format != PNG2BMP_FORMAT_RGB565 && options->format != PNG2BMP_FORMAT_RGB555);
}

static inline bool has_pixels_alone(png2bmp_format format)
{
    return format == PNG2BMP_FORMAT_RAW_RGB || format == PNG2BMP_FORMAT_RAW_RGBA;
}

static inline void make_effective(png2bmp_options *options)
{
    const png2bmp_format format = options->format;

    if (format != PNG2BMP_FORMAT_MONO1) {
        options->invert = false;
        options->threshold = 128;
    }
    if (format == PNG2BMP_FORMAT_BGRA32
            ? options->alpha == PNG2BMP_ALPHA_DROP || options->alpha == PNG2BMP_ALPHA_KEY
            : options->alpha == PNG2BMP_ALPHA_PREMULTIPLY)
        options->alpha = PNG2BMP_ALPHA_BLEND;
    if (options->alpha != PNG2BMP_ALPHA_KEY)
        options->alpha_threshold = 128;
    if (format != PNG2BMP_FORMAT_INDEXED) {
        options->bits = 0;
        options->colors = 0;
        if (format != PNG2BMP_FORMAT_BGR24)
            options->palette_entries = 0;
    }
    if (!effective_dither(options))
        options->dither = PNG2BMP_DITHER_DEFAULT;
    if (!options->colors && !options->palette_entries)
        options->exact = false;
    if (options->alpha != PNG2BMP_ALPHA_KEY || format != PNG2BMP_FORMAT_INDEXED ||
        (!options->colors && !options->palette_entries))
        options->key_index = PNG2BMP_KEY_ANY;
    if (options->exact)
        options->dither = PNG2BMP_DITHER_DEFAULT;
    if (!effective_light(options))
        options->light = PNG2BMP_LIGHT_DEFAULT;
    if (options->exact || !options->palette_entries)
        options->has_seen = false;
    if (!options->has_seen)
        options->tone = PNG2BMP_TONE_FIT;
    if (!options->width && !options->height) {
        options->fit = PNG2BMP_FIT_COVER;
        options->position = PNG2BMP_POSITION_CENTER;
        options->kernel = PNG2BMP_RESAMPLING_SMOOTH;
    }
    if (options->profile == PNG2BMP_PROFILE_EMBED)
        options->header = PNG2BMP_HEADER_V5;
    if (has_pixels_alone(format)) {
        options->header = PNG2BMP_HEADER_DEFAULT;
        options->file_header = true;
        options->container = PNG2BMP_CONTAINER_BMP;
        options->profile = PNG2BMP_PROFILE_SRGB;
    }
}

#endif
