/*
 * Imitates unusual file systems, to be preloaded (LD_PRELOAD): each name in the environment
 * variable ODD makes it unusual in one way.
 *
 *   locks    flock always succeeds: NFS without locks, sshfs, virtiofs
 *   numbers  every stat gives another inode number: some FUSE and CIFS
 *   modes    neither mode nor owner can be set: exFAT, CIFS
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_odd(const char *way)
{
    const char *odd = getenv("ODD");

    return odd && strstr(odd, way) != NULL;
}

static int renumber(int result, struct stat *info)
{
    static atomic_uint looks;

    if (result == 0 && is_odd("numbers"))
        info->st_ino += ++looks;
    return result;
}

static int refuse(void)
{
    errno = EPERM;
    return -1;
}

int flock(int fd, int operation)
{
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");

    return is_odd("locks") ? 0 : real(fd, operation);
}

int fstat(int fd, struct stat *info)
{
    int (*real)(int, struct stat *) = (int (*)(int, struct stat *))dlsym(RTLD_NEXT, "fstat");

    return renumber(real(fd, info), info);
}

int fstatat(int directory, const char *restrict path, struct stat *restrict info, int flags)
{
    int (*real)(int, const char *, struct stat *, int) =
        (int (*)(int, const char *, struct stat *, int))dlsym(RTLD_NEXT, "fstatat");

    return renumber(real(directory, path, info, flags), info);
}

int fchmod(int fd, mode_t mode)
{
    int (*real)(int, mode_t) = (int (*)(int, mode_t))dlsym(RTLD_NEXT, "fchmod");

    return is_odd("modes") ? refuse() : real(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    int (*real)(int, uid_t, gid_t) = (int (*)(int, uid_t, gid_t))dlsym(RTLD_NEXT, "fchown");

    return is_odd("modes") ? refuse() : real(fd, owner, group);
}
