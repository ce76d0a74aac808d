#if !defined(_WIN32)
#define _GNU_SOURCE /* flock, getentropy */
#include "temporary_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

/* At most this much of the target's name is used: enough to recognise it, and short enough for file
 * systems with shorter names than usual (eCryptfs: 143). */
#define NAME_BYTES 80

/* HOST, PID, RANDOM */
#define MARK ".png2bmp-"
#define MARK_FORMAT MARK "%08" PRIx32 "-%ld-%016" PRIx64

#define LEFTOVER_SECONDS 3600

/* ---- Names ------------------------------------------------------------------- */

/* FNV-1a */
static uint32_t hash(const void *bytes, size_t size, uint32_t state)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < size; i++)
        state = (state ^ p[i]) * 16777619u;
    return state;
}

#define NO_HOST 0xffffffffu

#if defined(__linux__)
/* Of this boot and this PID namespace; 0: not known. */
static uint32_t hash_of_boot(void)
{
    const int     fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    char          boot[64];
    const ssize_t size = fd >= 0 ? read(fd, boot, sizeof boot) : -1;
    struct stat   space;

    if (fd >= 0)
        close(fd);
    if (size <= 0 || stat("/proc/self/ns/pid", &space) != 0)
        return 0;
    return hash(&space.st_ino, sizeof space.st_ino, hash(boot, (size_t)size, 2166136261u));
}

/* The same for each call of a process: asking takes as long as creating a file. A process that was
 * forked, perhaps into another namespace, has another number. Threads that collide ask again. */
static uint32_t kept_hash_of_boot(void)
{
    static atomic_uint_fast64_t kept; /* the process, and its hash */
    const uint64_t              pid = (uint32_t)getpid();
    const uint64_t              known = kept;
    uint32_t                    asked;

    if (known >> 32 == pid)
        return (uint32_t)known;
    asked = hash_of_boot();
    if (asked)
        kept = pid << 32 | asked;
    return asked;
}
#endif

/* Identifies where process numbers mean what they mean here: this boot of this host, and this PID
 * namespace. Host names do not: containers on two machines may share one. NO_HOST: not known. */
static uint32_t host(void)
{
#if defined(__linux__)
    struct utsname name; /* machines that were cloned while they ran have one boot ID */
    const uint32_t state = kept_hash_of_boot();

    if (!state || uname(&name) < 0)
        return NO_HOST;
    return hash(name.nodename, strlen(name.nodename), state);
#else
    return NO_HOST;
#endif
}

static uint64_t random_bits(void)
{
    static atomic_uint_fast64_t count;
    uint64_t                    bits;
    struct timespec             now;

    if (getentropy(&bits, sizeof bits) == 0)
        return bits;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec << 12 ^ ++count;
}

/* How many bytes of the name to use: no incomplete UTF-8 character. */
static int short_length(const char *name)
{
    size_t length = strlen(name);

    if (length > NAME_BYTES) {
        length = NAME_BYTES;
        while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
            length--;
    }
    return (int)length;
}

static void choose_name(temporary *t, const char *target)
{
    snprintf(t->name, sizeof t->name, ".%.*s" MARK_FORMAT, short_length(target), target, host(),
             (long)getpid(), random_bits());
}

/* ---- One file ------------------------------------------------------------------ */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* If inode numbers mean nothing: a name of 64 random bits, with our size and owner. */
static bool alike(const struct stat *a, const struct stat *b)
{
    return S_ISREG(b->st_mode) && a->st_size == b->st_size && a->st_uid == b->st_uid;
}

static bool stat_both(const temporary *t, struct stat *opened, struct stat *named)
{
    return fstat(t->fd, opened) == 0 &&
           fstatat(t->directory, t->name, named, AT_SYMLINK_NOFOLLOW) == 0;
}

bool temporary_is_named(const temporary *t)
{
    struct stat opened, named, again;

    if (!stat_both(t, &opened, &named))
        return false;
    if (same_file(&opened, &named))
        return true;
    if (alike(&opened, &named) &&
        (t->unstable || (stat_both(t, &opened, &again) && !same_file(&named, &again))))
        return true;
    errno = ESTALE;
    return false;
}

static bool lock(int fd)
{
    int result;

    do
        result = flock(fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

bool temporary_open(temporary *t, int directory, const char *target, mode_t mode)
{
    struct stat opened, named;

    t->directory = directory;
    choose_name(t, target);
    t->fd = openat(directory, t->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (t->fd < 0)
        return false;
    lock(t->fd); /* without locks, the file is protected by its name and age */
    /* Just created: nobody can have replaced it. */
    t->unstable = stat_both(t, &opened, &named) && !same_file(&opened, &named);
    return true;
}

void temporary_unlink(const temporary *t)
{
    if (temporary_is_named(t))
        unlinkat(t->directory, t->name, 0);
}

/* ---- Leftovers of killed processes ---------------------------------------------- */

typedef struct mark {
    uint32_t host;
    long     pid;
} mark;

static const char *last_mark(const char *name)
{
    const char *last = NULL;

    for (const char *p = name; (p = strstr(p, MARK)); p++)
        last = p;
    return last;
}

/* The digits at *text as a number; *text moves past them. strtoul and its like would do, but glibc
 * 2.38 renames them (__isoc23_strtoul), and what is linked there does not load with an older one. A
 * number that is too long is not noticed here, but by read_mark. */
static uint64_t take_number(const char **text, unsigned base)
{
    uint64_t number = 0;

    for (;; (*text)++) {
        char     c = **text;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : base;

        if (digit >= base)
            return number;
        number = number * base + digit;
    }
}

/* False: not a name made by choose_name. */
static bool read_mark(const char *name, mark *found)
{
    const char *text = last_mark(name), *at;
    char        again[64];
    uint64_t    random;

    if (name[0] != '.' || !text)
        return false;
    at = text + sizeof MARK - 1;
    found->host = (uint32_t)take_number(&at, 16);
    if (*at++ != '-')
        return false;
    found->pid = (long)take_number(&at, 10);
    if (*at++ != '-')
        return false;
    random = take_number(&at, 16);
    snprintf(again, sizeof again, MARK_FORMAT, found->host, found->pid, random);
    return strcmp(again, text) == 0;
}

static bool is_dead(const mark *mark)
{
    return mark->host != NO_HOST && mark->host == host() && mark->pid > 0 &&
           kill((pid_t)mark->pid, 0) != 0 && errno == ESRCH;
}

/* By the clock of the file system, which has just set the time of our own file. */
static bool is_old(const struct stat *file, const struct stat *own)
{
    return own->st_mtime - file->st_mtime > LEFTOVER_SECONDS;
}

/* Root may already have changed its owner. */
static bool may_remove(const struct stat *file)
{
    return S_ISREG(file->st_mode) && (file->st_uid == geteuid() || geteuid() == 0);
}

/* It is never written to: a process that has it open could read or change a new file. */
static void remove_leftover(int directory, const char *name, const struct stat *own)
{
    temporary   leftover = {.directory = directory};
    struct stat file;
    mark        found;

    if (!read_mark(name, &found) || strlen(name) >= sizeof leftover.name)
        return;
    memcpy(leftover.name, name, strlen(name) + 1);
    leftover.fd = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (leftover.fd < 0)
        return;
    if (fstat(leftover.fd, &file) == 0 && may_remove(&file) &&
        (is_dead(&found) || is_old(&file, own)) && lock(leftover.fd))
        temporary_unlink(&leftover);
    close(leftover.fd);
}

static void sweep(const temporary *own)
{
    const int      fd = openat(own->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR           *listing = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    struct stat    file;

    if (!listing) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (fstat(own->fd, &file) == 0) {
        while ((entry = readdir(listing))) {
            if (entry->d_name[0] == '.' && strcmp(entry->d_name, own->name) != 0)
                remove_leftover(own->directory, entry->d_name, &file);
        }
    }
    closedir(listing);
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* When a directory may be searched again, indexed by a hash of its identity. If threads or
 * directories collide here, there is a search more or less. */
static struct {
    atomic_uint_fast32_t directory;
    atomic_uint_fast64_t not_before;
} looked[256];

static uint32_t hash_of_directory(int directory)
{
    struct stat info;

    if (fstat(directory, &info) != 0)
        return 0;
    return hash(&info.st_ino, sizeof info.st_ino,
                hash(&info.st_dev, sizeof info.st_dev, 2166136261u));
}

void temporary_sweep(const temporary *own)
{
    const uint32_t which = hash_of_directory(own->directory);
    const size_t   at = which % (sizeof looked / sizeof looked[0]);
    const uint64_t start = now();
    uint64_t       end;

    if (looked[at].directory == which && start < looked[at].not_before)
        return;
    looked[at].directory = which;
    looked[at].not_before = UINT64_MAX; /* not two threads at once */
    sweep(own);
    end = now();
    looked[at].not_before = end + 100 * (end - start);
}
#endif
