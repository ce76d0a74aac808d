/* failAt(k): the k-th Node-API call from now on fails. calls(): the number of calls so far. */
#include <node_api.h>

long napi_calls, napi_fail_at;

static napi_value fail_at(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    size_t     argc = 1;
    int64_t    k = 0;

    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    napi_get_value_int64(env, argv[0], &k);
    napi_calls = 0;
    napi_fail_at = (long)k;
    return NULL;
}

static napi_value calls(napi_env env, napi_callback_info info)
{
    napi_value count = NULL;

    (void)info;
    napi_create_int64(env, napi_calls, &count);
    return count;
}

void add_fault_functions(napi_env env, napi_value exports);
void add_fault_functions(napi_env env, napi_value exports)
{
    const napi_property_descriptor functions[] = {
        {"failAt", NULL, fail_at, NULL, NULL, NULL, napi_enumerable, NULL},
        {"calls", NULL, calls, NULL, NULL, NULL, napi_enumerable, NULL},
    };

    napi_define_properties(env, exports, 2, functions);
}
