#include "buffers.h"

#include "pages.h"

/* Above this size Buffer.allocUnsafeSlow makes the Buffer: napi_create_buffer ends the process if
 * there is no memory, while the JavaScript function throws. Below it the call into JavaScript would
 * cost as much as the allocation. */
#define LARGE_OUTPUT (1u << 20)

static bool bytes_of_dataview(napi_env env, napi_value view, uint8_t **data, size_t *size)
{
    bool  is_dataview = false;
    void *start = NULL;
    if (napi_is_dataview(env, view, &is_dataview) != napi_ok || !is_dataview ||
        napi_get_dataview_info(env, view, size, &start, NULL, NULL) != napi_ok)
        return false;
    *data = start;
    return true;
}

bool bytes_of_view(napi_env env, napi_value view, uint8_t **data, size_t *size)
{
    bool  is_buffer = false;
    void *start = NULL;

    *size = 0;
    /* Node.js accepts every view here, other runtimes may not. */
    if (napi_is_buffer(env, view, &is_buffer) != napi_ok || !is_buffer)
        return bytes_of_dataview(env, view, data, size);
    if (napi_get_buffer_info(env, view, &start, size) != napi_ok)
        return bytes_of_dataview(env, view, data, size);
    *data = start;
    if (!start)
        *size = 0;
    return true;
}

static bool is_too_long(napi_env env, napi_value host, uint64_t size)
{
    napi_value value;
    double     most;
    return size > SIZE_MAX || napi_get_named_property(env, host, "maxLength", &value) != napi_ok ||
           napi_get_value_double(env, value, &most) != napi_ok || (double)size > most;
}

static bool create_large(napi_env env, napi_value host, size_t size, napi_value *buffer)
{
    napi_value function, length, exception;
    if (napi_get_named_property(env, host, "allocate", &function) != napi_ok ||
        napi_create_double(env, (double)size, &length) != napi_ok)
        return false;
    if (napi_call_function(env, host, function, 1, &length, buffer) == napi_ok)
        return true;
    napi_get_and_clear_last_exception(env, &exception);
    return false;
}

napi_value bytes_create(napi_env env, napi_value host, uint64_t size, uint8_t **data,
                        png2bmp_status *status)
{
    napi_value buffer;
    void      *start = NULL;
    size_t     length;

    if (size >= LARGE_OUTPUT && is_too_long(env, host, size)) {
        *status = PNG2BMP_ERR_OUTPUT_LIMIT;
        return NULL;
    }
    *status = PNG2BMP_ERR_OUT_OF_MEMORY;
    if (size < LARGE_OUTPUT) {
        if (napi_create_buffer(env, (size_t)size, &start, &buffer) != napi_ok)
            return NULL;
    } else if (!create_large(env, host, (size_t)size, &buffer) ||
               napi_get_buffer_info(env, buffer, &start, &length) != napi_ok || length != size) {
        return NULL;
    }
    *status = PNG2BMP_OK;
    *data = start;
    pages_prefer_huge(start, (size_t)size);
    return buffer;
}
