/* One call from JavaScript, from its arguments to its job. */
#ifndef ADDON_CALL_H
#define ADDON_CALL_H

#include <node_api.h>
#include <stdbool.h>

#include "converter.h"
#include "instance.h"
#include "job.h"
#include "task.h"

/* The arguments: see addon.c. */
enum {
    ARG_INPUT,
    ARG_LENGTH,
    ARG_OPTIONS,
    ARG_ON_WARNING,
    ARG_OWN,
    ARG_COPY = ARG_OWN,
    ARG_TICKET,
    ARG_ASYNC_OWN,
    MAX_ARGS = ARG_ASYNC_OWN + 4
};

typedef struct call {
    instance  *self;
    napi_value host;           /* the object that the function was called on: see instance.h */
    napi_value argv[MAX_ARGS]; /* missing ones are undefined */
    napi_value on_warning;     /* NULL: none */
    job        job;
} call;

/* If a function returns false or NULL, an exception is pending. */

/* Reads the common arguments and makes the plan, of a PNG, or of raw pixels, which the four
 * arguments from `own` on describe. */
bool call_begin_png(napi_env env, napi_callback_info info, call *call);
bool call_begin_pixels(napi_env env, napi_callback_info info, call *call, size_t own);

/* The same as call_begin_pixels for a PNG of the pixels: the plan has its greatest length. */
bool call_begin_png_of_pixels(napi_env env, napi_callback_info info, call *call, size_t own);

/* Reads the common arguments, whose input is not converted. */
bool call_begin_bytes(napi_env env, napi_callback_info info, call *call);

/* The same for job_convert_file: the input is a path, and the four arguments from `own` on are
 * those of convertFile. The job owns paths from then on: see job_release. */
bool call_begin_file(napi_env env, napi_callback_info info, call *call, size_t own);

/* As call_begin_png, with a converter in place of the options. */
bool call_begin_kept(napi_env env, napi_callback_info info, call *call, converter **converter);

/* For job_step: a stream in place of the options, and three arguments from ARG_ASYNC_OWN on. The
 * job holds the stream from then on: see job_release. */
bool call_begin_step(napi_env env, napi_callback_info info, call *call, task_request *request);

/* A path for the job, from a view of its bytes. */
bool call_read_path(napi_env env, call *call, napi_value view);

/* Stores what readInfo returns in a Float64Array of exactly HOST_FACTS_COUNT numbers. */
bool call_write_facts(napi_env env, const call *call, napi_value argv);

/* The Buffer that the job writes to: a new one, or the target, a view that is large enough and
 * shares no memory with the input. */
napi_value call_create_output(napi_env env, call *call);
bool       call_use_target(napi_env env, call *call, napi_value target);

/* Whether the input shares memory with `size` bytes of output. */
bool call_overlaps(const call *call, const uint8_t *output, size_t size);

/* What task_start needs, except an output. */
bool call_make_request(napi_env env, const call *call, task_request *request);

/* Reports the warnings, throws the error. */
bool call_succeeded(napi_env env, const call *call);

/* Throws the error of the job. Returns NULL. */
napi_value call_throw(napi_env env, const call *call);

#endif
