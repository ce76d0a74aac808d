#include "options.h"

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

static bool read_flags(uint32_t flags, png2bmp_options *options)
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

static void read_background(uint32_t rgb, png2bmp_options *options)
{
    options->background[0] = (uint8_t)(rgb >> 16);
    options->background[1] = (uint8_t)(rgb >> 8);
    options->background[2] = (uint8_t)rgb;
}

static bool read_limit(napi_env env, napi_value value, uint64_t *limit)
{
    double number;

    if (napi_get_value_double(env, value, &number) != napi_ok || !(number >= 0))
        return false;
    *limit = number < 0x1p63 ? (uint64_t)number : UINT64_MAX;
    return true;
}

bool options_read(napi_env env, const napi_value argv[4], png2bmp_options *options)
{
    uint32_t flags, background;

    if (napi_get_value_uint32(env, argv[0], &flags) != napi_ok ||
        napi_get_value_uint32(env, argv[1], &background) != napi_ok)
        return false;
    read_background(background, options);
    return read_flags(flags, options) && read_limit(env, argv[2], &options->max_pixels) &&
           read_limit(env, argv[3], &options->max_memory);
}

static bool set_names(napi_env env, napi_value object, const char *key, const char *const *names,
                      uint32_t count)
{
    napi_value array, name;
    if (napi_create_array_with_length(env, count, &array) != napi_ok)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (napi_create_string_utf8(env, names[i], NAPI_AUTO_LENGTH, &name) != napi_ok ||
            napi_set_element(env, array, i, name) != napi_ok)
            return false;
    }
    return napi_set_named_property(env, object, key, array) == napi_ok;
}

napi_value options_names(napi_env env)
{
    const char *format_names[PNG2BMP_FORMAT_COUNT];
    napi_value  object;

    for (unsigned i = 0; i < PNG2BMP_FORMAT_COUNT; i++)
        format_names[i] = png2bmp_format_name((png2bmp_format)i);
    if (napi_create_object(env, &object) != napi_ok ||
        !set_names(env, object, "format", format_names, PNG2BMP_FORMAT_COUNT) ||
        !set_names(env, object, "alpha", alpha_names, PNG2BMP_ALPHA_COUNT) ||
        !set_names(env, object, "depth16", depth16_names, PNG2BMP_DEPTH16_COUNT) ||
        !set_names(env, object, "dither", dither_names, PNG2BMP_DITHER_COUNT) ||
        !set_names(env, object, "cpu", cpu_names, PNG2BMP_CPU_COUNT))
        return NULL;
    return object;
}
