#if !defined(_WIN32)
#define _GNU_SOURCE /* O_CLOEXEC */
#include "acl_posix.h"

#if !defined(__linux__)

acl_result acl_take(int fd, int directory, const char *name, bool same_group)
{
    (void)fd;
    (void)directory;
    (void)name;
    (void)same_group;
    return ACL_NONE;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

/* linux/posix_acl_xattr.h: a version, then entries of { tag, rights, id }, all little-endian. */
#define ATTRIBUTE "system.posix_acl_access"
#define HEADER_BYTES 4
#define ENTRY_BYTES 8
#define TAG_GROUP_OBJ 4 /* the file's group */

#define MOST_BYTES 65536 /* XATTR_SIZE_MAX of linux/limits.h */

static bool means_none(int code)
{
    return code == ENODATA || code == ENOTSUP || code == ENOSYS;
}

/* Through a file that is open: where /proc is not mounted. */
static ssize_t read_opened(int directory, const char *name, uint8_t *list)
{
    const int fd = openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    ssize_t   size;
    int       code;

    if (fd < 0)
        return -1;
    size = fgetxattr(fd, ATTRIBUTE, list, MOST_BYTES);
    code = errno;
    close(fd);
    errno = code;
    return size;
}

/* Bytes, or -1 with errno. Attributes are read by path; a handle's is in /proc. */
static ssize_t read_list(int directory, const char *name, uint8_t *list)
{
    char    path[320]; /* a name has at most 255 bytes */
    ssize_t size;

    if ((size_t)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", directory, name) >=
        sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    size = lgetxattr(path, ATTRIBUTE, list, MOST_BYTES);
    return size < 0 && errno == ENOENT ? read_opened(directory, name, list) : size;
}

static void take_from_group(uint8_t *list, size_t size)
{
    for (size_t at = HEADER_BYTES; at + ENTRY_BYTES <= size; at += ENTRY_BYTES) {
        if (list[at] == TAG_GROUP_OBJ && list[at + 1] == 0)
            list[at + 2] = list[at + 3] = 0;
    }
}

static acl_result take(int fd, int directory, const char *name, bool same_group, uint8_t *list)
{
    const ssize_t size = read_list(directory, name, list);

    if (size < 0 && !means_none(errno))
        return ACL_LOST;
    if (size < 0) /* the new file may have one from its directory */
        return fremovexattr(fd, ATTRIBUTE) == 0 || means_none(errno) ? ACL_NONE : ACL_LOST;
    if (!same_group)
        take_from_group(list, (size_t)size);
    return fsetxattr(fd, ATTRIBUTE, list, (size_t)size, 0) == 0 ? ACL_TAKEN : ACL_LOST;
}

acl_result acl_take(int fd, int directory, const char *name, bool same_group)
{
    uint8_t   *list = malloc(MOST_BYTES);
    acl_result result = ACL_LOST;

    if (list)
        result = take(fd, directory, name, same_group, list);
    free(list);
    return result;
}

#endif
#endif
