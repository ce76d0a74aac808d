/* From the numbers that lib/options.js makes of an options object. */
#ifndef ADDON_OPTIONS_H
#define ADDON_OPTIONS_H

#include <node_api.h>
#include <stdbool.h>

#include "png2bmp.h"

/*
 * Options cross from JavaScript as four numbers: reading an object through
 * Node-API takes ten times as long as reading it in JavaScript.
 *
 * argv: flags, background, maxPixels and maxMemory as host_options.h has them; the limits may be
 * Infinity.
 *
 * False: a value is out of range.
 */
bool options_read(napi_env env, const napi_value argv[4], png2bmp_options *options);

/* The names of the enum values, in their order: { format: ['bgr24', ...], ... }. */
napi_value options_names(napi_env env);

#endif
