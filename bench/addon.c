/*
 * The C peers behind Node-API, as plainly as an addon can be written:
 *
 *     convert(peer, png) -> Buffer with a 24-bit BMP
 *     peers              -> their names
 *
 * The Buffer has its exact size from the start and the BMP is decoded into it.
 * The original path ends in a vector, whose bytes are copied to a Buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

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

static napi_value peer_names(napi_env env)
{
    napi_value list, name;
    napi_create_array(env, &list);
    for (size_t i = 0; i < peer_count; i++) {
        napi_create_string_utf8(env, peers[i].name, NAPI_AUTO_LENGTH, &name);
        napi_set_element(env, list, (uint32_t)i, name);
    }
    return list;
}

NAPI_MODULE_INIT()
{
    napi_value function;
    napi_create_function(env, "convert", NAPI_AUTO_LENGTH, convert, NULL, &function);
    napi_set_named_property(env, exports, "convert", function);
    napi_set_named_property(env, exports, "peers", peer_names(env));
    return exports;
}
