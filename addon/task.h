/* A job on a worker thread, and the promise of its result. */
#ifndef ADDON_TASK_H
#define ADDON_TASK_H

#include <node_api.h>
#include <stdbool.h>

#include "instance.h"
#include "job.h"

/* What the JavaScript thread passes on. */
typedef struct task_request {
    napi_value host;       /* makes the error: see instance.h */
    napi_value input;      /* the view that job->input is in */
    bool       copy_input; /* read from a copy made now, not in place */
    napi_value output;     /* the Buffer that job->output is in; NULL: the result is `true` */
    napi_value memory;     /* a view that the job writes to beside the output, or NULL */
    napi_value on_warning; /* a function, or NULL */
    uint32_t   ticket;     /* for task_cancel; 0: cannot be cancelled */
} task_request;

/*
 * Starts the job, which has been planned and only has to run.
 *
 * Until the promise settles the task owns the job (from the moment of the call, even if it fails),
 * and keeps input, output and memory alive; the caller's `job` may go out of scope. The promise
 * resolves to request->output or `true`, or rejects with the error of lib/errors.js or with what
 * on_warning threw.
 *
 * NULL: an exception is pending.
 */
napi_value task_start(napi_env env, instance *self, job *job, const task_request *request);

/* Cancels the task of this host that has the ticket (each load of lib/ counts its own): at once if
 * it is still queued, at its next batch of scanlines if it is running; its promise then rejects
 * with ERR_CANCELLED. If no running task has the ticket, nothing happens. */
void task_cancel(napi_env env, instance *self, napi_value host, uint32_t ticket);

#endif
