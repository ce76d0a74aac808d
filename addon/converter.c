#include "converter.h"

#include <stdlib.h>

#include "buffers.h"
#include "errors.h"
#include "pages.h"

static void release_memory(napi_env env, converter *self)
{
    if (self->memory)
        napi_delete_reference(env, self->memory);
    self->memory = NULL;
    self->output = NULL;
    self->capacity = 0;
}

static void converter_free(napi_env env, void *data, void *hint)
{
    (void)hint;
    release_memory(env, data);
    free(data);
}

napi_value converter_create(napi_env env, const png2bmp_options *options)
{
    converter *self = calloc(1, sizeof *self);
    napi_value external;

    if (!self) {
        napi_throw_range_error(env, "ERR_OUT_OF_MEMORY", "out of memory");
        return NULL;
    }
    self->options = *options;
    if (napi_create_external(env, self, converter_free, NULL, &external) == napi_ok)
        return external;
    free(self);
    return throw_quiet(env);
}

converter *converter_of(napi_env env, napi_value value)
{
    void *data = NULL;

    if (napi_get_value_external(env, value, &data) != napi_ok)
        throw_quiet(env);
    return data;
}

napi_value converter_memory(napi_env env, const converter *self)
{
    napi_value view = NULL;

    if (self->memory)
        napi_get_reference_value(env, self->memory, &view);
    return view;
}

napi_value converter_use_memory(napi_env env, converter *self, napi_value view)
{
    uint8_t   *bytes = NULL;
    size_t     size;
    napi_value offset;

    release_memory(env, self);
    if (!bytes_of_view(env, view, &bytes, &size) ||
        napi_create_reference(env, view, 0, &self->memory) != napi_ok)
        return throw_quiet(env);
    self->output = pages_huge_start(bytes, size);
    self->capacity = size - (size_t)(self->output - bytes);
    pages_prefer_huge(self->output, self->capacity);
    return napi_create_double(env, (double)(self->output - bytes), &offset) == napi_ok
               ? offset
               : throw_quiet(env);
}
