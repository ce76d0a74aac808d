/*
 * Failures of the system: each allocation and each call on a file fails in turn. The linker
 * replaces the system's functions with those below (--wrap), so that src/ need not know.
 */
#define _GNU_SOURCE /* mkdtemp, symlink */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/opaque.h"
#include "check.h"
#include "png_writer.h"

/* ---- Calls that fail on request ---------------------------------------------- */

typedef enum call_kind {
    CALL_ALLOCATE,
    CALL_OPEN,
    CALL_WRITE,
    CALL_FLOCK,
    CALL_FTRUNCATE,
    CALL_STAT,
    CALL_CHOWN,
    CALL_CHMOD,
    CALL_FSYNC,
    CALL_DUP,
    CALL_CLOSE,
    CALL_RENAME,
    CALL_RENAME2,
    CALL_LINK,
    CALL_KINDS
} call_kind;

static const char *const call_names[CALL_KINDS] = {
    "malloc", "open",  "write", "flock", "ftruncate", "stat",    "chown",
    "chmod",  "fsync", "dup",   "close", "rename",    "rename2", "link",
};

static struct {
    bool        on;
    unsigned    calls[CALL_KINDS];   /* so far */
    unsigned    fail_at[CALL_KINDS]; /* the call that fails, from 1 on; 0: none */
    int         code;                /* errno */
    bool        short_writes;        /* at most 1000 bytes per write */
    bool        interrupt;           /* every second write is interrupted first */
    long        live;                /* allocations that were not freed */
    mode_t      created;             /* the mode of the last file that was created */
    mode_t      fixed_mode;          /* of every file, whatever is requested; 0: none */
    unsigned    host;                /* in the name of the last temporary file */
    const char *link_to;             /* what the target is a link to when it is opened in place */
} faults;

static bool fails(call_kind kind)
{
    if (!faults.on || ++faults.calls[kind] != faults.fail_at[kind])
        return false;
    errno = faults.code;
    return true;
}

void   *__real_malloc(size_t size);
void   *__real_calloc(size_t count, size_t size);
void    __real_free(void *p);
char   *__real_strdup(const char *text);
char   *__real_strndup(const char *text, size_t size);
int     __real_openat(int directory, const char *path, int flags, ...);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
int     __real_flock(int fd, int operation);
int     __real_ftruncate(int fd, off_t size);
int     __real_fchown(int fd, uid_t owner, gid_t group);
int     __real_fchmod(int fd, mode_t mode);
int     __real_fsync(int fd);
int     __real_fstatat(int directory, const char *path, struct stat *info, int flags);
int     __real_dup(int fd);
int     __real_close(int fd);
int     __real_renameat(int from_directory, const char *from, int to_directory, const char *to);
int     __real_linkat(int from_directory, const char *from, int to_directory, const char *to,
                      int flags);
long    __real_syscall(long number, ...);

static void *counted(void *p)
{
    faults.live += faults.on && p;
    return p;
}

void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails(CALL_ALLOCATE) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails(CALL_ALLOCATE) ? NULL : counted(__real_calloc(count, size));
}

char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return fails(CALL_ALLOCATE) ? NULL : counted(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size)
{
    return fails(CALL_ALLOCATE) ? NULL : counted(__real_strndup(text, size));
}

void __wrap_free(void *p);
void __wrap_free(void *p)
{
    faults.live -= faults.on && p;
    __real_free(p);
}

int __wrap_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...)
{
    mode_t mode = 0;
    int    fd;

    if (flags & O_CREAT) {
        va_list list;

        va_start(list, flags);
        mode = (mode_t)va_arg(list, int);
        va_end(list);
        faults.created = mode;
        sscanf(path, ".out.bmp.png2bmp-%8x", &faults.host);
    }
    if (fails(CALL_OPEN))
        return -1;
    if (faults.on && faults.link_to && flags & O_NOCTTY) {
        unlinkat(directory, path, 0);
        check(symlinkat(faults.link_to, directory, path) == 0, "a link");
    }
    fd = __real_openat(directory, path, flags, mode);
    if (fd >= 0 && flags & O_CREAT && faults.on && faults.fixed_mode)
        __real_fchmod(fd, faults.fixed_mode);
    return fd;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    if (fails(CALL_WRITE))
        return -1;
    if (faults.on && faults.interrupt && faults.calls[CALL_WRITE] % 2) {
        errno = EINTR;
        return -1;
    }
    if (faults.on && faults.short_writes && size > 1000)
        size = 1000;
    return __real_pwrite(fd, bytes, size, offset);
}

int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    return fails(CALL_FLOCK) ? -1 : __real_flock(fd, operation);
}

int __wrap_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size)
{
    return fails(CALL_FTRUNCATE) ? -1 : __real_ftruncate(fd, size);
}

int __wrap_fchown(int fd, uid_t owner, gid_t group);
int __wrap_fchown(int fd, uid_t owner, gid_t group)
{
    return fails(CALL_CHOWN) ? -1 : __real_fchown(fd, owner, group);
}

int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return fails(CALL_CHMOD) ? -1 : __real_fchmod(fd, mode);
}

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails(CALL_FSYNC) ? -1 : __real_fsync(fd);
}

int __wrap_fstatat(int at, const char *path, struct stat *info, int flags);
int __wrap_fstatat(int at, const char *path, struct stat *info, int flags)
{
    return fails(CALL_STAT) ? -1 : __real_fstatat(at, path, info, flags);
}

int __wrap_dup(int fd);
int __wrap_dup(int fd)
{
    return fails(CALL_DUP) ? -1 : __real_dup(fd);
}

/* Like the system: the descriptor is gone, whatever the result. */
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const int result = __real_close(fd);

    return fails(CALL_CLOSE) ? -1 : result;
}

int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return fails(CALL_RENAME) ? -1 : __real_renameat(from_directory, from, to_directory, to);
}

int __wrap_linkat(int from_directory, const char *from, int to_directory, const char *to,
                  int flags);
int __wrap_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    return fails(CALL_LINK) ? -1 : __real_linkat(from_directory, from, to_directory, to, flags);
}

/* renameat2 is called by its number. */
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    const unsigned count = number == SYS_renameat2 ? 5 : 4; /* openat2 */
    va_list        list;
    long           given[5] = {0};

    va_start(list, number);
    for (unsigned i = 0; i < count; i++)
        given[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_renameat2 && fails(CALL_RENAME2))
        return -1;
    return __real_syscall(number, given[0], given[1], given[2], given[3], given[4]);
}

static void faults_begin(void)
{
    memset(&faults, 0, sizeof faults);
    faults.on = true;
}

/* ---- Images ------------------------------------------------------------------- */

typedef struct image_kind {
    const char    *name;
    uint32_t       width, height;
    uint8_t        bit_depth;
    uint8_t        color_type;
    bool           interlaced;
    png2bmp_format format;
    uint32_t       profile; /* bytes; 0: none */
} image_kind;

static const image_kind kinds[] = {
    {"RGB to bgr24", 40, 30, 8, PNG2BMP_RGB, false, PNG2BMP_FORMAT_BGR24, 0},
    {"RGBA blended, in strips", 700, 900, 8, PNG2BMP_RGB_ALPHA, false, PNG2BMP_FORMAT_BGR24, 0},
    {"interlaced RGBA of 16 bits", 60, 50, 16, PNG2BMP_RGB_ALPHA, true, PNG2BMP_FORMAT_BGRA32, 0},
    {"gray of 1 bit, indexed", 70, 20, 1, PNG2BMP_GRAY, false, PNG2BMP_FORMAT_INDEXED, 0},
    {"interlaced RGB to mono1", 50, 50, 8, PNG2BMP_RGB, true, PNG2BMP_FORMAT_MONO1, 0},
    {"gray and alpha to rgb565", 50, 50, 8, PNG2BMP_GRAY_ALPHA, false, PNG2BMP_FORMAT_RGB565, 0},
    {"with a profile", 40, 30, 8, PNG2BMP_RGB, false, PNG2BMP_FORMAT_BGR24, 1000},
    {"with a profile, in strips", 700, 600, 8, PNG2BMP_RGB, false, PNG2BMP_FORMAT_BGR24, 400000},
};

static byte_buffer make_png(const image_kind *kind)
{
    const png2bmp_png_info info = {.width = kind->width,
                                   .height = kind->height,
                                   .bit_depth = kind->bit_depth,
                                   .color_type = (png2bmp_color_type)kind->color_type,
                                   .interlaced = kind->interlaced};
    const size_t           size = (size_t)png_all_scanlines_bytes(&info);
    uint8_t               *scanlines = malloc(size);
    uint32_t               seed = 1;
    byte_buffer            png = {0}, stream;

    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        scanlines[i] = (uint8_t)(seed >> 24 & seed >> 16);
    }
    fit_filters(scanlines, &info);
    stream = zlib_stream(scanlines, size, 1);
    put_signature(&png);
    put_ihdr(&png, &info);
    if (kind->profile)
        put_profile(&png, kind->profile, kind->profile);
    put_idats(&png, stream.bytes, stream.size, 50000);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines);
    free(stream.bytes);
    return png;
}

typedef struct conversion_test {
    const image_kind *kind;
    byte_buffer       png;
    png2bmp_options   options; /* as given: a plan settles some of them */
    png2bmp_plan      plan;
    uint8_t          *bmp, *expected;
    png2bmp_report    report;
} conversion_test;

static void open_test(conversion_test *t, const image_kind *kind)
{
    png2bmp_options *const options = &t->options;

    png2bmp_options_init(options);
    options->format = kind->format;
    options->profile = kind->profile ? PNG2BMP_PROFILE_EMBED : PNG2BMP_PROFILE_SRGB;
    t->kind = kind;
    t->png = make_png(kind);
    png2bmp_report_clear(&t->report);
    check(png2bmp_plan_make(&t->plan, t->png.bytes, t->png.size, options, &t->report) == 0,
          "%s: %s", kind->name, t->report.error.message);
    t->bmp = malloc((size_t)t->plan.bmp.byte_length);
    t->expected = malloc((size_t)t->plan.bmp.byte_length);
    check(png2bmp_run(&t->plan, t->png.bytes, t->png.size, t->expected, NULL, &t->report) == 0,
          "%s: %s", kind->name, t->report.error.message);
}

static void close_test(conversion_test *t)
{
    free(t->png.bytes);
    free(t->bmp);
    free(t->expected);
}

static png2bmp_status run(conversion_test *t)
{
    png2bmp_report_clear(&t->report);
    memset(t->bmp, 0xa5, (size_t)t->plan.bmp.byte_length);
    return png2bmp_run(&t->plan, t->png.bytes, t->png.size, t->bmp, NULL, &t->report);
}

static bool came_out_right(const conversion_test *t)
{
    return memcmp(t->bmp, t->expected, (size_t)t->plan.bmp.byte_length) == 0;
}

/* ---- Memory --------------------------------------------------------------------- */

static void fail_each_allocation_of_run(conversion_test *t)
{
    for (unsigned k = 1;; k++) {
        png2bmp_status status;

        faults_begin();
        faults.fail_at[CALL_ALLOCATE] = k;
        faults.code = ENOMEM;
        status = run(t);
        faults.on = false;
        check(faults.live == 0, "%s: %ld allocations are left when number %u failed", t->kind->name,
              faults.live, k);
        if (status == PNG2BMP_OK) {
            check(k > 1 && came_out_right(t), "%s: right after all", t->kind->name);
            break;
        }
        check(status == PNG2BMP_ERR_OUT_OF_MEMORY, "%s: allocation %u gives %s", t->kind->name, k,
              png2bmp_status_code(status));
        check(run(t) == PNG2BMP_OK && came_out_right(t), "%s: right after allocation %u failed",
              t->kind->name, k);
    }
}

/* Only a profile needs memory there. */
static void fail_each_allocation_of_plan(const conversion_test *t)
{
    for (unsigned k = 1;; k++) {
        png2bmp_plan   plan;
        png2bmp_status status;

        faults_begin();
        faults.fail_at[CALL_ALLOCATE] = k;
        faults.code = ENOMEM;
        status = png2bmp_plan_make(&plan, t->png.bytes, t->png.size, &t->options, NULL);
        faults.on = false;
        check(faults.live == 0, "%s: %ld allocations are left when number %u of the plan failed",
              t->kind->name, faults.live, k);
        if (status == PNG2BMP_OK) {
            check(k == (t->kind->profile ? 3 : 1), "%s: %u allocations", t->kind->name, k - 1);
            break;
        }
        check(status == PNG2BMP_ERR_OUT_OF_MEMORY, "%s: allocation %u of the plan gives %s",
              t->kind->name, k, png2bmp_status_code(status));
    }
}

static void fail_each_allocation_of_count(conversion_test *t)
{
    for (unsigned k = 1;; k++) {
        png2bmp_plan   plan = t->plan;
        png2bmp_status status;

        faults_begin();
        faults.fail_at[CALL_ALLOCATE] = k;
        faults.code = ENOMEM;
        status = png2bmp_count_colors(&plan, t->png.bytes, t->png.size, NULL, NULL);
        faults.on = false;
        check(faults.live == 0, "%s: %ld allocations are left when number %u of a count failed",
              t->kind->name, faults.live, k);
        if (status == PNG2BMP_OK) {
            check(k > 1 && plan.png.colors > 1, "%s: %u colours", t->kind->name,
                  (unsigned)plan.png.colors);
            break;
        }
        check(status == PNG2BMP_ERR_OUT_OF_MEMORY && plan.png.colors == 0,
              "%s: allocation %u of a count gives %s", t->kind->name, k,
              png2bmp_status_code(status));
    }
}

static void fail_each_allocation_of_run_pixels(void)
{
    static const uint8_t samples[40 * 30 * 4];
    const png2bmp_pixels pixels = {samples, sizeof samples, 40, 30, 4, 160};
    png2bmp_options      options;
    png2bmp_plan         plan;
    uint8_t             *bmp;

    png2bmp_options_init(&options);
    options.format = PNG2BMP_FORMAT_MONO1;
    check(png2bmp_plan_pixels(&plan, &pixels, &options, NULL) == 0, "a plan of raw pixels");
    bmp = malloc((size_t)plan.bmp.byte_length);
    faults_begin();
    faults.fail_at[CALL_ALLOCATE] = 1;
    check(png2bmp_run_pixels(&plan, &pixels, bmp, NULL, NULL) == PNG2BMP_ERR_OUT_OF_MEMORY,
          "raw pixels without memory");
    check(png2bmp_run_pixels(&plan, &pixels, bmp, NULL, NULL) == PNG2BMP_OK,
          "raw pixels with memory again");
    check(faults.live == 0, "raw pixels leave nothing");
    faults.on = false;
    free(bmp);
}

/* ---- Files ------------------------------------------------------------------------ */

static char       directory[] = "/tmp/png2bmp-faults-XXXXXX";
static char       target[sizeof directory + 16];
static const char old_content[] = "what stood there before";

static void put_old_file(void)
{
    FILE *file = fopen(target, "wb");

    if (!file || fwrite(old_content, sizeof old_content, 1, file) != 1 || fclose(file) != 0)
        abort();
}

static bool file_holds(const void *bytes, size_t size)
{
    FILE    *file = fopen(target, "rb");
    uint8_t *content = malloc(size + 1);
    bool     same;

    if (!file || !content)
        abort();
    same = fread(content, 1, size + 1, file) == size && memcmp(content, bytes, size) == 0;
    fclose(file);
    free(content);
    return same;
}

static unsigned files_in_directory(void)
{
    DIR           *listing = opendir(directory);
    struct dirent *entry;
    unsigned       count = 0;

    while ((entry = readdir(listing)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

static png2bmp_status save_with(conversion_test *t, bool exclusive, bool sync)
{
    png2bmp_plan plan = t->plan;

    plan.options.exclusive = exclusive;
    plan.options.sync = sync;
    png2bmp_report_clear(&t->report);
    return png2bmp_save(target, &plan, t->png.bytes, t->png.size, NULL, &t->report);
}

static png2bmp_status save(conversion_test *t)
{
    return save_with(t, false, false);
}

static bool saved_right(const conversion_test *t)
{
    return file_holds(t->expected, (size_t)t->plan.bmp.byte_length) && files_in_directory() == 1;
}

static void check_failed_save(const conversion_test *t, png2bmp_status status, call_kind kind,
                              unsigned k, int code)
{
    const char *name = call_names[kind];

    check(faults.live == 0, "%s: %s %u leaves %ld allocations", t->kind->name, name, k,
          faults.live);
    check(file_holds(old_content, sizeof old_content), "%s: %s %u: the old file is whole",
          t->kind->name, name, k);
    check(files_in_directory() == 1, "%s: %s %u leaves no temporary file", t->kind->name, name, k);
    if (kind == CALL_ALLOCATE) {
        check(status == PNG2BMP_ERR_OUT_OF_MEMORY, "%s: allocation %u gives %s", t->kind->name, k,
              png2bmp_status_code(status));
        return;
    }
    /* the error names the operation that the failed check is part of */
    check(status == PNG2BMP_ERR_FILE && t->report.file_errno == code &&
              (kind == CALL_STAT || strcmp(t->report.file_syscall, name) == 0),
          "%s: %s %u gives %s: %s", t->kind->name, name, k, png2bmp_status_code(status),
          t->report.error.message);
    check(strstr(t->report.error.message, target) != NULL, "the message names the file: %s",
          t->report.error.message);
}

/* Lets call 1, 2, ... of a kind fail until a save passes without a failure. */
static void fail_each_call_of_save(conversion_test *t, call_kind kind, int code)
{
    for (unsigned k = 1;; k++) {
        png2bmp_status status;
        bool           failed;

        put_old_file();
        faults_begin();
        faults.fail_at[kind] = k;
        faults.code = code;
        status = save(t);
        faults.on = false;
        failed = faults.calls[kind] >= k;
        if (status != PNG2BMP_OK)
            check_failed_save(t, status, kind, k, code);
        else
            check(file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
                  "%s: a save that says it is done has the new file", t->kind->name);
        if (!failed)
            break;
    }
    check(save(t) == PNG2BMP_OK && file_holds(t->expected, (size_t)t->plan.bmp.byte_length) &&
              files_in_directory() == 1,
          "%s: the next save is right", t->kind->name);
}

/* A failure that must not fail the save: the call is repeated, or continues where it ended. */
static void pass_despite(conversion_test *t, bool short_writes, bool interrupt)
{
    put_old_file();
    faults_begin();
    faults.short_writes = short_writes;
    faults.interrupt = interrupt;
    check(save(t) == PNG2BMP_OK, "%s: %s", t->kind->name, t->report.error.message);
    faults.on = false;
    check(file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
          "%s: whole after short or interrupted writes", t->kind->name);
}

static void fail_saves(conversion_test *t)
{
    fail_each_call_of_save(t, CALL_ALLOCATE, ENOMEM);
    fail_each_call_of_save(t, CALL_OPEN, EMFILE);
    fail_each_call_of_save(t, CALL_OPEN, EACCES);
    fail_each_call_of_save(t, CALL_STAT, EIO);
    fail_each_call_of_save(t, CALL_WRITE, ENOSPC);
    fail_each_call_of_save(t, CALL_WRITE, EIO);
    fail_each_call_of_save(t, CALL_DUP, EMFILE);
    fail_each_call_of_save(t, CALL_CLOSE, ENOSPC);
    fail_each_call_of_save(t, CALL_RENAME, EACCES);
    fail_each_call_of_save(t, CALL_FLOCK, ENOLCK); /* a file system without locks: no failure */
    pass_despite(t, true, false);
    pass_despite(t, false, true);
}

/* ---- Leftovers of killed processes -------------------------------------------------- */

static void put_leftover(const char *name)
{
    char  path[sizeof directory + 64];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    file = fopen(path, "wb");
    if (!file || fputs("half a file, and longer than the whole one may be", file) < 0 ||
        fclose(file) != 0)
        abort();
}

/* The mark that process `pid` of this host leaves; that of another host for pid 0. */
static void leftover_name(char *name, size_t size, long pid, unsigned random)
{
    snprintf(name, size, ".out.bmp.png2bmp-%08x-%ld-%016x", faults.host + (pid == 0), pid ? pid : 1,
             random);
}

static void make_old(const char *name, time_t seconds)
{
    const struct timespec times[2] = {{.tv_sec = time(NULL) - seconds},
                                      {.tv_sec = time(NULL) - seconds}};
    char                  path[sizeof directory + 64];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    check(utimensat(AT_FDCWD, path, times, 0) == 0, "%s is made old", name);
}

static bool is_there(const char *name)
{
    char path[sizeof directory + 64];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

/* Saves until one of them has searched the directory: a search is followed by a hundred times its
 * duration without one, which a busy machine makes long. */
static void save_until_gone(conversion_test *t, const char *name)
{
    const time_t end = time(NULL) + 300;
    bool         saved = true;

    while (saved && is_there(name) && time(NULL) < end)
        saved = save(t) == PNG2BMP_OK;
    check(saved, "a save next to leftovers: %s", t->report.error.message);
    check(!is_there(name), "%s is removed", name);
}

/* A process that has ended and been waited for: its number is unused. */
static long dead_process(void)
{
    const pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    check(pid > 0 && waitpid(pid, NULL, 0) == pid, "a process that is gone");
    return pid;
}

static void remove_file(const char *name)
{
    char path[sizeof directory + 64];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

static void clean_leftovers_up(conversion_test *t)
{
    char of_dead[64], old_of_other[64], young_of_other[64], of_living[64],
        odd[] = ".a.png2bmp-0-1-2";

    leftover_name(of_dead, sizeof of_dead, dead_process(), 1);
    leftover_name(old_of_other, sizeof old_of_other, 0, 2);
    leftover_name(young_of_other, sizeof young_of_other, 0, 3);
    leftover_name(of_living, sizeof of_living, (long)getpid(), 4);
    put_leftover(young_of_other);
    make_old(young_of_other, 3000);
    put_leftover(of_living);
    put_leftover(odd);
    make_old(odd, 4000);
    put_leftover(of_dead);
    put_leftover(old_of_other);
    make_old(old_of_other, 4000);
    save_until_gone(t, of_dead);
    save_until_gone(t, old_of_other);
    check(file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
          "saves over leftovers are whole");
    check(is_there(young_of_other), "another host's may be in use within the hour");
    check(is_there(of_living), "a living process may use its own");
    check(is_there(odd), "what has no name of ours stays");
    remove_file(young_of_other);
    remove_file(of_living);
    remove_file(odd);
}

static void leave_locked_leftovers(conversion_test *t)
{
    char locked[64], free_one[64], path[sizeof directory + 64];
    int  fd;

    leftover_name(locked, sizeof locked, 0, 5);
    leftover_name(free_one, sizeof free_one, 0, 6);
    put_leftover(locked);
    make_old(locked, 4000);
    snprintf(path, sizeof path, "%s/%s", directory, locked);
    fd = open(path, O_WRONLY);
    check(fd >= 0 && flock(fd, LOCK_EX) == 0, "somebody has it");
    put_leftover(free_one);
    make_old(free_one, 4000);
    save_until_gone(t, free_one);
    check(is_there(locked), "an old one that is locked is in use");
    close(fd);
    remove_file(locked);
}

/* Links with names of leftovers: neither they nor their targets are touched. */
static void refuse_strange_leftovers(conversion_test *t)
{
    char        symbolic[64], free_one[64], path[sizeof directory + 64];
    char        victim[sizeof directory + 64];
    struct stat info;

    leftover_name(symbolic, sizeof symbolic, dead_process(), 7);
    leftover_name(free_one, sizeof free_one, dead_process(), 8);
    snprintf(victim, sizeof victim, "%s/victim", directory);
    snprintf(path, sizeof path, "%s/%s", directory, symbolic);
    put_leftover("victim");
    check(symlink(victim, path) == 0, "a symbolic link in the way");
    put_leftover(free_one);
    save_until_gone(t, free_one);
    check(is_there(symbolic), "a symbolic link is not a leftover");
    check(stat(victim, &info) == 0 && info.st_size == 49, "nobody else's file is written to");
    remove_file(symbolic);
    unlink(victim);
}

/* A link with the name of a leftover that leads to a pipe: nobody opens it, so its reader keeps
 * waiting for a first writer (Linux distinguishes that from a writer that has gone). */
static void leave_pipes_alone(conversion_test *t)
{
    char          symbolic[64], free_one[64], path[sizeof directory + 64];
    char          pipe[sizeof directory + 64];
    struct pollfd reader = {.events = POLLIN};

    leftover_name(symbolic, sizeof symbolic, dead_process(), 7);
    leftover_name(free_one, sizeof free_one, dead_process(), 8);
    snprintf(pipe, sizeof pipe, "%s/pipe", directory);
    snprintf(path, sizeof path, "%s/%s", directory, symbolic);
    check(mkfifo(pipe, 0600) == 0 && symlink(pipe, path) == 0, "a link to a pipe");
    reader.fd = open(pipe, O_RDONLY | O_NONBLOCK);
    check(reader.fd >= 0, "somebody waits for what comes out of it");
    put_leftover(free_one);
    save_until_gone(t, free_one);
    check(poll(&reader, 1, 0) == 0, "a save opened the pipe");
    close(reader.fd);
    remove_file(symbolic);
    unlink(pipe);
}

/* ---- File systems that lack something ----------------------------------------------- */

static mode_t mode_of_target(void)
{
    struct stat info;

    return stat(target, &info) == 0 ? info.st_mode & 07777 : 0;
}

/* Runs a save during which all calls of a kind fail, from the first on. */
static png2bmp_status save_without(conversion_test *t, call_kind kind, int code, mode_t fixed_mode)
{
    png2bmp_status status;

    faults_begin();
    faults.fail_at[kind] = 1;
    faults.code = code;
    faults.fixed_mode = fixed_mode;
    status = save(t);
    faults.on = false;
    return status;
}

static void pass_without_modes(conversion_test *t)
{
    static const int codes[] = {EPERM, ENOTSUP, ENOSYS, EIO};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        put_old_file();
        chmod(target, 0755);
        check(save_without(t, CALL_CHMOD, codes[i], 0755) == PNG2BMP_OK && saved_right(t),
              "a file system that refuses to set modes: %s", t->report.error.message);
        check(mode_of_target() == 0755, "and gives every file its own");
    }
    put_old_file();
    chmod(target, 0600);
    check(save_without(t, CALL_CHMOD, EPERM, 0755) == PNG2BMP_ERR_FILE &&
              strcmp(t->report.file_syscall, "chmod") == 0 &&
              strstr(t->report.error.message, strerror(EPERM)),
          "a private file is not replaced by one that all can read");
    check(file_holds(old_content, sizeof old_content) && files_in_directory() == 1,
          "the private file is whole");
}

static void pass_without_owners(conversion_test *t)
{
    struct stat info;

    put_old_file();
    if (chown(target, 1001, 1001) != 0) {
        printf("skipped - owners: this user may not give files away\n");
        return;
    }
    chmod(target, 04644);
    check(save_without(t, CALL_CHOWN, ENOTSUP, 0) == PNG2BMP_OK && saved_right(t),
          "a file system that refuses to set owners: %s", t->report.error.message);
    check(stat(target, &info) == 0 && info.st_uid == geteuid() && info.st_gid == 1001 &&
              (info.st_mode & 07777) == 0644,
          "set-user-ID was for the old owner; the mode is %o", (unsigned)info.st_mode);
    unlink(target);
}

static void write_into_mount_point(conversion_test *t)
{
    struct stat before, after;

    put_old_file();
    check(truncate(target, (off_t)t->plan.bmp.byte_length + 1000) == 0, "a longer file");
    check(stat(target, &before) == 0, "it is there");
    check(save_without(t, CALL_RENAME, EBUSY, 0) == PNG2BMP_OK && saved_right(t),
          "what cannot be renamed to is written in place: %s", t->report.error.message);
    check(stat(target, &after) == 0 && before.st_ino == after.st_ino, "it is the same file");
    faults_begin();
    faults.fail_at[CALL_RENAME] = faults.fail_at[CALL_FTRUNCATE] = 1;
    faults.code = EBUSY;
    check(save(t) == PNG2BMP_ERR_FILE && strcmp(t->report.file_syscall, "ftruncate") == 0 &&
              files_in_directory() == 1,
          "a failure in place is said, and leaves no temporary file");
    faults.on = false;
    check(save(t) == PNG2BMP_OK && stat(target, &before) == 0, "a whole file again");
    check(save_without(t, CALL_RENAME, EIO, 0) == PNG2BMP_ERR_FILE &&
              strcmp(t->report.file_syscall, "rename") == 0 && stat(target, &after) == 0 &&
              memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim) == 0,
          "only a mount point is written in place: what else cannot be renamed to stays");
}

/* What was looked at becomes a link before it is opened. */
static void refuse_exchanged_pipe(conversion_test *t)
{
    char        elsewhere[sizeof target];
    struct stat before, after;

    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", directory);
    put_old_file();
    check(rename(target, elsewhere) == 0 && stat(elsewhere, &before) == 0, "a file elsewhere");
    check(mkfifo(target, 0600) == 0, "a pipe");
    faults_begin();
    faults.link_to = elsewhere;
    check(save(t) == PNG2BMP_ERR_FILE && t->report.file_errno == ELOOP,
          "a pipe that becomes a link: %s", t->report.error.message);
    faults.on = false;
    check(stat(elsewhere, &after) == 0 && before.st_size == after.st_size &&
              memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim) == 0,
          "the file that the link leads to is not written");
    unlink(target);
    unlink(elsewhere);
}

/* ---- Exclusive and synced saves -------------------------------------------------------- */

/* The errors of a file system that lacks this, and of a kernel that lacks that. */
static png2bmp_status save_new(conversion_test *t, bool no_rename2, bool no_links)
{
    png2bmp_status status;

    faults_begin();
    faults.code = ENOTSUP;
    faults.fail_at[CALL_RENAME2] = no_rename2;
    faults.fail_at[CALL_LINK] = no_links;
    status = save_with(t, true, false);
    faults.on = false;
    return status;
}

static void save_exclusively(conversion_test *t)
{
    unlink(target);
    check(save_new(t, false, false) == PNG2BMP_OK && saved_right(t), "exclusive, by renameat2");
    check(save_new(t, false, false) == PNG2BMP_ERR_FILE && t->report.file_errno == EEXIST &&
              saved_right(t),
          "exclusive, over what is there");
    unlink(target);
    check(save_new(t, true, false) == PNG2BMP_OK && saved_right(t) && faults.calls[CALL_LINK] == 1,
          "exclusive, by a hard link");
    unlink(target);
    check(save_new(t, true, true) == PNG2BMP_OK && saved_right(t) && faults.calls[CALL_RENAME] == 1,
          "exclusive, without hard links");
}

static bool put_during_save(void *user)
{
    (void)user;
    put_old_file();
    return false;
}

/* The file appears after the conversion has begun and the check for it is done. */
static void spare_what_appears(conversion_test *t)
{
    const png2bmp_control control = {.cancelled = put_during_save};

    for (unsigned lacking = 0; lacking < 3; lacking++) {
        png2bmp_plan plan = t->plan;

        unlink(target);
        faults_begin();
        faults.code = ENOTSUP;
        faults.fail_at[CALL_RENAME2] = lacking > 0;
        faults.fail_at[CALL_LINK] = lacking > 1;
        faults.on = lacking > 0;
        plan.options.exclusive = true;
        png2bmp_report_clear(&t->report);
        check(png2bmp_save(target, &plan, t->png.bytes, t->png.size, &control, &t->report) ==
                      PNG2BMP_ERR_FILE &&
                  t->report.file_errno == EEXIST,
              "%s: what appeared meanwhile stays: %s", t->kind->name, t->report.error.message);
        faults.on = false;
        check(file_holds(old_content, sizeof old_content) && files_in_directory() == 1,
              "%s: it is whole (%u)", t->kind->name, lacking);
    }
}

static unsigned syncs(conversion_test *t, bool sync)
{
    faults_begin();
    check(save_with(t, false, sync) == PNG2BMP_OK, "%s", t->report.error.message);
    faults.on = false;
    return faults.calls[CALL_FSYNC];
}

static void save_onto_the_disk(conversion_test *t)
{
    check(syncs(t, false) == 0, "no fsync without being asked");
    check(syncs(t, true) == 2, "fsync of the file and of its directory");
    put_old_file();
    faults_begin();
    faults.fail_at[CALL_FSYNC] = 1;
    faults.code = EIO;
    check(save_with(t, false, true) == PNG2BMP_ERR_FILE && t->report.file_errno == EIO,
          "a file that does not reach the disk");
    faults.on = false;
    check_failed_save(t, PNG2BMP_ERR_FILE, CALL_FSYNC, 1, EIO);
    faults_begin();
    faults.fail_at[CALL_FSYNC] = 2;
    faults.code = EIO;
    check(save_with(t, false, true) == PNG2BMP_ERR_FILE && saved_right(t),
          "a name that does not reach the disk is said, and the file is there");
    faults.on = false;
}

/* A file that replaces another must not be readable for others before it has that file's mode. */
static void create_in_private(conversion_test *t)
{
    put_old_file();
    check(save(t) == PNG2BMP_OK && faults.created == 0600, "%s: over a file: created with mode %o",
          t->kind->name, (unsigned)faults.created);
    unlink(target);
    check(save(t) == PNG2BMP_OK && faults.created == 0666, "%s: a new file: created with mode %o",
          t->kind->name, (unsigned)faults.created);
}

static void refuse_endless_path(conversion_test *t)
{
    const size_t length = 70000;
    char        *path = malloc(length + 1);

    if (!path)
        abort();
    memset(path, 'x', length);
    path[length] = 0;
    png2bmp_report_clear(&t->report);
    check(png2bmp_save(path, &t->plan, t->png.bytes, t->png.size, NULL, &t->report) ==
                  PNG2BMP_ERR_FILE &&
              t->report.file_errno == ENAMETOOLONG,
          "a path that no system takes: %s", t->report.error.message);
    free(path);
}

int main(void)
{
    if (!mkdtemp(directory))
        abort();
    snprintf(target, sizeof target, "%s/out.bmp", directory);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        conversion_test t;

        open_test(&t, &kinds[i]);
        fail_each_allocation_of_plan(&t);
        fail_each_allocation_of_run(&t);
        fail_each_allocation_of_count(&t);
        fail_saves(&t);
        clean_leftovers_up(&t);
        leave_locked_leftovers(&t);
        leave_pipes_alone(&t);
        refuse_strange_leftovers(&t);
        pass_without_modes(&t);
        pass_without_owners(&t);
        write_into_mount_point(&t);
        refuse_exchanged_pipe(&t);
        save_exclusively(&t);
        spare_what_appears(&t);
        save_onto_the_disk(&t);
        create_in_private(&t);
        refuse_endless_path(&t);
        close_test(&t);
        printf("ok - %s\n", kinds[i].name);
    }
    fail_each_allocation_of_run_pixels();
    unlink(target);
    check(rmdir(directory) == 0, "the directory is empty at the end");
    printf("# %d checks, %d failed\n", checks, failures);
    return failures > 0;
}
