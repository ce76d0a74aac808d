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
 * argv[0], flags: bits 0-3 format, 4-5 alpha, 6-7 depth16, 8-9 dither (the enum
 *                 values), 10 topDown, 11 strict, 12 ignoreChecksums, 13 invert,
 *                 14 exclusive, 15 sync, 16-23 threshold, 24-27 cpu
 * argv[1], background: 0xRRGGBB
 * argv[2], maxPixels, and argv[3], maxMemory: doubles, Infinity included
 *
 * False: a value is out of range.
 */
bool options_read(napi_env env, const napi_value argv[4], png2bmp_options *options);

/* The names of the enum values, in their order: { format: ['bgr24', ...], ... }. */
napi_value options_names(napi_env env);

#endif
