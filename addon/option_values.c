#include "option_values.h"

#include <string.h>

#include "buffers.h"
#include "host/host_options.h"

bool options_read(napi_env env, napi_value values, png2bmp_options *options)
{
    double   numbers[HOST_VALUES_MOST];
    uint8_t *bytes;
    size_t   size;

    if (!bytes_of_view(env, values, &bytes, &size) || size > sizeof numbers)
        return false;
    memcpy(numbers, bytes, size);
    return host_options_read(options, numbers, size / sizeof *numbers);
}

static bool set_number(napi_env env, napi_value object, const char *key, double number)
{
    napi_value value;
    return napi_create_double(env, number, &value) == napi_ok &&
           napi_set_named_property(env, object, key, value) == napi_ok;
}

static bool set_flag(napi_env env, napi_value object, const char *key, bool flag)
{
    napi_value value;
    return napi_get_boolean(env, flag, &value) == napi_ok &&
           napi_set_named_property(env, object, key, value) == napi_ok;
}

static bool set_choices(napi_env env, napi_value object, const host_option *row)
{
    napi_value array, name;
    if (napi_create_array(env, &array) != napi_ok)
        return false;
    for (uint32_t i = 0; row->choice(i); i++) {
        if (napi_create_string_utf8(env, row->choice(i), NAPI_AUTO_LENGTH, &name) != napi_ok ||
            napi_set_element(env, array, i, name) != napi_ok)
            return false;
    }
    return napi_set_named_property(env, object, "choices", array) == napi_ok;
}

static bool set_row(napi_env env, napi_value table, uint32_t i, double initial)
{
    const host_option *row = &host_options_all[i];
    napi_value         object, name;

    return napi_create_object(env, &object) == napi_ok &&
           napi_create_string_utf8(env, row->name, NAPI_AUTO_LENGTH, &name) == napi_ok &&
           napi_set_named_property(env, object, "name", name) == napi_ok &&
           set_flag(env, object, "isOfLib", i >= HOST_OPTIONS_OF_USERS) &&
           set_number(env, object, "kind", row->kind) &&
           set_number(env, object, "initial", initial) &&
           set_number(env, object, "least", row->least) &&
           set_number(env, object, "most", row->most) &&
           (!row->choice || set_choices(env, object, row)) &&
           napi_set_element(env, table, i, object) == napi_ok;
}

napi_value options_table(napi_env env)
{
    double     defaults[HOST_OPTIONS_COUNT];
    napi_value table;

    host_options_defaults(defaults);
    if (napi_create_array(env, &table) != napi_ok)
        return NULL;
    for (uint32_t i = 0; i < HOST_OPTIONS_COUNT; i++) {
        if (!set_row(env, table, i, defaults[i]))
            return NULL;
    }
    return table;
}
