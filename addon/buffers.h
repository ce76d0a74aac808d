/* The bytes of JavaScript Buffers: inputs and outputs. */
#ifndef ADDON_BYTES_H
#define ADDON_BYTES_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "png2bmp.h"

/*
 * Where the bytes of a Buffer, typed array or DataView are; *data includes its byteOffset, and a
 * detached or empty view has size 0. They stay there as long as a handle or a reference keeps the
 * view alive and its buffer is not detached or resized. False: not a view.
 */
bool bytes_of_view(napi_env env, napi_value view, uint8_t **data, size_t *size);

/*
 * A new Buffer of `size` bytes, made with the functions of `host` (see instance.h). Its contents
 * are stale: every byte must be written before JavaScript gets it. NULL: *status says why
 * (PNG2BMP_ERR_OUT_OF_MEMORY or PNG2BMP_ERR_OUTPUT_LIMIT), no exception is pending.
 */
napi_value bytes_create(napi_env env, napi_value host, uint64_t size, uint8_t **data,
                        png2bmp_status *status);

#endif
