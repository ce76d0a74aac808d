#if !defined(_WIN32)
#define _GNU_SOURCE /* O_PATH */
#endif
#include "cwd.h"

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
static bool fix(job_path *path)
{
    const int length =
        path->given ? MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path->given, -1, NULL, 0)
                    : 0;
    wchar_t *wide;

    if (length <= 1 || length > LONGEST_WIDE_PATH)
        return true;
    wide = malloc((size_t)length * sizeof *wide);
    if (!wide)
        return false;
    MultiByteToWideChar(CP_UTF8, 0, path->given, -1, wide, length);
    path->full = absolute(wide);
    free(wide);
    return path->full;
}

bool cwd_keep(instance *self, job *job)
{
    (void)self;
    return (fix(&job->to) && fix(&job->from)) || fail(job, ENOMEM);
}

int cwd_directory(const cwd *cwd)
{
    (void)cwd;
    return FILE_WORKING_DIRECTORY;
}

void cwd_release(cwd *cwd)
{
    (void)cwd;
}

void cwd_forget(instance *self)
{
    (void)self;
}

#else

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#if !defined(O_PATH)
#define O_PATH O_RDONLY
#endif

struct cwd {
    int         fd;
    struct stat directory;
    unsigned    users;
    instance   *self; /* that it is the latest of, or NULL */
};

void cwd_forget(instance *self)
{
    if (self->cwd)
        self->cwd->self = NULL;
    self->cwd = NULL;
}

static cwd *cwd_open(instance *self)
{
    cwd *made = calloc(1, sizeof *made);

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
    cwd_forget(self);
    made->self = self;
    self->cwd = made;
    return made;
}

/* The handle of earlier calls, if it is in use and the directory is the same. */
static cwd *cwd_shared(const instance *self)
{
    struct stat now;

    if (self->cwd && stat(".", &now) == 0 && now.st_dev == self->cwd->directory.st_dev &&
        now.st_ino == self->cwd->directory.st_ino)
        return self->cwd;
    return NULL;
}

static bool is_relative(const job_path *path)
{
    return path->given && path->given[0] != '/' && path->given[0] != 0;
}

bool cwd_keep(instance *self, job *job)
{
    if (!is_relative(&job->to) && !is_relative(&job->from))
        return true;
    job->cwd = cwd_shared(self);
    if (!job->cwd)
        job->cwd = cwd_open(self);
    if (!job->cwd)
        return fail(job, errno);
    job->cwd->users++;
    return true;
}

int cwd_directory(const cwd *cwd)
{
    return cwd ? cwd->fd : FILE_WORKING_DIRECTORY;
}

void cwd_release(cwd *cwd)
{
    if (!cwd || --cwd->users > 0)
        return;
    if (cwd->self)
        cwd->self->cwd = NULL;
    close(cwd->fd);
    free(cwd);
}

#endif
