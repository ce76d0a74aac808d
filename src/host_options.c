#include "host_options.h"

static const char *const alpha_names[PNG2BMP_ALPHA_COUNT] = {
    [PNG2BMP_ALPHA_BLEND] = "blend",
    [PNG2BMP_ALPHA_DROP] = "drop",
};

static const char *const depth16_names[PNG2BMP_DEPTH16_COUNT] = {
    [PNG2BMP_DEPTH16_ROUND] = "round",
    [PNG2BMP_DEPTH16_TRUNCATE] = "truncate",
};

static const char *const dither_names[PNG2BMP_DITHER_COUNT] = {
    [PNG2BMP_DITHER_FLOYD_STEINBERG] = "floyd-steinberg",
    [PNG2BMP_DITHER_ORDERED] = "ordered",
    [PNG2BMP_DITHER_NONE] = "none",
};

static const char *const cpu_names[PNG2BMP_CPU_COUNT] = {
    [PNG2BMP_CPU_AUTO] = "auto", [PNG2BMP_CPU_SCALAR] = "scalar", [PNG2BMP_CPU_SSE] = "sse",
    [PNG2BMP_CPU_AVX2] = "avx2", [PNG2BMP_CPU_AVX512] = "avx512", [PNG2BMP_CPU_NEON] = "neon",
};

const host_names host_names_all[HOST_NAMES_COUNT] = {
    {"format", NULL, PNG2BMP_FORMAT_COUNT},
    {"alpha", alpha_names, PNG2BMP_ALPHA_COUNT},
    {"depth16", depth16_names, PNG2BMP_DEPTH16_COUNT},
    {"dither", dither_names, PNG2BMP_DITHER_COUNT},
    {"cpu", cpu_names, PNG2BMP_CPU_COUNT},
};

const char *host_names_value(const host_names *list, uint32_t index)
{
    return list->names ? list->names[index] : png2bmp_format_name((png2bmp_format)index);
}

static bool unpack_flags(uint32_t flags, png2bmp_options *options)
{
    const unsigned format = flags & 15, alpha = flags >> 4 & 3;
    const unsigned depth16 = flags >> 6 & 3, dither = flags >> 8 & 3, cpu = flags >> 24 & 15;

    options->format = (png2bmp_format)format;
    options->alpha = (png2bmp_alpha)alpha;
    options->depth16 = (png2bmp_depth16)depth16;
    options->dither = (png2bmp_dither)dither;
    options->top_down = flags >> 10 & 1;
    options->strict = flags >> 11 & 1;
    options->ignore_checksums = flags >> 12 & 1;
    options->invert = flags >> 13 & 1;
    options->exclusive = flags >> 14 & 1;
    options->sync = flags >> 15 & 1;
    options->threshold = (uint8_t)(flags >> 16);
    options->cpu = (png2bmp_cpu)cpu;
    return format < PNG2BMP_FORMAT_COUNT && alpha < PNG2BMP_ALPHA_COUNT &&
           depth16 < PNG2BMP_DEPTH16_COUNT && dither < PNG2BMP_DITHER_COUNT &&
           cpu < PNG2BMP_CPU_COUNT;
}

static bool unpack_limit(double number, uint64_t *limit)
{
    if (!(number >= 0))
        return false;
    *limit = number < 0x1p63 ? (uint64_t)number : UINT64_MAX;
    return true;
}

bool host_options_unpack(uint32_t flags, uint32_t background, double max_pixels, double max_memory,
                         png2bmp_options *options)
{
    options->background[0] = (uint8_t)(background >> 16);
    options->background[1] = (uint8_t)(background >> 8);
    options->background[2] = (uint8_t)background;
    return unpack_flags(flags, options) && unpack_limit(max_pixels, &options->max_pixels) &&
           unpack_limit(max_memory, &options->max_memory);
}
