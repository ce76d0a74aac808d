/* Options, from the numbers that lib/options.js makes of an options object, and the table that it
 * uses. */
#ifndef ADDON_OPTIONS_H
#define ADDON_OPTIONS_H

#include <node_api.h>
#include <stdbool.h>

#include "png2bmp.h"

/*
 * Options are passed from JavaScript as a Float64Array, as described in host_options.h: reading an
 * object through Node-API takes ten times as long as reading it in JavaScript.
 *
 * False: not such an array, or a value is out of range.
 */
bool options_read(napi_env env, napi_value values, png2bmp_options *options);

/* Everything that lib/ has to know about the options, in the order of their numbers: [{ name,
 * isOfLib, kind, initial, least, most, choices? }, ...]. NULL: no memory. */
napi_value options_table(napi_env env);

#endif
