/* What one JavaScript environment (the main thread, or one worker) keeps. */
#ifndef ADDON_INSTANCE_H
#define ADDON_INSTANCE_H

#include <node_api.h>

#include "png2bmp.h"

struct task;

/* Reached through the data pointer of every exported function, and only on the
 * JavaScript thread of its environment. */
typedef struct instance {
    napi_ref     make_error;  /* lib/errors.js */
    napi_ref     allocate;    /* Buffer.allocUnsafeSlow */
    double       max_length;  /* buffer.constants.MAX_LENGTH */
    png2bmp_cpu  cpu;         /* for every conversion */
    struct task *cancellable; /* running tasks that have a ticket, newest first */
} instance;

/* Makes the instance of this environment, which frees it at its end. NULL: an
 * exception is pending. */
instance *instance_create(napi_env env);

/* setup(makeError, allocate, maxLength, cpu): must come before anything else. */
napi_value instance_setup(napi_env env, napi_callback_info info);

#endif
