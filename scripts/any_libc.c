/*
 * Linked into the addons that are for glibc and for musl by `npm run prebuilds`, with --wrap for
 * the names.
 *
 * A file that is linked with stat of glibc 2.33 cannot be loaded with an older one, and musl keeps
 * the functions from before only for programs made for glibc. On 64 bits the kernel's struct stat
 * is that of both libraries.
 *
 * glibc's strerror_r returns a string, musl's a number; __xpg_strerror_r is what POSIX describes in
 * both.
 */
#define _GNU_SOURCE /* syscall */
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int   __xpg_strerror_r(int code, char *text, size_t size);
int   __wrap_stat(const char *path, struct stat *status);
int   __wrap_lstat(const char *path, struct stat *status);
int   __wrap_fstat(int fd, struct stat *status);
int   __wrap_fstatat(int directory, const char *path, struct stat *status, int flags);
char *__wrap_strerror_r(int code, char *text, size_t size);

int __wrap_stat(const char *path, struct stat *status)
{
    return __wrap_fstatat(AT_FDCWD, path, status, 0);
}

int __wrap_lstat(const char *path, struct stat *status)
{
    return __wrap_fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int __wrap_fstat(int fd, struct stat *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

int __wrap_fstatat(int directory, const char *path, struct stat *status, int flags)
{
    return (int)syscall(SYS_newfstatat, directory, path, status, flags);
}

/* As glibc's, which the addon is compiled for: here the string is always `text`. */
char *__wrap_strerror_r(int code, char *text, size_t size)
{
    __xpg_strerror_r(code, text, size);
    return text;
}
