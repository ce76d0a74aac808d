#include "task.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"

/*
 * Ownership.
 *
 * The JavaScript thread makes the task, and only it frees the task, in task_complete. Between
 * napi_queue_async_work and task_complete the worker thread owns `job`; `cancelled` is the one
 * field that both may touch. Everything else belongs to the JavaScript thread.
 *
 * task_complete is always called, unless the process ends first. When a worker thread (of
 * node:worker_threads) is terminated, it is called while every call into JavaScript fails: nothing
 * there may depend on such a call.
 */
typedef struct task {
    job             job;
    instance       *self;
    napi_async_work work;
    napi_deferred   deferred;
    napi_ref        host;
    napi_ref        input, output, memory, on_warning; /* NULL: none */
    uint8_t        *copy;                              /* of the input, or NULL */
    atomic_bool     cancelled;
    uint32_t        ticket;
    struct task    *next; /* in self->cancellable */
} task;

static void list_add(task *t)
{
    t->next = t->self->cancellable;
    t->self->cancellable = t;
}

static void list_remove(const task *t)
{
    task **link = &t->self->cancellable;
    while (*link != t)
        link = &(*link)->next;
    *link = t->next;
}

static void release_reference(napi_env env, napi_ref reference)
{
    if (reference)
        napi_delete_reference(env, reference);
}

static void task_free(napi_env env, task *t)
{
    release_reference(env, t->host);
    release_reference(env, t->input);
    release_reference(env, t->output);
    release_reference(env, t->memory);
    release_reference(env, t->on_warning);
    if (t->work)
        napi_delete_async_work(env, t->work);
    job_release(&t->job);
    free(t->copy);
    free(t);
}

/* ---- On the worker thread ------------------------------------------------- */

static bool is_cancelled(void *user)
{
    task *t = user;
    return atomic_load_explicit(&t->cancelled, memory_order_relaxed);
}

static void task_execute(napi_env env, void *data)
{
    task                 *t = data;
    const png2bmp_control control = {.cancelled = is_cancelled, .user = t};
    (void)env;
    t->job.run(&t->job, &control);
}

/* ---- Back on the JavaScript thread ---------------------------------------- */

static napi_value referenced(napi_env env, napi_ref reference)
{
    napi_value value = NULL;
    if (reference)
        napi_get_reference_value(env, reference, &value);
    return value;
}

static void reject_with_exception(napi_env env, const task *t)
{
    napi_value exception;
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
        napi_reject_deferred(env, t->deferred, exception);
}

static void reject(napi_env env, const task *t)
{
    napi_value host = referenced(env, t->host);
    napi_value error =
        host ? error_from_report(env, host, t->job.status, &t->job.report, job_failed_path(&t->job))
             : throw_quiet(env);
    if (error)
        napi_reject_deferred(env, t->deferred, error);
    else
        reject_with_exception(env, t);
}

static void resolve(napi_env env, const task *t)
{
    napi_value value = referenced(env, t->output);
    if (value || (!t->output && napi_get_boolean(env, true, &value) == napi_ok)) {
        napi_resolve_deferred(env, t->deferred, value);
    } else {
        throw_quiet(env);
        reject_with_exception(env, t);
    }
}

static void settle(napi_env env, const task *t)
{
    napi_value on_warning = referenced(env, t->on_warning);
    if (t->job.status == PNG2BMP_ERR_CANCELLED)
        reject(env, t);
    else if (on_warning && !tell_warnings(env, on_warning, &t->job.report))
        reject_with_exception(env, t);
    else if (t->job.status != PNG2BMP_OK)
        reject(env, t);
    else
        resolve(env, t);
}

static void task_complete(napi_env env, napi_status status, void *data)
{
    task *t = data;
    if (t->ticket)
        list_remove(t);
    /* A cancelled task stays cancelled, even if the last batch was done by then. */
    if (status == napi_cancelled || is_cancelled(t)) {
        t->job.status = PNG2BMP_ERR_CANCELLED;
        png2bmp_report_clear(&t->job.report);
    }
    settle(env, t);
    task_free(env, t);
}

/* ---- The start -------------------------------------------------------------- */

static bool copy_input(napi_env env, task *t, napi_value host)
{
    t->copy = malloc(t->job.input_size);
    if (!t->copy) {
        png2bmp_report_clear(&t->job.report);
        napi_value error =
            error_from_report(env, host, PNG2BMP_ERR_OUT_OF_MEMORY, &t->job.report, NULL);
        if (error)
            napi_throw(env, error);
        return false;
    }
    memcpy(t->copy, t->job.input, t->job.input_size);
    t->job.input = t->copy;
    return true;
}

static bool keep(napi_env env, napi_value value, napi_ref *reference)
{
    return !value || napi_create_reference(env, value, 1, reference) == napi_ok;
}

static bool keep_bytes(napi_env env, task *t, const task_request *request)
{
    if (request->copy_input ? !copy_input(env, t, request->host)
                            : !keep(env, request->input, &t->input))
        return false;
    return keep(env, request->host, &t->host) && keep(env, request->output, &t->output) &&
           keep(env, request->memory, &t->memory) && keep(env, request->on_warning, &t->on_warning);
}

static bool create_work(napi_env env, task *t)
{
    napi_value name;
    return napi_create_string_utf8(env, "png2bmp", NAPI_AUTO_LENGTH, &name) == napi_ok &&
           napi_create_async_work(env, NULL, name, task_execute, task_complete, t, &t->work) ==
               napi_ok;
}

static task *task_create(instance *self, job *job, uint32_t ticket)
{
    task *t = calloc(1, sizeof *t);
    if (!t) {
        job_release(job);
        return NULL;
    }
    t->job = *job;
    t->self = self;
    t->ticket = ticket;
    atomic_init(&t->cancelled, false);
    return t;
}

napi_value task_start(napi_env env, instance *self, job *job, const task_request *request)
{
    napi_value promise;
    task      *t = task_create(self, job, request->ticket);
    if (!t)
        return throw_quiet(env);
    if (!keep_bytes(env, t, request) || !create_work(env, t) ||
        napi_create_promise(env, &t->deferred, &promise) != napi_ok) {
        task_free(env, t);
        return throw_quiet(env);
    }
    if (napi_queue_async_work(env, t->work) != napi_ok) {
        resolve(env, t); /* a promise that nobody has received */
        task_free(env, t);
        return throw_quiet(env);
    }
    if (t->ticket)
        list_add(t);
    return promise;
}

static bool is_of_host(napi_env env, const task *t, napi_value host)
{
    napi_value own = referenced(env, t->host);
    bool       same = false;
    return own && napi_strict_equals(env, own, host, &same) == napi_ok && same;
}

void task_cancel(napi_env env, instance *self, napi_value host, uint32_t ticket)
{
    for (task *t = self->cancellable; t; t = t->next) {
        if (t->ticket == ticket && is_of_host(env, t, host)) {
            atomic_store_explicit(&t->cancelled, true, memory_order_relaxed);
            napi_cancel_async_work(env, t->work); /* refused if it is already running */
            return;
        }
    }
}
