#include "instance.h"

#include <stdlib.h>

#include "cwd.h"

static void instance_free(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    cwd_forget(data);
    free(data);
}

instance *instance_of(napi_env env)
{
    void *data = NULL;
    if (napi_get_instance_data(env, &data) == napi_ok && data)
        return data;

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
