/* What one JavaScript environment (the main thread, or one worker) keeps. */
#ifndef ADDON_INSTANCE_H
#define ADDON_INSTANCE_H

#include <node_api.h>

struct task;

typedef struct cwd cwd;

/*
 * Reached through the data pointer of every exported function, and only on the JavaScript thread of
 * its environment.
 *
 * It contains nothing of JavaScript: lib/ may be loaded several times in one environment, around
 * one addon (jest does that for every test file). What belongs to one load is on the object that it
 * calls the functions on, its `host`:
 *   makeError  the function of lib/errors.js that makes every error
 *   allocate   Buffer.allocUnsafeSlow
 *   maxLength  buffer.constants.MAX_LENGTH
 */
typedef struct instance {
    struct task *cancellable; /* running tasks that have a ticket, newest first */
    cwd         *cwd;         /* of the latest relative save, while it is running */
} instance;

/* The instance of this environment, which frees it at its end; made on the first call. NULL: an
 * exception is pending. */
instance *instance_of(napi_env env);

#endif
