/*
 * The functions that lib/ calls, on an object that inherits them and has what instance.h lists.
 * They are not a public interface: lib/ has checked every argument; checked again here is what
 * memory safety depends on.
 *
 * All start with the same four arguments, the common ones:
 *   input       a view (Buffer, typed array, DataView) of at least one byte
 *   length      bytes of it to use
 *   options     a Float64Array: see options.h
 *   onWarning   a function, or undefined
 * Asynchronous ones have two more:
 *   copy        read from a copy of the input, made now
 *   ticket      for cancel; 0: none
 * Then come their own.
 */
#include <libdeflate.h>
#include <node_api.h>

#include "call.h"
#include "converter.h"
#include "cwd.h"
#include "errors.h"
#include "host/host_facts.h"
#include "option_values.h"
#include "stream.h"

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

/* encodePNG(...common, width, height, channels, stride): a Buffer that begins with the PNG */
static napi_value encode_png(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png_of_pixels(env, info, &call, ARG_OWN)
               ? call_run(env, &call, job_encode_png)
               : NULL;
}

static napi_value number(napi_env env, double value)
{
    napi_value result;
    return napi_create_double(env, value, &result) == napi_ok ? result : throw_quiet(env);
}

/* convertInto(...common, target): bytes written */
static napi_value convert_into(napi_env env, napi_callback_info info)
{
    call call;

    if (!call_begin_png(env, info, &call) || !call_use_target(env, &call, call.argv[ARG_OWN]))
        return NULL;
    job_convert(&call.job, NULL);
    return call_succeeded(env, &call) ? number(env, (double)call.job.plan.bmp.byte_length) : NULL;
}

/* Runs a job that saves. */
static napi_value call_save(napi_env env, call *call, void (*run)(job *, const png2bmp_control *))
{
    napi_value yes;

    if (!call_read_path(env, call, call->argv[ARG_OWN]))
        return NULL;
    run(&call->job, NULL);
    const bool succeeded = call_succeeded(env, call);
    job_release(&call->job);
    if (!succeeded)
        return NULL;
    return napi_get_boolean(env, true, &yes) == napi_ok ? yes : throw_quiet(env);
}

/* save(...common, path): true */
static napi_value save(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png(env, info, &call) ? call_save(env, &call, job_save) : NULL;
}

/* saveBytes(...common, path): true; the input is written as it is */
static napi_value save_bytes(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_bytes(env, info, &call) ? call_save(env, &call, job_save_bytes) : NULL;
}

/* convertFile(...common, descriptor, most, path, facts): facts. The input is the path of a PNG, or
 * a descriptor (-1: none) is read; at most so many bytes. facts: of the plan, in a Float64Array
 * with 10 numbers more, in whose bytes the profile's name is. */
static napi_value convert_file(napi_env env, napi_callback_info info)
{
    call call;

    if (!call_begin_file(env, info, &call, ARG_OWN))
        return NULL;
    job_convert_file(&call.job, NULL);
    const bool succeeded = call_succeeded(env, &call);
    job_release(&call.job);
    return succeeded ? call.argv[ARG_OWN + 3] : NULL;
}

/* convertFiles(...common, descriptor, most, path, facts): how many files were converted. The input
 * has the names of all, and the facts get the lengths: see job_convert_files. The descriptor is -1,
 * the path is not used. */
static napi_value convert_files(napi_env env, napi_callback_info info)
{
    call   call;
    size_t count;
    bool   told;

    if (!call_begin_file(env, info, &call, ARG_OWN))
        return NULL;
    count = job_convert_files(&call.job);
    told = !call.on_warning || tell_warnings(env, call.on_warning, &call.job.report);
    job_release(&call.job);
    return told ? number(env, (double)count) : NULL;
}

/* plan(...common, facts) */
static napi_value plan(napi_env env, napi_callback_info info)
{
    call call;
    if (call_begin_png(env, info, &call) && call_succeeded(env, &call))
        call_write_facts(env, &call, call.argv[ARG_OWN]);
    return NULL;
}

/* countColors(...common, facts): as plan, with the number of colours */
static napi_value count_colors(napi_env env, napi_callback_info info)
{
    call call;
    if (!call_begin_png(env, info, &call))
        return NULL;
    job_count_colors(&call.job);
    if (call_succeeded(env, &call))
        call_write_facts(env, &call, call.argv[ARG_OWN]);
    return NULL;
}

/* ---- Asynchronous calls ----------------------------------------------------- */

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

/* decodeAsync(...common, copy, ticket, facts): Promise<Buffer>; facts are filled at once */
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

/* encodePNGAsync(...common, copy, ticket, width, height, channels, stride): Promise<Buffer>, as
 * encodePNG */
static napi_value encode_png_async(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png_of_pixels(env, info, &call, ARG_ASYNC_OWN)
               ? call_start(env, &call, job_encode_png)
               : NULL;
}

/* Starts a job that has its paths; what they mean is fixed now. */
static napi_value call_start_from_here(napi_env env, call *call, const task_request *request,
                                       void (*run)(job *, const png2bmp_control *))
{
    if (!cwd_keep(call->self, &call->job)) {
        call_throw(env, call);
        job_release(&call->job);
        return NULL;
    }
    call->job.run = run;
    return task_start(env, call->self, &call->job, request);
}

/* Starts a job that saves. */
static napi_value call_start_save(napi_env env, call *call,
                                  void (*run)(job *, const png2bmp_control *))
{
    task_request request;

    if (!call_make_request(env, call, &request) ||
        !call_read_path(env, call, call->argv[ARG_ASYNC_OWN]))
        return NULL;
    return call_start_from_here(env, call, &request, run);
}

/* convertFileAsync(...common, copy, ticket, descriptor, most, path, facts): Promise<facts>. Until
 * then the first of the facts is how many bytes of the PNG have been converted. */
static napi_value convert_file_async(napi_env env, napi_callback_info info)
{
    call         call;
    task_request request;

    if (!call_begin_file(env, info, &call, ARG_ASYNC_OWN))
        return NULL;
    if (!call_make_request(env, &call, &request)) {
        job_release(&call.job);
        return NULL;
    }
    request.output = call.argv[ARG_ASYNC_OWN + 3];
    return call_start_from_here(env, &call, &request, job_convert_file);
}

/* saveAsync(...common, copy, ticket, path): Promise<true> */
static napi_value save_async(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_png(env, info, &call) ? call_start_save(env, &call, job_save) : NULL;
}

/* saveBytesAsync(...common, copy, ticket, path): Promise<true> */
static napi_value save_bytes_async(napi_env env, napi_callback_info info)
{
    call call;
    return call_begin_bytes(env, info, &call) ? call_start_save(env, &call, job_save_bytes) : NULL;
}

/* ---- Converters --------------------------------------------------------------- */

/* createConverter(options): the `converter` of the functions below */
static napi_value create_converter(napi_env env, napi_callback_info info)
{
    napi_value      argv[1];
    size_t          argc = 1;
    png2bmp_options options;

    if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
        !options_read(env, argv[0], &options))
        return throw_quiet(env);
    return converter_create(env, &options);
}

/* useMemory(converter, view): the offset in it, in bytes, where the output will start. See
 * converter.h. */
static napi_value use_memory(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    size_t     argc = 2;
    converter *converter;

    if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok)
        return throw_quiet(env);
    converter = converter_of(env, argv[0]);
    return converter ? converter_use_memory(env, converter, argv[1]) : NULL;
}

/* The arguments and the plan. False: *answer is to be returned: NULL, or the length of the BMP, for
 * which there is no room. */
static bool begin_kept(napi_env env, napi_callback_info info, call *call, converter **converter,
                       napi_value *answer)
{
    *answer = NULL;
    if (!call_begin_kept(env, info, call, converter))
        return false;

    const uint64_t needed = call->job.plan.bmp.byte_length;

    if (needed > (*converter)->capacity) {
        *answer = number(env, (double)needed);
        return false;
    }
    if (call_overlaps(call, (*converter)->output, (size_t)needed)) {
        throw_argument(env, call->host, "ERR_INVALID_ARG_VALUE",
                       "The \"png\" argument must not be in the memory of the converter's output: "
                       "copy it first");
        return false;
    }
    call->job.output = (*converter)->output;
    return true;
}

/* convertKept(input, length, converter, onWarning): the length of the BMP, which is written if the
 * memory has as many bytes */
static napi_value convert_kept(napi_env env, napi_callback_info info)
{
    call       call;
    converter *converter;
    napi_value answer;

    if (!begin_kept(env, info, &call, &converter, &answer))
        return answer;
    job_convert(&call.job, NULL);
    return call_succeeded(env, &call) ? number(env, (double)call.job.plan.bmp.byte_length) : NULL;
}

/* convertKeptAsync(input, length, converter, onWarning, copy, ticket, facts): a Promise that is
 * settled when the output is there, or the length of the BMP, if the memory has fewer bytes; facts
 * as in decodeAsync */
static napi_value convert_kept_async(napi_env env, napi_callback_info info)
{
    call         call;
    task_request request;
    converter   *converter;
    napi_value   answer;

    if (!begin_kept(env, info, &call, &converter, &answer))
        return answer;
    if (!call_write_facts(env, &call, call.argv[ARG_ASYNC_OWN]) ||
        !call_make_request(env, &call, &request))
        return NULL;
    request.output = converter_memory(env, converter);
    call.job.run = job_convert;
    return task_start(env, call.self, &call.job, &request);
}

/* ---- PNGs that come in pieces --------------------------------------------------- */

/* openStream(options, pngSize, wantsWhole): the `stream` of the functions below; pngSize: 0 if it
 * is not known */
static napi_value open_stream(napi_env env, napi_callback_info info)
{
    napi_value      argv[3], host;
    size_t          argc = 3;
    png2bmp_options options;
    double          size;
    bool            wants_whole;

    if (napi_get_cb_info(env, info, &argc, argv, &host, NULL) != napi_ok ||
        !options_read(env, argv[0], &options) ||
        napi_get_value_double(env, argv[1], &size) != napi_ok || !(size >= 0 && size < 0x1p63) ||
        napi_get_value_bool(env, argv[2], &wants_whole) != napi_ok)
        return throw_quiet(env);
    return stream_open(env, host, &options, (uint64_t)size, wants_whole);
}

/* openSave(path, options, pngSize): one that saves */
static napi_value open_save(napi_env env, napi_callback_info info)
{
    call            call = {0};
    size_t          argc = 3;
    void           *self;
    png2bmp_options options;
    double          size;

    if (napi_get_cb_info(env, info, &argc, call.argv, &call.host, &self) != napi_ok ||
        !options_read(env, call.argv[1], &options) ||
        napi_get_value_double(env, call.argv[2], &size) != napi_ok || !(size >= 0 && size < 0x1p63))
        return throw_quiet(env);
    if (!call_read_path(env, &call, call.argv[0]))
        return NULL;
    if (cwd_keep(self, &call.job))
        return stream_open_save(env, call.host, &options, (uint64_t)size, &call.job);
    call_throw(env, &call);
    job_release(&call.job);
    return NULL;
}

/* stepAsync(input, length, stream, onWarning, copy, ticket, isLast, memory, facts): Promise<facts>.
 * memory: where the output goes; undefined where it is a file's, or must be one piece and is not
 * planned yet. facts: those of src/host/host_feed.h, also of an error if there is a plan. */
static napi_value step_async(napi_env env, napi_callback_info info)
{
    call         call;
    task_request request;

    if (!call_begin_step(env, info, &call, &request))
        return NULL;
    call.job.run = job_step;
    return task_start(env, call.self, &call.job, &request);
}

/* closeStream(stream): frees it, when its step has ended */
static napi_value close_stream(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    size_t     argc = 1;
    stream    *stream;

    if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok)
        return throw_quiet(env);
    stream = stream_of(env, argv[0]);
    if (stream)
        stream_close(stream);
    return NULL;
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

/* { ERR_PNG_CRC: 'a chunk is damaged...', ... }; those from firstWarning on are warnings unless
 * `strict`. */
static bool set_codes(napi_env env, napi_value exports)
{
    napi_value codes;
    if (napi_create_object(env, &codes) != napi_ok)
        return false;
    png2bmp_status status;
    for (uint32_t i = 0; (status = host_status(i)); i++) {
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
        FUNCTION("saveBytes", save_bytes),
        FUNCTION("saveBytesAsync", save_bytes_async),
        FUNCTION("convertFile", convert_file),
        FUNCTION("convertFileAsync", convert_file_async),
        FUNCTION("convertFiles", convert_files),
        FUNCTION("plan", plan),
        FUNCTION("countColors", count_colors),
        FUNCTION("decode", decode),
        FUNCTION("decodeAsync", decode_async),
        FUNCTION("encode", encode),
        FUNCTION("encodeAsync", encode_async),
        FUNCTION("encodePNG", encode_png),
        FUNCTION("encodePNGAsync", encode_png_async),
        FUNCTION("createConverter", create_converter),
        FUNCTION("useMemory", use_memory),
        FUNCTION("convertKept", convert_kept),
        FUNCTION("convertKeptAsync", convert_kept_async),
        FUNCTION("openStream", open_stream),
        FUNCTION("openSave", open_save),
        FUNCTION("stepAsync", step_async),
        FUNCTION("closeStream", close_stream),
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
