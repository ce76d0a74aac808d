#if !defined(_WIN32)
#define _GNU_SOURCE /* O_CLOEXEC */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read.h"

/* How often an empty pipe is left to see whether the reading was cancelled. */
#define PATIENCE_MS 50

static file_failure failure(const char *syscall)
{
    return (file_failure){errno, syscall};
}

/* Opening never waits for the writer of a pipe: reading does, and can be cancelled. A file on which
 * another process has a lease is opened without the flag, which waits until that is given up. */
static int open_path(const read_rules *rules)
{
    const int flags = O_RDONLY | O_NOCTTY | O_CLOEXEC;
    const int base = rules->directory < 0 ? AT_FDCWD : rules->directory;
    const int fd = openat(base, rules->path, flags | O_NONBLOCK);

    return fd < 0 && errno == EAGAIN ? openat(base, rules->path, flags) : fd;
}

/* Bytes from the position of a descriptor to the end of its file. */
static uint64_t rest_of(int fd, off_t size)
{
    const off_t at = lseek(fd, 0, SEEK_CUR);

    return at >= 0 && at < size ? (uint64_t)(size - at) : 0;
}

file_failure read_open(old_file *file, const read_rules *rules)
{
    struct stat info;

    *file = (old_file){.rules = *rules, .handle = -1};
    file->handle = rules->path ? open_path(rules) : rules->descriptor;
    if (file->handle < 0)
        return failure("open");
    if (fstat((int)file->handle, &info) != 0)
        return failure("fstat");
    file->is_regular = S_ISREG(info.st_mode);
    if (file->is_regular)
        file->length =
            rules->path ? (uint64_t)info.st_size : rest_of((int)file->handle, info.st_size);
    return success;
}

/* For the writer of a pipe, whether the descriptor would wait by itself or not. */
static file_failure wait_for_bytes(const old_file *file)
{
    struct pollfd wanted = {.fd = (int)file->handle, .events = POLLIN};
    const bool    has_limit = file->rules.cancelled != NULL;

    for (;;) {
        const int ready = poll(&wanted, 1, has_limit ? PATIENCE_MS : -1);

        if (ready > 0)
            return success;
        if (ready < 0 && errno != EINTR)
            return failure("read");
        if (has_limit && file->rules.cancelled(file->rules.user))
            return (file_failure){ECANCELED, "read"};
    }
}

file_failure read_some(old_file *file, uint8_t *into, size_t size, size_t *got)
{
    for (;;) {
        const file_failure failed = file->is_regular ? success : wait_for_bytes(file);
        ssize_t            n;

        if (failed.code)
            return failed;
        n = read((int)file->handle, into, size);
        if (n >= 0) {
            *got = (size_t)n;
            return success;
        }
        if (errno != EINTR && errno != EAGAIN)
            return failure("read");
    }
}

void read_close(old_file *file)
{
    if (file->rules.path && file->handle >= 0)
        close((int)file->handle);
    file->handle = -1;
}

#endif
