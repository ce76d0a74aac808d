#include "errors.h"

#include <stdio.h>
#include <string.h>

static bool make_string(napi_env env, const char *text, napi_value *value)
{
    return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, value) == napi_ok;
}

static napi_value make_error(napi_env env, napi_value host, size_t argc, const napi_value *argv)
{
    napi_value function, error;
    if (napi_get_named_property(env, host, "makeError", &function) != napi_ok ||
        napi_call_function(env, host, function, argc, argv, &error) != napi_ok)
        return throw_quiet(env);
    return error;
}

napi_value error_from_report(napi_env env, napi_value host, png2bmp_status status,
                             const png2bmp_report *report, const char *path)
{
    const char *message =
        report->error.message[0] ? report->error.message : png2bmp_status_text(status);
    napi_value argv[5];
    size_t     argc = 2;

    if (!make_string(env, png2bmp_status_code(status), &argv[0]) ||
        !make_string(env, message, &argv[1]))
        return throw_quiet(env);
    if (status == PNG2BMP_ERR_FILE) {
        const char *syscall = report->file_syscall ? report->file_syscall : "write";
        if (napi_create_int32(env, report->file_errno, &argv[2]) != napi_ok ||
            !make_string(env, syscall, &argv[3]) || (path && !make_string(env, path, &argv[4])))
            return throw_quiet(env);
        argc = path ? 5 : 4;
    }
    return make_error(env, host, argc, argv);
}

napi_value throw_argument(napi_env env, napi_value host, const char *code, const char *message)
{
    napi_value argv[2];
    if (!make_string(env, code, &argv[0]) || !make_string(env, message, &argv[1]))
        return throw_quiet(env);
    napi_value error = make_error(env, host, 2, argv);
    if (error)
        napi_throw(env, error);
    return NULL;
}

napi_value throw_quiet(napi_env env)
{
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
        napi_throw_error(env, "ERR_INTERNAL", "png2bmp: a Node-API call failed");
    return NULL;
}

/* The code of the error that it is with `strict`, with WARN for ERR. */
static void warning_code(png2bmp_status status, char code[64])
{
    snprintf(code, 64, "WARN%s", png2bmp_status_code(status) + strlen("ERR"));
}

static bool tell_warning(napi_env env, napi_value on_warning, const png2bmp_finding *finding)
{
    char       code[64];
    napi_value nothing, warning, code_value, message;

    warning_code(finding->status, code);
    return napi_get_undefined(env, &nothing) == napi_ok &&
           napi_create_object(env, &warning) == napi_ok && make_string(env, code, &code_value) &&
           make_string(env, finding->message, &message) &&
           napi_set_named_property(env, warning, "code", code_value) == napi_ok &&
           napi_set_named_property(env, warning, "message", message) == napi_ok &&
           napi_call_function(env, nothing, on_warning, 1, &warning, NULL) == napi_ok;
}

bool tell_warnings(napi_env env, napi_value on_warning, const png2bmp_report *report)
{
    for (unsigned i = 0; i < report->warning_count; i++) {
        if (!tell_warning(env, on_warning, &report->warnings[i])) {
            throw_quiet(env);
            return false;
        }
    }
    return true;
}
