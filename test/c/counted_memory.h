/* Counts what a program allocates. It is linked with --wrap for malloc, calloc and free, which are
 * the functions below. */
#ifndef TEST_COUNTED_MEMORY_H
#define TEST_COUNTED_MEMORY_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>

/* volatile, because the compiler assumes that malloc does not read our variables. Under
 * AddressSanitizer malloc gives what is requested, otherwise a little more. */
static volatile struct {
    bool   on;
    size_t now, peak;
    size_t requested; /* in all, without what malloc adds */
} counted;

static inline void count_from_zero(void)
{
    counted.now = counted.peak = counted.requested = 0;
    counted.on = true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void  __real_free(void *p);

static void *count_memory(void *p, size_t size)
{
    if (counted.on && p) {
        counted.requested += size;
        counted.now += malloc_usable_size(p);
        if (counted.now > counted.peak)
            counted.peak = counted.now;
    }
    return p;
}

void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return count_memory(__real_malloc(size), size);
}

void *__wrap_calloc(size_t number, size_t size);
void *__wrap_calloc(size_t number, size_t size)
{
    return count_memory(__real_calloc(number, size), number * size);
}

void __wrap_free(void *p);
void __wrap_free(void *p)
{
    if (counted.on && p)
        counted.now -= malloc_usable_size(p);
    __real_free(p);
}

#endif
