#if !defined(_WIN32)
#define _GNU_SOURCE /* O_PATH */
#endif
#include "origin.h"

#include <errno.h>
#include <stdlib.h>

#include "save/file.h"

static bool fail(job *job, int code)
{
    job->status = code == ENOMEM ? PNG2BMP_ERR_OUT_OF_MEMORY : PNG2BMP_ERR_FILE;
    job->report.error.status = job->status;
    job->report.file_errno = code;
    job->report.file_syscall = "open";
    return false;
}

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static char *absolute(const wchar_t *path)
{
    const DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
    wchar_t    *full = malloc((size_t)size * sizeof *full);
    char       *utf8 = NULL;

    if (full && GetFullPathNameW(path, size, full, NULL)) {
        const int bytes = WideCharToMultiByte(CP_UTF8, 0, full, -1, NULL, 0, NULL, NULL);

        utf8 = malloc((size_t)bytes);
        if (utf8)
            WideCharToMultiByte(CP_UTF8, 0, full, -1, utf8, bytes, NULL, NULL);
    }
    free(full);
    return utf8;
}

/* No longer path is accepted by the system. */
#define LONGEST_WIDE_PATH 32767

/* A path that is not UTF-8, empty or too long is left unchanged, and the system refuses it. */
static bool fix(const char *path, char **full)
{
    const int length =
        path ? MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0) : 0;
    wchar_t *wide;

    if (length <= 1 || length > LONGEST_WIDE_PATH)
        return true;
    wide = malloc((size_t)length * sizeof *wide);
    if (!wide)
        return false;
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, length);
    *full = absolute(wide);
    free(wide);
    return *full;
}

bool origin_fix(instance *self, job *job)
{
    (void)self;
    return (fix(job->path, &job->full_path) && fix(job->from, &job->full_from)) ||
           fail(job, ENOMEM);
}

void origin_release(origin *origin)
{
    (void)origin;
}

#else

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#if !defined(O_PATH)
#define O_PATH O_RDONLY
#endif

struct origin {
    int         fd;
    struct stat directory;
    unsigned    users;
    instance   *self; /* is in `origin` while it is the latest */
};

static origin *origin_open(instance *self)
{
    origin *made = calloc(1, sizeof *made);

    if (!made)
        return NULL;
    made->fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (made->fd < 0 || fstat(made->fd, &made->directory) != 0) {
        const int code = errno;

        if (made->fd >= 0)
            close(made->fd);
        free(made);
        errno = code;
        return NULL;
    }
    made->self = self;
    self->origin = made;
    return made;
}

/* The handle of earlier calls, if it is in use and the directory is the same. */
static origin *origin_shared(const instance *self)
{
    struct stat now;

    if (self->origin && stat(".", &now) == 0 && now.st_dev == self->origin->directory.st_dev &&
        now.st_ino == self->origin->directory.st_ino)
        return self->origin;
    return NULL;
}

static bool is_relative(const char *path)
{
    return path && path[0] != '/' && path[0] != 0;
}

bool origin_fix(instance *self, job *job)
{
    if (!is_relative(job->path) && !is_relative(job->from))
        return true;
    job->origin = origin_shared(self);
    if (!job->origin)
        job->origin = origin_open(self);
    if (!job->origin)
        return fail(job, errno);
    job->origin->users++;
    job->directory = job->origin->fd;
    return true;
}

void origin_release(origin *origin)
{
    if (!origin || --origin->users > 0)
        return;
    if (origin->self->origin == origin)
        origin->self->origin = NULL;
    close(origin->fd);
    free(origin);
}

#endif
