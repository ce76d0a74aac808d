#include "instance.h"

#include <stdlib.h>

#include "errors.h"

static void instance_free(napi_env env, void *data, void *hint)
{
    instance *self = data;
    (void)hint;
    if (self->make_error)
        napi_delete_reference(env, self->make_error);
    if (self->allocate)
        napi_delete_reference(env, self->allocate);
    free(self);
}

instance *instance_create(napi_env env)
{
    instance *self = calloc(1, sizeof *self);
    if (!self) {
        napi_throw_error(env, "ERR_OUT_OF_MEMORY", "out of memory");
        return NULL;
    }
    if (napi_set_instance_data(env, self, instance_free, NULL) != napi_ok) {
        free(self);
        return NULL;
    }
    return self;
}

napi_value instance_setup(napi_env env, napi_callback_info info)
{
    napi_value argv[4];
    size_t     argc = 4;
    uint32_t   cpu;
    void      *data;

    if (napi_get_cb_info(env, info, &argc, argv, NULL, &data) != napi_ok)
        return throw_quiet(env);
    instance *self = data;
    if (self->make_error || napi_create_reference(env, argv[0], 1, &self->make_error) != napi_ok ||
        napi_create_reference(env, argv[1], 1, &self->allocate) != napi_ok ||
        napi_get_value_double(env, argv[2], &self->max_length) != napi_ok ||
        napi_get_value_uint32(env, argv[3], &cpu) != napi_ok || cpu >= PNG2BMP_CPU_COUNT)
        return throw_quiet(env);
    self->cpu = (png2bmp_cpu)cpu;
    return NULL;
}
