/*
 * The C peers through Node-API, in the simplest possible addon:
 *
 *     convert(peer, png) -> Buffer with a 24-bit BMP
 *     cpuTime()          -> nanoseconds of processor time of this process
 *
 * The Buffer has its exact size from the start and the BMP is decoded into it.
 * The original path ends in a vector, whose bytes are copied to a Buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peers.h"

static napi_value throw_error(napi_env env, const char *message)
{
    napi_throw_error(env, NULL, message);
    return NULL;
}

static const peer *get_peer(napi_env env, napi_value value)
{
    char   name[32];
    size_t length;
    if (napi_get_value_string_utf8(env, value, name, sizeof name, &length) != napi_ok)
        return NULL;
    return find_peer(name, length);
}

static napi_value convert(napi_env env, napi_callback_info info)
{
    size_t     count = 2;
    napi_value arguments[2], buffer;
    void      *png, *bmp;
    size_t     png_size;
    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    const peer *one = get_peer(env, arguments[0]);
    if (!one || napi_get_buffer_info(env, arguments[1], &png, &png_size) != napi_ok)
        return throw_error(env, "convert(peer, png)");

    size_t size = bmp24_size(png, png_size);
    if (strcmp(one->name, "original") == 0) {
        uint8_t *vector = one->convert(png, png_size, NULL, size);
        if (!vector)
            return throw_error(env, "cannot convert");
        napi_create_buffer_copy(env, size, vector, NULL, &buffer);
        free(vector);
        return buffer;
    }
    if (napi_create_buffer(env, size, &bmp, &buffer) != napi_ok)
        return throw_error(env, "out of memory");
    if (!one->convert(png, png_size, bmp, size))
        return throw_error(env, "cannot convert");
    return buffer;
}

static napi_value cpu_time(napi_env env, napi_callback_info info)
{
    struct timespec now;
    napi_value      value;
    (void)info;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    napi_create_double(env, (double)now.tv_sec * 1e9 + (double)now.tv_nsec, &value);
    return value;
}

static void export_function(napi_env env, napi_value exports, const char *name,
                            napi_callback callback)
{
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
    napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT()
{
    export_function(env, exports, "convert", convert);
    export_function(env, exports, "cpuTime", cpu_time);
    return exports;
}
