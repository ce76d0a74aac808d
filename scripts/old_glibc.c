/*
 * Linked into the addon for armv7 by `npm run prebuilds`, with --wrap for the four names.
 *
 * glibc 2.33 gave stat64, lstat64, fstat64 and fstatat64 symbols of their own; a file linked with
 * them cannot be loaded with an older glibc. The functions that these names meant before are still
 * in every glibc, under their old versions, so those are used.
 */
#include <sys/stat.h>

#define STAT_VERSION 3

#define TAKE_OLD(name) __asm__(".symver " #name ", " #name "@GLIBC_2.4")

int __xstat64(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat *status);
int __fxstat64(int version, int fd, struct stat *status);
int __fxstatat64(int version, int directory, const char *path, struct stat *status, int flags);
int __wrap_stat64(const char *path, struct stat *status);
int __wrap_lstat64(const char *path, struct stat *status);
int __wrap_fstat64(int fd, struct stat *status);
int __wrap_fstatat64(int directory, const char *path, struct stat *status, int flags);

TAKE_OLD(__xstat64);
TAKE_OLD(__lxstat64);
TAKE_OLD(__fxstat64);
TAKE_OLD(__fxstatat64);

int __wrap_stat64(const char *path, struct stat *status)
{
    return __xstat64(STAT_VERSION, path, status);
}

int __wrap_lstat64(const char *path, struct stat *status)
{
    return __lxstat64(STAT_VERSION, path, status);
}

int __wrap_fstat64(int fd, struct stat *status)
{
    return __fxstat64(STAT_VERSION, fd, status);
}

int __wrap_fstatat64(int directory, const char *path, struct stat *status, int flags)
{
    return __fxstatat64(STAT_VERSION, directory, path, status, flags);
}
