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
#include <sys/syscall.h>
#include <sys/vfs.h>
#endif

/* To search a directory, which takes no right to read it. */
#if defined(O_PATH)
#define SEARCH O_PATH
#elif defined(O_SEARCH)
#define SEARCH O_SEARCH
#else
#define SEARCH O_RDONLY
#endif

#define MOST_LINKS 40 /* as Linux */

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

/* What is left of a path. */
typedef struct way {
    char *rest;
    char *next; /* in rest */
    int   links;
} way;

static void enter(place *place, int directory)
{
    if (place->directory >= 0)
        close(place->directory);
    place->directory = directory;
}

/* To the directory `name` in that of the place. With `flags` O_NOFOLLOW, what became a link since
 * it was looked at is an error. */
static file_failure step_into(place *place, const char *name, int flags)
{
    const int directory = openat(place->directory, name, SEARCH | O_DIRECTORY | O_CLOEXEC | flags);

    if (directory < 0)
        return failure(errno);
    enter(place, directory);
    return success;
}

/* Continues with `text`, which a link in the directory of the place leads to, and then what is
 * left. Takes the text. */
static file_failure turn(place *place, way *way, char *text)
{
    int root;

    free(way->rest);
    way->rest = way->next = text;
    if (text[0] != '/')
        return success;
    root = open("/", SEARCH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return failure(errno);
    enter(place, root);
    return success;
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

/* Looks at what has the name; place->there describes the name itself. */
static file_failure stat_entry(place *place, const char *name)
{
    place->is_there = fstatat(place->directory, name, &place->there, AT_SYMLINK_NOFOLLOW) == 0;
    return place->is_there || errno == ENOENT ? success : failure(errno);
}

static bool is_link(const place *place)
{
    return place->is_there && S_ISLNK(place->there.st_mode);
}

/* The text of a link, and after it what is left of the path, if that is not NULL. NULL: errno says
 * why. */
static char *text_of(const place *place, const char *name, const char *left)
{
    const size_t size = left ? strlen(left) + 1 : 0;
    char        *text = malloc(PATH_MAX + 1 + size);
    ssize_t      length;

    if (!text)
        return NULL;
    length = readlinkat(place->directory, name, text, PATH_MAX);
    if (length < 0) {
        free(text);
        return NULL;
    }
    text[length] = 0;
    if (left) {
        text[length] = '/';
        memcpy(text + length + 1, left, size);
    }
    return text;
}

/* Follows the link `name`, which was looked at; `left` comes after it. */
static file_failure follow(place *place, way *way, const char *name, const char *left)
{
    char *text;

    if (is_planted(place->directory, &place->there))
        return failure(EACCES);
    if (++way->links > MOST_LINKS)
        return failure(ELOOP);
    text = text_of(place, name, left);
    return text ? turn(place, way, text) : errno == ENOMEM ? no_memory : failure(errno);
}

/* ---- Following the path ----------------------------------------------------- */

/* Goes through a part in the middle of the path, which ends at `slash`. */
static file_failure pass(place *place, way *way, char *slash)
{
    const char  *name = way->next;
    file_failure failed;

    *slash = 0;
    way->next = slash + 1;
    if (name[0] == 0 || strcmp(name, ".") == 0)
        return success;
    failed = stat_entry(place, name);
    if (failed.code)
        return failed;
    if (!is_link(place))
        return step_into(place, name, O_NOFOLLOW);
    return is_of_proc(place->directory) ? step_into(place, name, 0)
                                        : follow(place, way, name, way->next);
}

/* A directory to which no link leads, at once; -1 if there is a link, and before Linux 5.6. */
static int open_without_links(int base, const char *path)
{
#if defined(SYS_openat2)
    const struct {
        uint64_t flags, mode, resolve;
    } how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 4}; /* RESOLVE_NO_SYMLINKS of linux/openat2.h */

    return (int)syscall(SYS_openat2, base, path, &how, sizeof how);
#else
    (void)base;
    (void)path;
    return -1;
#endif
}

/* To the directory of the last part without looking at each part before it. False: the way must be
 * gone part by part, which finds links, and errors. */
static bool leap(place *place, way *way, int base)
{
    char *slash = strrchr(way->rest, '/');
    int   directory;

    if (!slash || slash == way->rest)
        return false;
    *slash = 0;
    directory = open_without_links(base, way->rest);
    *slash = '/';
    if (directory < 0)
        return false;
    enter(place, directory);
    way->next = slash + 1;
    return true;
}

/* To the directory of the last part, which stays in way->next. */
static file_failure reach_last(place *place, way *way)
{
    for (;;) {
        char        *slash = strchr(way->next, '/');
        file_failure failed;

        if (!slash)
            return stat_entry(place, way->next);
        failed = pass(place, way, slash);
        if (failed.code)
            return failed;
    }
}

/* Until the last part is no link, or one of /proc. */
static file_failure follow_links(place *place, way *way)
{
    while (is_link(place)) {
        file_failure failed;

        if (is_of_proc(place->directory)) {
            place->is_descriptor = true;
            return success;
        }
        failed = follow(place, way, way->next, NULL);
        if (!failed.code)
            failed = reach_last(place, way);
        if (failed.code)
            return failed;
    }
    return success;
}

/* What may not be written to, or not under this name. */
static file_failure check_target(const place *place, const struct stat *target)
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
static file_failure find_through_link(place *place, way *way, int base, const char *path)
{
    struct stat  target;
    const bool   is_there = fstatat(base, path, &target, 0) == 0;
    file_failure failed;

    if (!is_there && errno != ENOENT)
        return failure(errno);
    failed = follow_links(place, way);
    if (failed.code || !place->is_descriptor)
        return failed;
    if (!is_there)
        return failure(ENOENT);
    place->there = target;
    return success;
}

static file_failure find(place *place, way *way, int base, const char *path, bool exclusive)
{
    file_failure failed;

    if (!leap(place, way, base))
        place->directory =
            openat(base, path[0] == '/' ? "/" : ".", SEARCH | O_DIRECTORY | O_CLOEXEC);
    if (place->directory < 0)
        return failure(errno);
    failed = reach_last(place, way);
    if (!failed.code && place->is_there && exclusive)
        failed = failure(EEXIST);
    if (!failed.code && is_link(place))
        failed = find_through_link(place, way, base, path);
    if (failed.code)
        return failed;
    place->name = strdup(way->next);
    return place->name ? check_target(place, place->is_there ? &place->there : NULL) : no_memory;
}

file_failure place_find(place *place, int base, const char *path, bool exclusive)
{
    char        *rest = strdup(path);
    way          way = {.rest = rest, .next = rest};
    file_failure failed;

    *place = (struct place){.directory = -1};
    failed = rest ? find(place, &way, base, path, exclusive) : no_memory;
    free(way.rest);
    return failed;
}

void place_release(place *place)
{
    if (place->directory >= 0)
        close(place->directory);
    free(place->name);
}
#endif
