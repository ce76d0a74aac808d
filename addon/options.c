#include "options.h"

#include "host_options.h"

bool options_read(napi_env env, const napi_value argv[4], png2bmp_options *options)
{
    uint32_t flags, background;
    double   max_pixels, max_memory;

    return napi_get_value_uint32(env, argv[0], &flags) == napi_ok &&
           napi_get_value_uint32(env, argv[1], &background) == napi_ok &&
           napi_get_value_double(env, argv[2], &max_pixels) == napi_ok &&
           napi_get_value_double(env, argv[3], &max_memory) == napi_ok &&
           host_options_unpack(flags, background, max_pixels, max_memory, options);
}

static bool set_names(napi_env env, napi_value object, const host_names *list)
{
    napi_value array, name;
    if (napi_create_array_with_length(env, list->count, &array) != napi_ok)
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        if (napi_create_string_utf8(env, host_names_value(list, i), NAPI_AUTO_LENGTH, &name) !=
                napi_ok ||
            napi_set_element(env, array, i, name) != napi_ok)
            return false;
    }
    return napi_set_named_property(env, object, list->option, array) == napi_ok;
}

napi_value options_names(napi_env env)
{
    napi_value object;
    if (napi_create_object(env, &object) != napi_ok)
        return NULL;
    for (unsigned i = 0; i < HOST_NAMES_COUNT; i++) {
        if (!set_names(env, object, &host_names_all[i]))
            return NULL;
    }
    return object;
}
