#if !defined(_WIN32)
#define _GNU_SOURCE /* O_PATH */
#include "place_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif

#if !defined(O_PATH)
#define O_PATH O_RDONLY
#endif

#define MOST_LINKS 40 /* as Linux */

static const file_failure success = {0, NULL};
static const file_failure no_memory = {ENOMEM, NULL};

static file_failure failure(int code)
{
    return (file_failure){code, "open"};
}

/* ---- Shared directories ----------------------------------------------------- */

/* The rule of Linux's protected_symlinks and protected_fifos (Documentation/
 * admin-guide/sysctl/fs.rst), which is not enabled on every system. */
static bool is_planted(int directory, const struct stat *entry)
{
    struct stat parent;

    if (entry->st_uid == geteuid() || fstat(directory, &parent) != 0)
        return false;
    return parent.st_mode & S_ISVTX && parent.st_mode & S_IWOTH && entry->st_uid != parent.st_uid;
}

/* ---- One step --------------------------------------------------------------- */

/* Opens the directory part of `path`, and keeps the last part as the name. */
static file_failure step_to(place *place, int from, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char       *parent = slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");

    free(place->name);
    place->name = strdup(name);
    if (!parent || !place->name) {
        free(parent);
        return no_memory;
    }
    place->directory = openat(from, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(parent);
    return place->directory >= 0 ? success : failure(errno);
}

/* Links in /proc: following their text leads elsewhere than following them. */
static bool is_of_proc(int directory)
{
#if defined(__linux__)
    struct statfs system;

    return fstatfs(directory, &system) == 0 && system.f_type == 0x9fa0; /* PROC_SUPER_MAGIC */
#else
    (void)directory;
    return false;
#endif
}

/* Checks what has the name now; place->there describes the name itself. */
static file_failure look(place *place)
{
    place->is_there =
        fstatat(place->directory, place->name, &place->there, AT_SYMLINK_NOFOLLOW) == 0;
    return place->is_there || errno == ENOENT ? success : failure(errno);
}

static file_failure follow_link(place *place)
{
    const int    from = place->directory;
    char        *text;
    ssize_t      length;
    file_failure failed;

    if (is_planted(from, &place->there))
        return failure(EACCES);
    text = malloc(PATH_MAX);
    if (!text)
        return no_memory;
    length = readlinkat(from, place->name, text, PATH_MAX - 1);
    if (length < 0) {
        free(text);
        return failure(errno);
    }
    text[length] = 0;
    place->directory = -1;
    failed = step_to(place, from, text);
    free(text);
    close(from);
    return failed;
}

/* ---- Following the path ----------------------------------------------------- */

static file_failure follow_links(place *place)
{
    for (int links = 0; links <= MOST_LINKS; links++) {
        file_failure failed = look(place);

        if (failed.code || !place->is_there || !S_ISLNK(place->there.st_mode))
            return failed;
        if (is_of_proc(place->directory)) {
            place->is_descriptor = true;
            return success;
        }
        failed = follow_link(place);
        if (failed.code)
            return failed;
    }
    return failure(ELOOP);
}

/* What may not be written to, or not under this name. */
static file_failure judge(const place *place, const struct stat *target)
{
    if (place->name[0] == 0 || (target && S_ISDIR(target->st_mode)))
        return failure(EISDIR);
    if (target && S_ISFIFO(target->st_mode) && !place->is_descriptor &&
        is_planted(place->directory, target))
        return failure(EACCES);
    return success;
}

/* A link. The kernel comes first: it refuses what it is configured to refuse, and can follow links
 * of /proc. */
static file_failure find_through_link(place *place, int base, const char *path)
{
    struct stat  target;
    const bool   is_there = fstatat(base, path, &target, 0) == 0;
    file_failure failed;

    if (!is_there && errno != ENOENT)
        return failure(errno);
    failed = follow_links(place);
    if (failed.code || !place->is_descriptor)
        return failed;
    if (!is_there)
        return failure(ENOENT);
    place->there = target;
    return success;
}

file_failure place_find(place *place, int base, const char *path, bool exclusive)
{
    file_failure failed;

    *place = (struct place){.directory = -1};
    failed = step_to(place, base, path);
    if (!failed.code)
        failed = look(place);
    if (!failed.code && place->is_there && exclusive)
        failed = failure(EEXIST);
    if (!failed.code && place->is_there && S_ISLNK(place->there.st_mode))
        failed = find_through_link(place, base, path);
    return failed.code ? failed : judge(place, place->is_there ? &place->there : NULL);
}

void place_release(place *place)
{
    if (place->directory >= 0)
        close(place->directory);
    free(place->name);
}
#endif
