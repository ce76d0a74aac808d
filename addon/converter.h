/* What createConverter keeps in C: options that were read once, and the memory that each conversion
 * writes to. */
#ifndef ADDON_CONVERTER_H
#define ADDON_CONVERTER_H

#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

#include "png2bmp.h"

typedef struct converter {
    png2bmp_options options;
    napi_ref        memory; /* weak, to the view that output is in; NULL: none yet */
    uint8_t        *output;
    size_t          capacity;
} converter;

/*
 * Functions that return a JavaScript value return NULL if an exception is pending.
 *
 * A converter is an External, and freed with it. Its memory is a view of an ArrayBuffer that nobody
 * can detach or resize (lib/converter.js): it is written to on another thread, while JavaScript has
 * views of it. JavaScript keeps it alive: finalizers do not run while a loop does not return to the
 * event loop, so memory that only a converter in C let go of would pile up there.
 */
napi_value converter_create(napi_env env, const png2bmp_options *options);

/* The converter in such a value. */
converter *converter_of(napi_env env, napi_value value);

/* The memory: needed while there is room for an output. */
napi_value converter_memory(napi_env env, const converter *self);

/* From now on the output goes to this view, to the first suitable address in it. Returns its offset
 * in bytes. */
napi_value converter_use_memory(napi_env env, converter *self, napi_value view);

#endif
