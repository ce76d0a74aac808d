/*
 * Linked into the glibc builds of `npm run prebuilds`, with --wrap for the four names.
 *
 * glibc 2.33 gave stat, lstat, fstat and fstatat symbols of their own; a file linked with them
 * cannot be loaded with an older glibc. The functions that these names meant before are still in
 * every glibc, under their old versions, so those are used.
 */
#include <sys/stat.h>

#if defined(__x86_64__)
#define OLD_GLIBC "GLIBC_2.2.5"
#define OLD_GLIBC_AT "GLIBC_2.4"
#define STAT_VERSION 1
#elif defined(__aarch64__)
#define OLD_GLIBC "GLIBC_2.17"
#define OLD_GLIBC_AT "GLIBC_2.17"
#define STAT_VERSION 0
#endif

int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);
int __wrap_stat(const char *path, struct stat *status);
int __wrap_lstat(const char *path, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_fstatat(int directory, const char *path, struct stat *status, int flags);

__asm__(".symver __xstat, __xstat@" OLD_GLIBC);
__asm__(".symver __lxstat, __lxstat@" OLD_GLIBC);
__asm__(".symver __fxstat, __fxstat@" OLD_GLIBC);
__asm__(".symver __fxstatat, __fxstatat@" OLD_GLIBC_AT);

int __wrap_stat(const char *path, struct stat *status)
{
    return __xstat(STAT_VERSION, path, status);
}

int __wrap_lstat(const char *path, struct stat *status)
{
    return __lxstat(STAT_VERSION, path, status);
}

int __wrap_fstat(int fd, struct stat *status)
{
    return __fxstat(STAT_VERSION, fd, status);
}

int __wrap_fstatat(int directory, const char *path, struct stat *status, int flags)
{
    return __fxstatat(STAT_VERSION, directory, path, status, flags);
}
