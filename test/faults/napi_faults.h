/*
 * Included before every file of the addon in the build that test/faults/napi.js makes: each
 * Node-API call that can fail because of JavaScript's state or memory is counted, and call number
 * `napi_fail_at` returns napi_generic_failure.
 */
#ifndef NAPI_FAULTS_H
#define NAPI_FAULTS_H

#include <node_api.h>

extern long napi_calls, napi_fail_at;

/* Adds failAt and calls where the addon adds its own functions. */
void add_fault_functions(napi_env env, napi_value exports);
#define napi_define_properties(env, exports, count, functions)                                     \
    (add_fault_functions(env, exports), (napi_define_properties)(env, exports, count, functions))

#define FAIL_OR(call) (++napi_calls == napi_fail_at ? napi_generic_failure : (call))

#define napi_get_cb_info(...) FAIL_OR((napi_get_cb_info)(__VA_ARGS__))
#define napi_typeof(...) FAIL_OR((napi_typeof)(__VA_ARGS__))
#define napi_is_buffer(...) FAIL_OR((napi_is_buffer)(__VA_ARGS__))
#define napi_is_dataview(...) FAIL_OR((napi_is_dataview)(__VA_ARGS__))
#define napi_get_buffer_info(...) FAIL_OR((napi_get_buffer_info)(__VA_ARGS__))
#define napi_get_dataview_info(...) FAIL_OR((napi_get_dataview_info)(__VA_ARGS__))
#define napi_get_value_double(...) FAIL_OR((napi_get_value_double)(__VA_ARGS__))
#define napi_get_value_uint32(...) FAIL_OR((napi_get_value_uint32)(__VA_ARGS__))
#define napi_get_value_bool(...) FAIL_OR((napi_get_value_bool)(__VA_ARGS__))
#define napi_get_undefined(...) FAIL_OR((napi_get_undefined)(__VA_ARGS__))
#define napi_get_boolean(...) FAIL_OR((napi_get_boolean)(__VA_ARGS__))
#define napi_get_reference_value(...) FAIL_OR((napi_get_reference_value)(__VA_ARGS__))
#define napi_create_buffer(...) FAIL_OR((napi_create_buffer)(__VA_ARGS__))
#define napi_create_double(...) FAIL_OR((napi_create_double)(__VA_ARGS__))
#define napi_create_object(...) FAIL_OR((napi_create_object)(__VA_ARGS__))
#define napi_create_string_utf8(...) FAIL_OR((napi_create_string_utf8)(__VA_ARGS__))
#define napi_create_promise(...) FAIL_OR((napi_create_promise)(__VA_ARGS__))
#define napi_create_reference(...) FAIL_OR((napi_create_reference)(__VA_ARGS__))
#define napi_create_async_work(...) FAIL_OR((napi_create_async_work)(__VA_ARGS__))
#define napi_queue_async_work(...) FAIL_OR((napi_queue_async_work)(__VA_ARGS__))
#define napi_set_named_property(...) FAIL_OR((napi_set_named_property)(__VA_ARGS__))
#define napi_call_function(...) FAIL_OR((napi_call_function)(__VA_ARGS__))

#endif
