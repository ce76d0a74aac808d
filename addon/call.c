#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffers.h"
#include "converter.h"
#include "errors.h"
#include "host/host_facts.h"
#include "host/host_feed.h"
#include "host/host_png.h"
#include "option_values.h"
#include "pages.h"
#include "plan/cache.h"
#include "stream.h"

napi_value call_throw(napi_env env, const call *call)
{
    const job       *job = &call->job;
    const napi_value error =
        error_from_report(env, call->host, job->status, &job->report, job_failed_path(job));

    if (error)
        napi_throw(env, error);
    return NULL;
}

bool call_succeeded(napi_env env, const call *call)
{
    if (call->on_warning && !tell_warnings(env, call->on_warning, &call->job.report))
        return false;
    if (call->job.status == PNG2BMP_OK)
        return true;
    call_throw(env, call);
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

static bool read_arguments(napi_env env, napi_callback_info info, call *call)
{
    size_t argc = MAX_ARGS;
    void  *data;

    if (napi_get_cb_info(env, info, &argc, call->argv, &call->host, &data) != napi_ok)
        return false;
    call->self = data;
    return read_input(env, call) && read_on_warning(env, call);
}

/* The common arguments, except the options. */
static bool begin(napi_env env, napi_callback_info info, call *call)
{
    call->job.to = call->job.from = (job_path){NULL, NULL};
    call->job.read_failed = false;
    call->job.cwd = NULL;
    call->job.stream = NULL;
    png2bmp_report_clear(&call->job.report);
    if (read_arguments(env, info, call))
        return true;
    throw_quiet(env);
    return false;
}

static bool begin_with_options(napi_env env, napi_callback_info info, call *call,
                               png2bmp_options *options)
{
    if (!begin(env, info, call))
        return false;
    if (options_read(env, call->argv[ARG_OPTIONS], options))
        return true;
    throw_quiet(env);
    return false;
}

static bool plan_png(napi_env env, call *call, const png2bmp_options *options)
{
    job_plan(&call->job, options);
    return call->job.status == PNG2BMP_OK || call_succeeded(env, call);
}

bool call_begin_png(napi_env env, napi_callback_info info, call *call)
{
    png2bmp_options options;

    return begin_with_options(env, info, call, &options) && plan_png(env, call, &options);
}

bool call_begin_bytes(napi_env env, napi_callback_info info, call *call)
{
    call->job.status = PNG2BMP_OK;
    return begin_with_options(env, info, call, &call->job.plan.options);
}

bool call_begin_kept(napi_env env, napi_callback_info info, call *call, converter **converter)
{
    if (!begin(env, info, call))
        return false;
    *converter = converter_of(env, call->argv[ARG_OPTIONS]);
    return *converter && plan_png(env, call, &(*converter)->options);
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

bool call_begin_pixels(napi_env env, napi_callback_info info, call *call, size_t own)
{
    png2bmp_options options;
    if (!begin_with_options(env, info, call, &options))
        return false;
    if (!read_pixels(env, &call->argv[own], &call->job.pixels)) {
        throw_quiet(env);
        return false;
    }
    job_plan_pixels(&call->job, &options);
    return call->job.status == PNG2BMP_OK || call_succeeded(env, call);
}

bool call_begin_png_of_pixels(napi_env env, napi_callback_info info, call *call, size_t own)
{
    job *job = &call->job;

    if (!call_begin_pixels(env, info, call, own))
        return false;
    job->status = host_png_plan(&job->plan, &job->pixels, &job->report);
    return job->status == PNG2BMP_OK || call_succeeded(env, call);
}

/* Whether the new Buffer is a recycled block, which is cold in the cache. Fresh pages are warm,
 * because the kernel has just zeroed them. */
static void look_at_memory(job *job)
{
    const size_t size = (size_t)job->plan.bmp.byte_length;

    job->plan.options.uncached =
        size >= CACHE_CONCERNS_FROM && pages_are_present(job->output, size);
}

napi_value call_create_output(napi_env env, call *call)
{
    job       *job = &call->job;
    napi_value output =
        bytes_create(env, call->host, job->plan.bmp.byte_length, &job->output, &job->status);
    if (output) {
        look_at_memory(job);
        return output;
    }
    snprintf(job->report.error.message, sizeof job->report.error.message,
             "the output needs a Buffer of %llu bytes: %s",
             (unsigned long long)job->plan.bmp.byte_length,
             job->status == PNG2BMP_ERR_OUT_OF_MEMORY ? "out of memory"
                                                      : "more than buffer.constants.MAX_LENGTH");
    return call_throw(env, call);
}

/* NULL: an exception is pending. */
static char *path_of_bytes(napi_env env, const uint8_t *bytes, size_t size)
{
    char *path = malloc(size + 1);

    if (!path) {
        throw_quiet(env);
        return NULL;
    }
    if (size)
        memcpy(path, bytes, size);
    path[size] = '\0';
    return path;
}

bool call_read_path(napi_env env, call *call, napi_value view)
{
    uint8_t *bytes = NULL;
    size_t   size;

    if (!bytes_of_view(env, view, &bytes, &size)) {
        throw_quiet(env);
        return false;
    }
    call->job.to.given = path_of_bytes(env, bytes, size);
    return call->job.to.given;
}

/* The two arguments from `own` on: a descriptor, or -1 if the input is a path; the most bytes. */
static bool read_source(napi_env env, call *call, size_t own)
{
    double most;

    if (napi_get_value_int32(env, call->argv[own], &call->job.descriptor) != napi_ok ||
        napi_get_value_double(env, call->argv[own + 1], &most) != napi_ok) {
        throw_quiet(env);
        return false;
    }
    call->job.most_input = most < 0x1p63 ? (uint64_t)most : UINT64_MAX;
    if (call->job.descriptor >= 0)
        return true;
    call->job.from.given = path_of_bytes(env, call->job.input, call->job.input_size);
    return call->job.from.given;
}

/* The job's output: where job_convert_file and job_step write. */
static bool use_facts(napi_env env, call *call, napi_value view, size_t needed)
{
    size_t size;

    if (bytes_of_view(env, view, &call->job.output, &size) && size == needed)
        return true;
    throw_quiet(env);
    return false;
}

bool call_begin_file(napi_env env, napi_callback_info info, call *call, size_t own)
{
    if (!call_begin_bytes(env, info, call) || !read_source(env, call, own))
        return false;
    if (call_read_path(env, call, call->argv[own + 2]) &&
        use_facts(env, call, call->argv[own + 3], JOB_FILE_FACTS_BYTES))
        return true;
    job_release(&call->job);
    return false;
}

bool call_write_facts(napi_env env, const call *call, napi_value argv)
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

bool call_overlaps(const call *call, const uint8_t *output, size_t size)
{
    const uintptr_t in = (uintptr_t)call->job.input, out = (uintptr_t)output;

    return in < out + size && out < in + call->job.input_size;
}

bool call_use_target(napi_env env, call *call, napi_value target)
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
    if (call_overlaps(call, job->output, (size_t)needed)) {
        throw_argument(env, call->host, "ERR_INVALID_ARG_VALUE",
                       "The \"target\" argument must not share memory with the PNG");
        return false;
    }
    return true;
}

bool call_make_request(napi_env env, const call *call, task_request *request)
{
    request->host = call->host;
    request->input = call->argv[ARG_INPUT];
    request->on_warning = call->on_warning;
    request->output = NULL;
    request->memory = NULL;
    if (napi_get_value_bool(env, call->argv[ARG_COPY], &request->copy_input) == napi_ok &&
        napi_get_value_uint32(env, call->argv[ARG_TICKET], &request->ticket) == napi_ok)
        return true;
    throw_quiet(env);
    return false;
}

/* The arguments isLast and memory. */
static bool read_step(napi_env env, call *call, task_request *request, stream_step *step)
{
    napi_valuetype   type;
    const napi_value memory = call->argv[ARG_ASYNC_OWN + 1];

    step->copies = request->copy_input;
    request->copy_input = false;
    if (napi_get_value_bool(env, call->argv[ARG_ASYNC_OWN], &step->is_last) == napi_ok &&
        napi_typeof(env, memory, &type) == napi_ok) {
        step->memory = NULL;
        step->memory_size = 0;
        if (type == napi_undefined)
            return true;
        request->memory = memory;
        if (bytes_of_view(env, memory, &step->memory, &step->memory_size))
            return true;
    }
    throw_quiet(env);
    return false;
}

bool call_begin_step(napi_env env, napi_callback_info info, call *call, task_request *request)
{
    stream     *stream;
    stream_step step;

    if (!begin(env, info, call) || !call_make_request(env, call, request))
        return false;
    stream = stream_of(env, call->argv[ARG_OPTIONS]);
    request->output = call->argv[ARG_ASYNC_OWN + 2];
    return stream && use_facts(env, call, request->output, HOST_FEED_COUNT * sizeof(double)) &&
           read_step(env, call, request, &step) &&
           stream_hold(env, call->host, stream, &call->job, &step);
}
