/*
 * For LD_PRELOAD: writes a line to file descriptor 3 for each allocation of at least
 * 1 MiB ("malloc 36000054"): V8 makes its heap of smaller ones.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEAST ((size_t)1 << 20)

static void tell(const char *name, size_t size)
{
    char line[64];
    if (size < LEAST)
        return;
    const int length = snprintf(line, sizeof line, "%s %zu\n", name, size);
    const int kept = errno;
    if (write(3, line, (size_t)length) < 0)
        errno = kept; /* nobody listens */
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    tell("malloc", size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    tell("calloc", count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    tell("realloc", size);
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    tell("aligned_alloc", size);
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    tell("memalign", size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    tell("posix_memalign", size);
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    static void *(*next)(void *, size_t, int, int, int, off_t);
    if (!next)
        next = (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
    tell("mmap", size);
    return next(address, size, protection, flags, file, offset);
}
