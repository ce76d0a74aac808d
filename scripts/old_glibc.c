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
#elif defined(__arm__)
#define OLD_GLIBC "GLIBC_2.4"
#define OLD_GLIBC_AT "GLIBC_2.4"
#define STAT_VERSION 3
#endif

/* On 32 bits, with _FILE_OFFSET_BITS=64, other functions have these names. */
#if defined(__arm__)
#define LARGE(name) name##64
#else
#define LARGE(name) name
#endif

#define TEXT(name) #name
#define TEXT_OF(name) TEXT(name)
#define TAKE_OLD(name, version) __asm__(".symver " TEXT_OF(name) ", " TEXT_OF(name) "@" version)

#define old_stat LARGE(__xstat)
#define old_lstat LARGE(__lxstat)
#define old_fstat LARGE(__fxstat)
#define old_fstatat LARGE(__fxstatat)
#define wrap_stat LARGE(__wrap_stat)
#define wrap_lstat LARGE(__wrap_lstat)
#define wrap_fstat LARGE(__wrap_fstat)
#define wrap_fstatat LARGE(__wrap_fstatat)

int old_stat(int version, const char *path, struct stat *status);
int old_lstat(int version, const char *path, struct stat *status);
int old_fstat(int version, int fd, struct stat *status);
int old_fstatat(int version, int directory, const char *path, struct stat *status, int flags);
int wrap_stat(const char *path, struct stat *status);
int wrap_lstat(const char *path, struct stat *status);
int wrap_fstat(int fd, struct stat *status);
int wrap_fstatat(int directory, const char *path, struct stat *status, int flags);

TAKE_OLD(old_stat, OLD_GLIBC);
TAKE_OLD(old_lstat, OLD_GLIBC);
TAKE_OLD(old_fstat, OLD_GLIBC);
TAKE_OLD(old_fstatat, OLD_GLIBC_AT);

int wrap_stat(const char *path, struct stat *status)
{
    return old_stat(STAT_VERSION, path, status);
}

int wrap_lstat(const char *path, struct stat *status)
{
    return old_lstat(STAT_VERSION, path, status);
}

int wrap_fstat(int fd, struct stat *status)
{
    return old_fstat(STAT_VERSION, fd, status);
}

int wrap_fstatat(int directory, const char *path, struct stat *status, int flags)
{
    return old_fstatat(STAT_VERSION, directory, path, status, flags);
}
