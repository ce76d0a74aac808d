#if !defined(_WIN32)
#define _GNU_SOURCE /* realpath with a NULL buffer, O_CLOEXEC, flock */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many saves of one target may run at the same time. */
#define SLOTS 64

/* Of the target's name, so much stands in the temporary one: names end at 255
 * bytes. Targets that share their beginning share slots, and the lock sorts
 * them out. */
#define NAME_BYTES 200

struct new_file {
    int    fd;
    bool   sequential;
    char  *target;
    char  *temporary; /* NULL: the target itself is open */
    size_t slot_at;   /* where the slot's number stands in `temporary` */
};

static file_failure failure(const char *syscall)
{
    return (file_failure){errno, syscall};
}

static const file_failure success = {0, NULL};
static const file_failure no_memory = {ENOMEM, NULL};

/* ---- Slots ---------------------------------------------------------------- */

static bool name_temporary(new_file *file)
{
    const char  *slash = strrchr(file->target, '/');
    const size_t directory = slash ? (size_t)(slash + 1 - file->target) : 0;
    const char  *name = file->target + directory;
    const size_t size = directory + NAME_BYTES + sizeof "..png2bmp-00";

    file->temporary = malloc(size);
    if (!file->temporary)
        return false;
    file->slot_at = (size_t)snprintf(file->temporary, size, "%.*s.%.*s.png2bmp-", (int)directory,
                                     file->target, NAME_BYTES, name);
    return true;
}

static void name_slot(new_file *file, unsigned slot)
{
    snprintf(file->temporary + file->slot_at, 3, "%u", slot);
}

/* Whether the open file still has the name: its owner may have renamed it since. */
static bool still_named(const struct stat *opened, const char *path)
{
    struct stat named;

    return lstat(path, &named) == 0 && opened->st_dev == named.st_dev &&
           opened->st_ino == named.st_ino;
}

/* A leftover may be removed if it is ours; root's may have been given away already. */
static bool is_ours(int fd, const char *path)
{
    struct stat opened;

    return fstat(fd, &opened) == 0 && S_ISREG(opened.st_mode) &&
           (opened.st_uid == geteuid() || geteuid() == 0) && still_named(&opened, path);
}

static bool lock(int fd)
{
    int result;

    do
        result = flock(fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Between open and lock, somebody who looks for leftovers may have got it. On a
 * file system without locks, who made the file has it. */
static bool lock_new(int fd, const char *path)
{
    struct stat opened;

    return (lock(fd) || errno != EWOULDBLOCK) && fstat(fd, &opened) == 0 &&
           still_named(&opened, path);
}

/* Removes what a killed process left: false, with errno, when there is nothing, or when it is in
 * use or not ours. It is never written to: who has it open would read, or change, the new file. */
static bool remove_leftover(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool      removed;

    if (fd < 0)
        return false;
    removed = lock(fd) && is_ours(fd, path) && unlink(path) == 0;
    close(fd);
    if (!removed)
        errno = EEXIST;
    return removed;
}

static int create(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

/* Takes the slot that has the name: a descriptor, or -1 with errno EEXIST when it
 * is in use. */
static int take_slot(const char *path, mode_t mode)
{
    int fd = create(path, mode);

    if (fd < 0 && errno == EEXIST) {
        remove_leftover(path);
        fd = create(path, mode);
    }
    if (fd >= 0 && !lock_new(fd, path)) {
        close(fd);
        errno = EEXIST;
        return -1;
    }
    return fd;
}

/* Removes what killed processes left in the slots behind ours. */
static void sweep(new_file *file, unsigned slot)
{
    for (unsigned next = slot + 1; next < SLOTS; next++) {
        name_slot(file, next);
        if (!remove_leftover(file->temporary) && errno == ENOENT)
            break;
    }
    name_slot(file, slot);
}

static file_failure open_temporary(new_file *file, mode_t mode)
{
    if (!name_temporary(file))
        return no_memory;
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        name_slot(file, slot);
        file->fd = take_slot(file->temporary, mode);
        if (file->fd >= 0) {
            sweep(file, slot);
            return success;
        }
        if (errno != EEXIST)
            break;
    }
    return failure("open");
}

/* ---- Open ----------------------------------------------------------------- */

/* Where a link that leads nowhere would have the file: its text, taken from its own
 * directory. NULL: no memory, or not a link any more. */
static char *follow(const char *link)
{
    const char *slash = strrchr(link, '/');
    size_t      at = slash ? (size_t)(slash + 1 - link) : 0;
    char       *path = malloc(at + PATH_MAX + 1);
    ssize_t     length;

    if (!path)
        return NULL;
    memcpy(path, link, at);
    length = readlink(link, path + at, PATH_MAX);
    if (length < 0) {
        free(path);
        return NULL;
    }
    path[at + (size_t)length] = 0;
    if (path[at] == '/')
        memmove(path, path + at, (size_t)length + 1);
    return path;
}

/* A symbolic link stays one: what it points to is replaced, or made. */
static file_failure resolve(char **target, const char *path)
{
    struct stat link;

    *target = strdup(path);
    while (*target && lstat(*target, &link) == 0 && S_ISLNK(link.st_mode)) {
        char *from = *target;

        *target = realpath(from, NULL);
        if (!*target && errno != ENOENT) {
            *target = from;
            return failure("open");
        }
        if (!*target)
            *target = follow(from);
        free(from);
    }
    return *target ? success : no_memory;
}

static file_failure open_itself(new_file *file)
{
    file->sequential = true;
    file->fd = open(file->target, O_WRONLY | O_CLOEXEC);
    return file->fd >= 0 ? success : failure("open");
}

/* Owner and group of the old file, or its group alone where that is all we may
 * give; takes from `mode` what was not meant for others. */
static file_failure take_owner(const new_file *file, const struct stat *old, mode_t *mode)
{
    if (old->st_uid == geteuid() && old->st_gid == getegid())
        return success;
    if (fchown(file->fd, old->st_uid, old->st_gid) == 0)
        return success;
    if (errno != EPERM && errno != EINVAL) /* EINVAL: unknown in this user namespace */
        return failure("chown");
    *mode &= 0777; /* set-user-ID was for its owner */
    if (fchown(file->fd, (uid_t)-1, old->st_gid) != 0)
        *mode &= 0707; /* and the rights of a group are for that group */
    return success;
}

/* The new file takes the place of the old one: same owner, where we may give files
 * away, and same mode. */
static file_failure take_after(new_file *file, const struct stat *old)
{
    mode_t       mode = old->st_mode & 07777;
    file_failure failed;

    if (access(file->target, W_OK) != 0)
        return failure("open");
    failed = take_owner(file, old, &mode);
    if (failed.code)
        return failed;
    return fchmod(file->fd, mode) == 0 ? success : failure("chmod");
}

static file_failure open_new_file(new_file *file, const char *path)
{
    struct stat  old;
    bool         is_there;
    file_failure failed = resolve(&file->target, path);

    if (failed.code)
        return failed;
    is_there = stat(file->target, &old) == 0;
    if (is_there && S_ISDIR(old.st_mode))
        return (file_failure){EISDIR, "open"};
    if (is_there && !S_ISREG(old.st_mode))
        return open_itself(file);
    /* Private until it has the mode of the file that it replaces. */
    failed = open_temporary(file, is_there ? 0600 : 0666);
    if (!failed.code && is_there)
        failed = take_after(file, &old);
    return failed;
}

file_failure file_open(new_file **file, const char *path)
{
    file_failure failed;

    *file = calloc(1, sizeof **file);
    if (!*file)
        return no_memory;
    (*file)->fd = -1;
    failed = open_new_file(*file, path);
    if (failed.code) {
        file_discard(*file);
        *file = NULL;
    }
    return failed;
}

bool file_is_sequential(const new_file *file)
{
    return file->sequential;
}

/* ---- Write ---------------------------------------------------------------- */

file_failure file_write(new_file *file, const void *bytes, size_t size, uint64_t offset)
{
    const char *p = bytes;

    while (size > 0) {
        const ssize_t n =
            file->sequential ? write(file->fd, p, size) : pwrite(file->fd, p, size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0)
                errno = EIO;
            return failure("write");
        }
        p += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return success;
}

/* ---- End ------------------------------------------------------------------ */

static void free_file(new_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->target);
    free(file->temporary);
    free(file);
}

/* Some file systems say only at close that there was no room. Closing a
 * duplicate asks them, and keeps the lock. */
static file_failure flush(const new_file *file)
{
    const int duplicate = dup(file->fd);

    if (duplicate < 0)
        return failure("dup");
    return close(duplicate) == 0 || errno == EINTR ? success : failure("close");
}

file_failure file_commit(new_file *file)
{
    file_failure failed = flush(file);

    if (!failed.code && file->temporary && rename(file->temporary, file->target) != 0)
        failed = failure("rename");
    if (failed.code)
        file_discard(file);
    else
        free_file(file);
    return failed;
}

void file_discard(new_file *file)
{
    if (file->temporary && file->fd >= 0)
        unlink(file->temporary);
    free_file(file);
}
#endif
