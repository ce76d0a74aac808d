#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "cwd.h"
#include "errors.h"
#include "host/host_feed.h"
#include "save/convert_file.h"

struct stream {
    pump           pump; /* not if it saves: */
    bool           saves;
    fed_file       file;
    job_path       to;
    struct cwd    *cwd;
    png2bmp_report report;  /* of all steps */
    unsigned       told;    /* its warnings that jobs have taken */
    unsigned       holders; /* the External, and a job */
    bool           is_busy, closes;

    png2bmp_control        control; /* asks that of the step: */
    const png2bmp_control *of_step;
    pump_input             input;
    uint8_t               *copy; /* that input.bytes are in, or NULL */
};

static bool is_cancelled(void *user)
{
    const stream *self = user;

    return self->of_step && self->of_step->cancelled(self->of_step->user);
}

/* ---- On the JavaScript thread --------------------------------------------------------- */

static void drop_piece(stream *self)
{
    free(self->copy);
    self->copy = NULL;
}

/* Nothing is left of a file that is not complete. */
static void close_conversion(stream *self)
{
    if (self->saves)
        fed_file_end(&self->file, PNG2BMP_ERR_CANCELLED);
    else
        pump_close(&self->pump);
    drop_piece(self);
}

static void let_go(stream *self)
{
    if (--self->holders > 0)
        return;
    close_conversion(self);
    cwd_release(self->cwd);
    job_path_free(&self->to);
    free(self);
}

static void external_free(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    let_go(data);
}

static napi_value wrap(napi_env env, stream *self)
{
    napi_value external;

    if (napi_create_external(env, self, external_free, NULL, &external) == napi_ok)
        return external;
    let_go(self);
    return throw_quiet(env);
}

static stream *stream_new(napi_env env)
{
    stream *self = calloc(1, sizeof *self);

    if (!self) {
        napi_throw_range_error(env, "ERR_OUT_OF_MEMORY", "out of memory");
        return NULL;
    }
    self->holders = 1;
    self->control = (png2bmp_control){is_cancelled, self};
    return self;
}

static napi_value opened(napi_env env, napi_value host, stream *self, png2bmp_status status)
{
    if (!status)
        return wrap(env, self);

    const napi_value error = error_from_report(env, host, status, &self->report, NULL);
    if (error)
        napi_throw(env, error);
    let_go(self);
    return NULL;
}

napi_value stream_open(napi_env env, napi_value host, const png2bmp_options *options,
                       uint64_t png_size, bool wants_whole)
{
    stream *self = stream_new(env);

    if (!self)
        return NULL;
    return opened(
        env, host, self,
        pump_open(&self->pump, options, png_size, wants_whole, &self->control, &self->report));
}

napi_value stream_open_save(napi_env env, napi_value host, const png2bmp_options *options,
                            uint64_t png_size, job *target)
{
    stream *self = stream_new(env);

    if (!self) {
        job_release(target);
        return NULL;
    }
    self->saves = true;
    self->to = target->to;
    self->cwd = target->cwd;
    return opened(env, host, self,
                  fed_file_begin(&self->file, cwd_directory(self->cwd), job_path_name(&self->to),
                                 options, png_size, &self->control, &self->report));
}

const char *stream_path(const stream *self)
{
    return self->to.given;
}

stream *stream_of(napi_env env, napi_value value)
{
    void *data = NULL;

    if (napi_get_value_external(env, value, &data) != napi_ok)
        throw_quiet(env);
    return data;
}

static bool take_piece(stream *self, const job *job, bool copies)
{
    self->input.bytes = job->input;
    self->input.size = job->input_size;
    if (!copies || job->input_size == 0)
        return true;
    self->copy = malloc(job->input_size);
    if (!self->copy)
        return false;
    memcpy(self->copy, job->input, job->input_size);
    self->input.bytes = self->copy;
    return true;
}

/* Whether the bytes of the last step, which are not used up, are still there. */
static bool is_same_piece(const stream *self, const job *job)
{
    return self->copy || (self->input.bytes == job->input && self->input.size == job->input_size);
}

static bool is_memory_right(const pump *p, const uint8_t *memory, size_t size)
{
    if (!p->plan)
        return !memory || !p->is_whole;
    if (!p->is_whole)
        return memory;
    return size >= pump_needed(p) && (!p->whole || memory == p->whole);
}

static bool take_input(napi_env env, napi_value host, stream *self, const job *job, bool copies)
{
    if (!self->pump.goes_on) {
        if (take_piece(self, job, copies))
            return true;
        napi_throw_range_error(env, "ERR_OUT_OF_MEMORY", "out of memory");
        return false;
    }
    if (is_same_piece(self, job))
        return true;
    throw_argument(env, host, "ERR_INVALID_ARG_VALUE",
                   "A chunk must not be transferred or resized before it has been converted: "
                   "the callback of write() tells");
    return false;
}

bool stream_hold(napi_env env, napi_value host, stream *self, job *job, const stream_step *step)
{
    if (self->is_busy || self->closes || (self->saves && !self->file.feed) ||
        !is_memory_right(&self->pump, step->memory, step->memory_size)) {
        throw_quiet(env);
        return false;
    }
    if (!take_input(env, host, self, job, step->copies))
        return false;
    self->input.is_last = step->is_last;
    self->input.memory = step->memory;
    self->input.memory_size = step->memory_size;
    self->is_busy = true;
    self->holders++;
    job->stream = self;
    return true;
}

void stream_close(stream *self)
{
    self->closes = true;
    if (self->is_busy)
        return;
    close_conversion(self);
}

void stream_release(stream *self)
{
    if (!self)
        return;
    self->is_busy = false;
    if (!self->pump.goes_on)
        drop_piece(self);
    if (self->closes)
        stream_close(self);
    let_go(self);
}

/* ---- On the worker thread ------------------------------------------------------------- */

/* The error, and the warnings that are new. */
static void hand_over_report(stream *self, png2bmp_report *report)
{
    const unsigned count = self->report.warning_count;

    png2bmp_report_clear(report);
    report->error = self->report.error;
    report->file_errno = self->report.file_errno;
    report->file_syscall = self->report.file_syscall;
    for (; self->told < count; self->told++)
        report->warnings[report->warning_count++] = self->report.warnings[self->told];
}

static png2bmp_status save_step(stream *self, pump_state *state)
{
    const pump_input *input = &self->input;
    png2bmp_status    status = png2bmp_feed_bytes(self->file.feed, input->bytes, input->size);

    *state = input->is_last ? PUMP_IS_DONE : PUMP_WANTS_INPUT;
    return status || input->is_last ? fed_file_end(&self->file, status) : PNG2BMP_OK;
}

void job_step(job *job, const png2bmp_control *control)
{
    stream    *self = job->stream;
    pump_state state = PUMP_WANTS_INPUT;
    double     numbers[HOST_FEED_COUNT];

    self->of_step = control;
    job->status =
        self->saves ? save_step(self, &state) : pump_step(&self->pump, &self->input, &state);
    self->of_step = NULL;
    hand_over_report(self, &job->report);
    if (job->status && !self->pump.plan) /* else it is told what was planned */
        return;
    host_feed_write(numbers, &self->pump, state);
    memcpy(job->output, numbers, sizeof numbers);
}
