#if !defined(_WIN32)
#define _GNU_SOURCE /* O_CLOEXEC, syscall */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "acl_posix.h"
#include "place_posix.h"
#include "temporary_posix.h"

/* How often a write to a full pipe checks whether it was cancelled. */
#define PATIENCE_MS 50

struct new_file {
    file_rules rules;
    place      target;
    temporary  temporary; /* fd -1: written in place */
    int        fd;        /* of the temporary file, or of the target written in place */
    uint64_t   written;   /* in place: bytes so far */
};

static file_failure failure(const char *syscall)
{
    return (file_failure){errno, syscall};
}

/* ---- Owner and rights of the replaced file ------------------------------------- */

static bool same_owner(const struct stat *a, const struct stat *b)
{
    return a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

/* Gives the new file the owner and group of the old one, or only its group if we may not change the
 * owner. `own` is what it has then: before, its group may also be that of the directory. */
static file_failure take_owner(const new_file *file, struct stat *own)
{
    const struct stat *old = &file->target.there;

    if (fstat(file->fd, own) != 0)
        return failure("stat");
    if (same_owner(own, old))
        return success;
    if (fchown(file->fd, old->st_uid, old->st_gid) != 0) {
        /* If this fails as well, the caller notices. */
        const int ignored = fchown(file->fd, (uid_t)-1, old->st_gid);

        (void)ignored;
    }
    return fstat(file->fd, own) == 0 ? success : failure("stat");
}

/* The mode of `old` without the rights that were not meant for those who would have them: `own` is
 * the new file's owner and group, `acl` what became of the list. */
static mode_t mode_for(const struct stat *old, const struct stat *own, acl_result acl)
{
    const bool same_group = own->st_gid == old->st_gid;
    mode_t     mode = old->st_mode & 07777;

    if (!same_owner(own, old))
        mode &= 0777; /* set-ID bits were for the old owner and group */
    if (acl == ACL_LOST)
        mode &= 07700;
    else if (acl == ACL_NONE && !same_group)
        mode &= 07707;
    return mode;
}

/* Some file systems have no modes, and others refuse to set them (CIFS, exFAT, FUSE). That is an
 * error only if somebody could now read or write the file who could not before. */
static file_failure take_mode(const new_file *file, mode_t mode)
{
    const int   code = fchmod(file->fd, mode) == 0 ? 0 : errno;
    struct stat own;

    if (code == 0)
        return success;
    if (fstat(file->fd, &own) != 0)
        return failure("stat");
    return own.st_mode & 0077 & ~mode ? (file_failure){code, "chmod"} : success;
}

static file_failure take_after(const new_file *file)
{
    const place *target = &file->target;
    struct stat  own;
    file_failure failed = take_owner(file, &own);
    acl_result   acl;

    if (failed.code)
        return failed;
    acl = acl_take(file->fd, target->directory, target->name, own.st_gid == target->there.st_gid);
    return take_mode(file, mode_for(&target->there, &own, acl));
}

/* ---- Open -------------------------------------------------------------------- */

/* Without waiting for a reader of a pipe: if there is none, that is an error. So is what became a
 * link since it was looked at. */
static file_failure open_in_place(new_file *file)
{
    const int no_link = file->target.is_descriptor ? 0 : O_NOFOLLOW;

    file->fd = openat(file->target.directory, file->target.name,
                      O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | no_link);
    return file->fd >= 0 ? success : failure("open");
}

/* A file that is mounted into a directory in which no temporary file can be created. */
static bool is_only_way(const place *target, int code)
{
    struct stat directory;

    return (code == EROFS || code == EACCES || code == EPERM) && target->is_there &&
           fstat(target->directory, &directory) == 0 && directory.st_dev != target->there.st_dev;
}

/* Private until it gets the mode of the file that it replaces. */
static file_failure open_beside(new_file *file)
{
    const place *target = &file->target;

    if (target->is_there && faccessat(target->directory, target->name, W_OK, 0) != 0)
        return failure("open");
    if (!temporary_open(&file->temporary, target->directory, target->name,
                        target->is_there ? 0600 : 0666)) {
        const int code = errno;

        return is_only_way(target, code) ? open_in_place(file) : (file_failure){code, "open"};
    }
    file->fd = file->temporary.fd;
    temporary_sweep(&file->temporary);
    return target->is_there ? take_after(file) : success;
}

static file_failure open_new_file(new_file *file, const char *path)
{
    const int    base = file->rules.directory < 0 ? AT_FDCWD : file->rules.directory;
    place       *target = &file->target;
    file_failure failed = place_find(target, base, path, file->rules.exclusive);

    if (failed.code)
        return failed;
    if (target->is_descriptor || (target->is_there && !S_ISREG(target->there.st_mode)))
        return open_in_place(file);
    return open_beside(file);
}

file_failure file_open(new_file **file, const char *path, const file_rules *rules)
{
    file_failure failed;

    *file = calloc(1, sizeof **file);
    if (!*file)
        return no_memory;
    **file = (new_file){.rules = *rules, .target.directory = -1, .temporary.fd = -1, .fd = -1};
    failed = open_new_file(*file, path);
    if (failed.code) {
        file_discard(*file);
        *file = NULL;
    }
    return failed;
}

bool file_is_sequential(const new_file *file)
{
    return file->temporary.fd < 0;
}

/* ---- Write ------------------------------------------------------------------- */

/* A pipe that is full. */
static file_failure wait_for_reader(const new_file *file)
{
    struct pollfd wanted = {.fd = file->fd, .events = POLLOUT};

    for (;;) {
        const int ready = poll(&wanted, 1, PATIENCE_MS);

        if (ready > 0)
            return success;
        if (ready < 0 && errno != EINTR)
            return failure("write");
        if (file->rules.cancelled && file->rules.cancelled(file->rules.user))
            return (file_failure){ECANCELED, "write"};
    }
}

static ssize_t write_some(new_file *file, const void *bytes, size_t size, uint64_t offset)
{
    ssize_t n;

    if (file->temporary.fd >= 0)
        return pwrite(file->fd, bytes, size, (off_t)offset);
    n = write(file->fd, bytes, size);
    file->written += n > 0 ? (uint64_t)n : 0;
    return n;
}

file_failure file_write(new_file *file, const void *bytes, size_t size, uint64_t offset)
{
    const char *p = bytes;

    while (size > 0) {
        const ssize_t n = write_some(file, p, size, offset);

        if (n > 0) {
            p += n;
            size -= (size_t)n;
            offset += (uint64_t)n;
        } else if (n == 0) {
            return (file_failure){EIO, "write"};
        } else if (errno == EAGAIN) {
            const file_failure failed = wait_for_reader(file);

            if (failed.code)
                return failed;
        } else if (errno != EINTR) {
            return failure("write");
        }
    }
    return success;
}

/* ---- Sync -------------------------------------------------------------------- */

static int sync_descriptor(int fd)
{
#if defined(F_FULLFSYNC)
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(fd);
}

static file_failure sync_file(const new_file *file)
{
    if (!file->rules.sync || sync_descriptor(file->fd) == 0)
        return success;
    /* a pipe or a device: nothing to sync */
    return file->temporary.fd < 0 && (errno == EINVAL || errno == ENOTSUP) ? success
                                                                           : failure("fsync");
}

/* The directory handle is for names only and cannot be synced: the directory is opened again. */
static file_failure sync_directory(const new_file *file)
{
    file_failure failed = success;
    int          fd;

    if (!file->rules.sync)
        return success;
    fd = openat(file->target.directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failure("open");
    if (sync_descriptor(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        failed = failure("fsync");
    close(fd);
    return failed;
}

/* Some file systems report a full disk only on close. Closing a duplicate makes them report it, and
 * keeps the lock. */
static file_failure flush(const new_file *file)
{
    const int duplicate = dup(file->fd);

    if (duplicate < 0)
        return failure("dup");
    return close(duplicate) == 0 || errno == EINTR ? success : failure("close");
}

/* ---- The name ------------------------------------------------------------------ */

static int rename_over(const new_file *file)
{
    const int directory = file->target.directory;

    return renameat(directory, file->temporary.name, directory, file->target.name);
}

/* Linux 3.15; false with EINVAL or ENOSYS where the file system or the kernel lacks it. */
static int rename_no_replace(const new_file *file)
{
#if defined(SYS_renameat2)
    const unsigned no_replace = 1; /* RENAME_NOREPLACE, which not every libc names */
    const int      directory = file->target.directory;

    return (int)syscall(SYS_renameat2, directory, file->temporary.name, directory,
                        file->target.name, no_replace);
#else
    (void)file;
    errno = ENOSYS;
    return -1;
#endif
}

static int link_and_unlink(const new_file *file)
{
    const int directory = file->target.directory;

    if (linkat(directory, file->temporary.name, directory, file->target.name, 0) != 0)
        return -1;
    unlinkat(directory, file->temporary.name, 0);
    return 0;
}

/* Without hard links: an empty file of our own claims the name, and is then replaced. */
static int reserve_and_rename(const new_file *file)
{
    const int fd = openat(file->target.directory, file->target.name,
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int       code;

    if (fd < 0)
        return -1;
    close(fd);
    if (rename_over(file) == 0)
        return 0;
    code = errno;
    unlinkat(file->target.directory, file->target.name, 0);
    errno = code;
    return -1;
}

static int rename_exclusively(const new_file *file)
{
    if (rename_no_replace(file) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        return -1;
    if (link_and_unlink(file) == 0)
        return 0;
    return errno == EEXIST ? -1 : reserve_and_rename(file);
}

/* ---- A mount point ----------------------------------------------------------------- */

static file_failure copy_bytes(int from, new_file *to)
{
    char     bytes[16384];
    uint64_t at = 0;

    for (;;) {
        const ssize_t n = pread(from, bytes, sizeof bytes, (off_t)at);
        file_failure  failed;

        if (n == 0)
            return success;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure("read");
        failed = file_write(to, bytes, (size_t)n, at);
        if (failed.code)
            return failed;
        at += (uint64_t)n;
    }
}

static file_failure cut(const new_file *file)
{
    struct stat info;

    if (fstat(file->fd, &info) != 0)
        return failure("stat");
    if (!S_ISREG(info.st_mode) || ftruncate(file->fd, (off_t)file->written) == 0)
        return success;
    return failure("ftruncate");
}

/* A name that cannot be given to another file: its file is overwritten. */
static file_failure write_over(const new_file *file)
{
    new_file     there = {.rules = file->rules, .target = file->target, .temporary.fd = -1};
    file_failure failed = open_in_place(&there);

    if (failed.code)
        return failed;
    failed = copy_bytes(file->fd, &there);
    if (!failed.code)
        failed = cut(&there);
    if (!failed.code)
        failed = sync_file(&there);
    if (close(there.fd) != 0 && errno != EINTR && !failed.code)
        failed = failure("close");
    return failed;
}

/* ---- End --------------------------------------------------------------------------- */

static void free_file(new_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    place_release(&file->target);
    free(file);
}

static file_failure give_name(const new_file *file)
{
    file_failure failed = success;

    if (!temporary_is_named(&file->temporary))
        return failure("rename");
    if ((file->rules.exclusive ? rename_exclusively : rename_over)(file) == 0)
        return sync_directory(file);
    if (errno != EBUSY || file->rules.exclusive)
        return failure("rename");
    failed = write_over(file);
    temporary_unlink(&file->temporary);
    return failed;
}

file_failure file_commit(new_file *file)
{
    const bool   in_place = file->temporary.fd < 0;
    file_failure failed = in_place ? cut(file) : success;

    if (!failed.code)
        failed = flush(file);
    if (!failed.code)
        failed = sync_file(file);
    if (!failed.code && !in_place)
        failed = give_name(file);
    if (failed.code)
        file_discard(file);
    else
        free_file(file);
    return failed;
}

void file_discard(new_file *file)
{
    if (file->temporary.fd >= 0)
        temporary_unlink(&file->temporary);
    free_file(file);
}

/* There are two functions of this name: the POSIX one fills `text`, the glibc one may return
 * another string instead. */
void file_error_text(int code, char *text, size_t size)
{
#if defined(__GLIBC__)
    snprintf(text, size, "%s", strerror_r(code, text, size));
#else
    if (strerror_r(code, text, size) != 0)
        snprintf(text, size, "error %d", code);
#endif
}

#endif
