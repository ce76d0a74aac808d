/*
 * The functions that lib/ calls, on an object that inherits them and has what
 * instance.h lists. They are not a public interface: lib/ has checked every argument;
 * what is checked here again is what memory safety depends on.
 *
 * All begin with the same four arguments, the common ones:
 *   input       a view (Buffer, typed array, DataView) of at least one byte
 *   length      bytes of it to use
 *   options     a Float64Array: see options.h
 *   onWarning   a function, or undefined
 * Asynchronous ones go on with two more:
 *   copy        read from a copy of the input, made now
 *   ticket      for cancel; 0: none
 * Then come their own.
 */
#include <libdeflate.h>
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "errors.h"
#include "file.h"
#include "host_facts.h"
#include "instance.h"
#include "job.h"
#include "options.h"
#include "origin.h"
#include "png2bmp.h"
#include "task.h"

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

/* One call from JavaScript, from its arguments to its job. */
typedef struct call {
    instance  *self;
    napi_value host;           /* what the function was called on: see instance.h */
    napi_value argv[MAX_ARGS]; /* missing ones are undefined */
    napi_value on_warning;     /* NULL: none */
    job        job;
} call;

static napi_value throw_report(napi_env env, napi_value host, const job *job)
{
    napi_value error = error_from_report(env, host, job->status, &job->report, job->path);
    if (error)
        napi_throw(env, error);
    return NULL;
}

/* Tells the warnings, throws the error. False: an exception is pending. */
static bool call_succeeded(napi_env env, const call *call)
{
    if (call->on_warning && !tell_warnings(env, call->on_warning, &call->job.report))
        return false;
    if (call->job.status == PNG2BMP_OK)
        return true;
    throw_report(env, call->host, &call->job);
    return false;
}

static bool read_input(napi_env env, call *call)
{
    uint8_t *bytes = NULL;
    size_t   size;
    double   length;

    if (!bytes_of_view(env, call->argv[ARG_INPUT], &bytes, &size) ||
        napi_get_value_double(env, call->argv[ARG_LENGTH], &length) != napi_ok ||
        !(length >= 0 && length <= (double)size))
        return false;
    call->job.input = bytes;
    call->job.input_size = (size_t)length;
    return true;
}

static bool read_on_warning(napi_env env, call *call)
{
    napi_valuetype type;
    if (napi_typeof(env, call->argv[ARG_ON_WARNING], &type) != napi_ok)
        return false;
    call->on_warning = type == napi_function ? call->argv[ARG_ON_WARNING] : NULL;
    return true;
}

static bool read_arguments(napi_env env, napi_callback_info info, call *call,
                           png2bmp_options *options)
{
    size_t argc = MAX_ARGS;
    void  *data;

    if (napi_get_cb_info(env, info, &argc, call->argv, &call->host, &data) != napi_ok)
        return false;
    call->self = data;
    return read_input(env, call) && options_read(env, call->argv[ARG_OPTIONS], options) &&
           read_on_warning(env, call);
}

/* The common arguments. False: an exception is pending. */
static bool call_begin(napi_env env, napi_callback_info info, call *call, png2bmp_options *options)
{
    call->job.path = call->job.full_path = NULL;
    call->job.origin = NULL;
    call->job.directory = FILE_WORKING_DIRECTORY;
    png2bmp_report_init(&call->job.report);
    if (read_arguments(env, info, call, options))
        return true;
    throw_quiet(env);
    return false;
}

/* The common arguments and the plan of a PNG. False: an exception is pending. */
static bool call_begin_png(napi_env env, napi_callback_info info, call *call)
{
    png2bmp_options options;
    if (!call_begin(env, info, call, &options))
        return false;
    job_plan(&call->job, &options);
    return call->job.status == PNG2BMP_OK || call_succeeded(env, call);
}

/* width, height, channels, stride of raw pixels, as four arguments. */
static bool read_pixels(napi_env env, const napi_value argv[4], png2bmp_pixels *pixels)
{
    uint32_t channels;
    double   stride;
    if (napi_get_value_uint32(env, argv[0], &pixels->width) != napi_ok ||
        napi_get_value_uint32(env, argv[1], &pixels->height) != napi_ok ||
        napi_get_value_uint32(env, argv[2], &channels) != napi_ok ||
        napi_get_value_double(env, argv[3], &stride) != napi_ok ||
        !(stride >= 0 && stride < 0x1p53))
        return false;
    pixels->channels = channels;
    pixels->stride = (size_t)stride;
    return true;
}

/* The same for raw pixels, which stand in the arguments from `own` on. */
static bool call_begin_pixels(napi_env env, napi_callback_info info, call *call, size_t own)
{
    png2bmp_options options;
    if (!call_begin(env, info, call, &options))
        return false;
    if (!read_pixels(env, &call->argv[own], &call->job.pixels)) {
        throw_quiet(env);
        return false;
    }
    job_plan_pixels(&call->job, &options);
    return call->job.status == PNG2BMP_OK || call_succeeded(env, call);
}

/* The Buffer that the job writes to. NULL: an exception is pending. */
static napi_value call_create_output(napi_env env, call *call)
{
    job       *job = &call->job;
    napi_value output =
        bytes_create(env, call->host, job->plan.bmp.byte_length, &job->output, &job->status);
    if (output)
        return output;
    snprintf(job->report.error.message, sizeof job->report.error.message,
             "the output needs a Buffer of %llu bytes: %s",
             (unsigned long long)job->plan.bmp.byte_length,
             job->status == PNG2BMP_ERR_OUT_OF_MEMORY ? "out of memory"
                                                      : "more than buffer.constants.MAX_LENGTH");
    return throw_report(env, call->host, job);
}

/* A path for the job, from a view of its bytes. False: an exception is pending. */
static bool call_read_path(napi_env env, call *call, napi_value view)
{
    uint8_t *bytes = NULL;
    size_t   size;
    char    *path = NULL;

    if (bytes_of_view(env, view, &bytes, &size))
        path = malloc(size + 1);
    if (!path) {
        throw_quiet(env);
        return false;
    }
    if (size)
        memcpy(path, bytes, size);
    path[size] = '\0';
    call->job.path = path;
    return true;
}

/* What readInfo answers, into a Float64Array of exactly HOST_FACTS_COUNT numbers. False: an
 * exception is pending. */
static bool call_write_facts(napi_env env, const call *call, napi_value argv)
{
    double   facts[HOST_FACTS_COUNT];
    uint8_t *bytes;
    size_t   size;

    if (!bytes_of_view(env, argv, &bytes, &size) || size != sizeof facts) {
        throw_quiet(env);
        return false;
    }
    host_facts_write(facts, &call->job.plan);
    memcpy(bytes, facts, sizeof facts);
    return true;
}

/* ---- Synchronous calls ------------------------------------------------------ */

/* Runs a planned job into a new Buffer. */
static napi_value call_run(napi_env env, call *call, void (*run)(job *, const png2bmp_control *))
{
    napi_value output = call_create_output(env, call);
    if (!output)
        return NULL;
    run(&call->job, NULL);
    return call_succeeded(env, call) ? output : NULL;
}

/* convert(...common): Buffer */
static napi_value convert(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png(env, info, &call) ? call_run(env, &call, job_convert) : NULL;
}

/* decode(...common, facts): Buffer; facts as in plan */
static napi_value decode(napi_env env, napi_callback_info info)
{
    call call;
    if (!call_begin_png(env, info, &call) || !call_write_facts(env, &call, call.argv[ARG_OWN]))
        return NULL;
    return call_run(env, &call, job_convert);
}

/* encode(...common, width, height, channels, stride): Buffer */
static napi_value encode(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_pixels(env, info, &call, ARG_OWN) ? call_run(env, &call, job_encode) : NULL;
}

static bool overlap(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return (uintptr_t)a < (uintptr_t)b + b_size && (uintptr_t)b < (uintptr_t)a + a_size;
}

/* Takes the target for the output. False: an exception is pending. */
static bool call_use_target(napi_env env, call *call, napi_value target)
{
    job           *job = &call->job;
    const uint64_t needed = job->plan.bmp.byte_length;
    size_t         size;
    char           message[120];

    if (!bytes_of_view(env, target, &job->output, &size)) {
        throw_quiet(env);
        return false;
    }
    if (size < needed) {
        snprintf(message, sizeof message,
                 "The \"target\" argument must have at least %llu bytes for this BMP. "
                 "Received %zu bytes",
                 (unsigned long long)needed, size);
        throw_argument(env, call->host, "ERR_OUT_OF_RANGE", message);
        return false;
    }
    if (overlap(job->output, (size_t)needed, job->input, job->input_size)) {
        throw_argument(env, call->host, "ERR_INVALID_ARG_VALUE",
                       "The \"target\" argument must not share memory with the PNG");
        return false;
    }
    return true;
}

/* convertInto(...common, target): bytes written */
static napi_value convert_into(napi_env env, napi_callback_info info)
{
    call       call;
    napi_value written;

    if (!call_begin_png(env, info, &call) || !call_use_target(env, &call, call.argv[ARG_OWN]))
        return NULL;
    job_convert(&call.job, NULL);
    if (!call_succeeded(env, &call))
        return NULL;
    if (napi_create_double(env, (double)call.job.plan.bmp.byte_length, &written) != napi_ok)
        return throw_quiet(env);
    return written;
}

/* save(...common, path): true */
static napi_value save(napi_env env, napi_callback_info info)
{
    call       call;
    napi_value yes;

    if (!call_begin_png(env, info, &call) || !call_read_path(env, &call, call.argv[ARG_OWN]))
        return NULL;
    job_save(&call.job, NULL);
    const bool succeeded = call_succeeded(env, &call);
    job_release(&call.job);
    if (!succeeded)
        return NULL;
    return napi_get_boolean(env, true, &yes) == napi_ok ? yes : throw_quiet(env);
}

/* plan(...common, facts) */
static napi_value plan(napi_env env, napi_callback_info info)
{
    call call;
    if (call_begin_png(env, info, &call) && call_succeeded(env, &call))
        call_write_facts(env, &call, call.argv[ARG_OWN]);
    return NULL;
}

/* ---- Asynchronous calls ----------------------------------------------------- */

static bool call_make_request(napi_env env, const call *call, task_request *request)
{
    request->host = call->host;
    request->input = call->argv[ARG_INPUT];
    request->on_warning = call->on_warning;
    request->output = NULL;
    if (napi_get_value_bool(env, call->argv[ARG_COPY], &request->copy_input) == napi_ok &&
        napi_get_value_uint32(env, call->argv[ARG_TICKET], &request->ticket) == napi_ok)
        return true;
    throw_quiet(env);
    return false;
}

/* Starts a planned job into a new Buffer. */
static napi_value call_start(napi_env env, call *call, void (*run)(job *, const png2bmp_control *))
{
    task_request request;
    if (!call_make_request(env, call, &request))
        return NULL;
    request.output = call_create_output(env, call);
    if (!request.output)
        return NULL;
    call->job.run = run;
    return task_start(env, call->self, &call->job, &request);
}

/* convertAsync(...common, copy, ticket): Promise<Buffer> */
static napi_value convert_async(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png(env, info, &call) ? call_start(env, &call, job_convert) : NULL;
}

/* decodeAsync(...common, copy, ticket, facts): Promise<Buffer>; facts are there at once */
static napi_value decode_async(napi_env env, napi_callback_info info)
{
    call call;
    if (!call_begin_png(env, info, &call) ||
        !call_write_facts(env, &call, call.argv[ARG_ASYNC_OWN]))
        return NULL;
    return call_start(env, &call, job_convert);
}

/* encodeAsync(...common, copy, ticket, width, height, channels, stride): Promise<Buffer> */
static napi_value encode_async(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_pixels(env, info, &call, ARG_ASYNC_OWN) ? call_start(env, &call, job_encode)
                                                              : NULL;
}

/* saveAsync(...common, copy, ticket, path): Promise<true> */
static napi_value save_async(napi_env env, napi_callback_info info)
{
    call         call;
    task_request request;

    if (!call_begin_png(env, info, &call) || !call_make_request(env, &call, &request) ||
        !call_read_path(env, &call, call.argv[ARG_ASYNC_OWN]))
        return NULL;
    if (!origin_fix(call.self, &call.job)) {
        throw_report(env, call.host, &call.job);
        job_release(&call.job);
        return NULL;
    }
    call.job.run = job_save;
    return task_start(env, call.self, &call.job, &request);
}

/* cancel(ticket) */
static napi_value cancel(napi_env env, napi_callback_info info)
{
    napi_value host, argv[1];
    size_t     argc = 1;
    uint32_t   ticket;
    void      *data;

    if (napi_get_cb_info(env, info, &argc, argv, &host, &data) != napi_ok ||
        napi_get_value_uint32(env, argv[0], &ticket) != napi_ok)
        return throw_quiet(env);
    task_cancel(env, data, host, ticket);
    return NULL;
}

/* ---- The module --------------------------------------------------------------- */

static bool set_text(napi_env env, napi_value object, const char *key, const char *text)
{
    napi_value value;
    return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok &&
           napi_set_named_property(env, object, key, value) == napi_ok;
}

/* { ERR_PNG_CRC: 'a chunk is damaged...', ... }; those from firstWarning on are
 * warnings unless `strict`. */
static bool set_codes(napi_env env, napi_value exports)
{
    napi_value codes;
    if (napi_create_object(env, &codes) != napi_ok)
        return false;
    for (unsigned i = PNG2BMP_OK + 1; i < PNG2BMP_STATUS_COUNT; i++) {
        const png2bmp_status status = (png2bmp_status)i;
        if (!set_text(env, codes, png2bmp_status_code(status), png2bmp_status_text(status)))
            return false;
    }
    return napi_set_named_property(env, exports, "codes", codes) == napi_ok &&
           set_text(env, exports, "firstWarning", png2bmp_status_code(PNG2BMP_FIRST_WARNING));
}

/* The names of the facts, in their order. */
static bool set_facts(napi_env env, napi_value exports)
{
    napi_value names, name;
    if (napi_create_array(env, &names) != napi_ok)
        return false;
    for (uint32_t i = 0; i < HOST_FACTS_COUNT; i++) {
        if (napi_create_string_utf8(env, host_fact_name(i), NAPI_AUTO_LENGTH, &name) != napi_ok ||
            napi_set_element(env, names, i, name) != napi_ok)
            return false;
    }
    return napi_set_named_property(env, exports, "facts", names) == napi_ok;
}

static bool set_versions(napi_env env, napi_value exports)
{
    napi_value versions;
    return napi_create_object(env, &versions) == napi_ok &&
           set_text(env, versions, "png2bmp", PNG2BMP_VERSION) &&
           set_text(env, versions, "libdeflate", LIBDEFLATE_VERSION_STRING) &&
           napi_set_named_property(env, exports, "versions", versions) == napi_ok;
}

static bool set_functions(napi_env env, napi_value exports, instance *self)
{
#define FUNCTION(name, function)                                                                   \
    {                                                                                              \
        name, NULL, function, NULL, NULL, NULL, napi_enumerable, self                              \
    }
    const napi_property_descriptor functions[] = {
        FUNCTION("convert", convert),
        FUNCTION("convertAsync", convert_async),
        FUNCTION("convertInto", convert_into),
        FUNCTION("save", save),
        FUNCTION("saveAsync", save_async),
        FUNCTION("plan", plan),
        FUNCTION("decode", decode),
        FUNCTION("decodeAsync", decode_async),
        FUNCTION("encode", encode),
        FUNCTION("encodeAsync", encode_async),
        FUNCTION("cancel", cancel),
    };
#undef FUNCTION
    return napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions) ==
           napi_ok;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */)
{
    instance  *self = instance_of(env);
    napi_value options = options_table(env);

    if (!self || !options || !set_functions(env, exports, self) || !set_codes(env, exports) ||
        !set_versions(env, exports) || !set_facts(env, exports) ||
        napi_set_named_property(env, exports, "options", options) != napi_ok)
        return throw_quiet(env);
    return exports;
}
