/* A PNG that comes in pieces: what is kept in C between the steps of its conversion. */
#ifndef ADDON_STREAM_H
#define ADDON_STREAM_H

#include <node_api.h>

#include "job.h"

/*
 * Functions that return a JavaScript value return NULL if an exception is pending.
 *
 * A stream is an External. It is freed when the External is collected and no job of it is left:
 * jobs hold it, since at the end of a worker thread nothing is certain about the order.
 */
typedef struct stream stream;

/* wants_whole, png_size: as in pump_open. An invalid option is thrown as an error of `host`. */
napi_value stream_open(napi_env env, napi_value host, const png2bmp_options *options,
                       uint64_t png_size, bool wants_whole);

/* One that saves, as job_save does: its steps have no memory and give no facts. The target's path
 * and directory are taken over from the job, whatever happens. */
napi_value stream_open_save(napi_env env, napi_value host, const png2bmp_options *options,
                            uint64_t png_size, job *target);

/* Where it saves, as it was given; NULL: it does not. */
const char *stream_path(const stream *self);

/* The stream in such a value. */
stream *stream_of(napi_env env, napi_value value);

/* What a step is given beside its input. */
typedef struct stream_step {
    bool     copies;  /* the input is copied, and kept until it is used up */
    bool     is_last; /* the PNG ends with this input, which may be empty */
    uint8_t *memory;  /* for the output, borrowed; NULL: none yet */
    size_t   memory_size;
} stream_step;

/* Makes a job the next step, which reads job->input. The job holds the stream until stream_release.
 * False: an exception is pending, as one step runs at a time, and memory must be where it was. */
bool stream_hold(napi_env env, napi_value host, stream *self, job *job, const stream_step *step);

/* The functions for `run`, and for job_release: NULL is allowed. */
void job_step(job *job, const png2bmp_control *control);
void stream_release(stream *self);

/* Frees all but itself, when the step that runs has ended. Later steps are errors. */
void stream_close(stream *self);

#endif
