/* Errors and warnings of a conversion, in JavaScript. */
#ifndef ADDON_ERRORS_H
#define ADDON_ERRORS_H

#include <node_api.h>
#include <stdbool.h>

#include "base/opaque.h"

/*
 * The error object for a failed conversion, made by lib/errors.js: a PngError, an error like those
 * of node:fs for PNG2BMP_ERR_FILE, a RangeError if out of memory. host: whose makeError makes it,
 * see instance.h. path: of the file, or NULL. NULL: an exception is pending
 * instead.
 */
napi_value error_from_report(napi_env env, napi_value host, png2bmp_status status,
                             const png2bmp_report *report, const char *path);

/* Throws the error of lib/errors.js for a wrong argument. Returns NULL. */
napi_value throw_argument(napi_env env, napi_value host, const char *code, const char *message);

/* After a Node-API call that failed: makes sure that an exception is pending. Returns NULL. */
napi_value throw_quiet(napi_env env);

/* Calls on_warning({ code, message }) once for each warning. False: an exception is pending, and
 * the remaining warnings were not reported. */
bool tell_warnings(napi_env env, napi_value on_warning, const png2bmp_report *report);

#endif
