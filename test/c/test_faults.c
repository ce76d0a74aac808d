/*
 * What the system can refuse, refused: each allocation and each call on a file fails
 * in turn. The linker puts the functions below in the place of the system's
 * (--wrap), so that nothing in src/ knows of it.
 */
#define _GNU_SOURCE /* mkdtemp, symlink */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "png2bmp.h"
#include "png_writer.h"

/* ---- Calls that fail when told to ------------------------------------------- */

typedef enum call_kind {
    CALL_ALLOCATE,
    CALL_OPEN,
    CALL_WRITE,
    CALL_FLOCK,
    CALL_FTRUNCATE,
    CALL_CHMOD,
    CALL_DUP,
    CALL_CLOSE,
    CALL_RENAME,
    CALL_KINDS
} call_kind;

static const char *const call_names[CALL_KINDS] = {
    "malloc", "open", "write", "flock", "ftruncate", "chmod", "dup", "close", "rename",
};

static struct {
    bool     on;
    unsigned calls[CALL_KINDS];   /* so far */
    unsigned fail_at[CALL_KINDS]; /* the call that fails, from 1 on; 0: none */
    int      code;                /* errno */
    bool     short_writes;        /* at most 1000 bytes a write */
    bool     interrupt;           /* every second write is interrupted first */
    long     live;                /* allocations that were not freed */
    mode_t   created;             /* the mode of the last file that was created */
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
char   *__real_realpath(const char *path, char *resolved);
int     __real_open(const char *path, int flags, ...);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
int     __real_flock(int fd, int operation);
int     __real_ftruncate(int fd, off_t size);
int     __real_fchmod(int fd, mode_t mode);
int     __real_dup(int fd);
int     __real_close(int fd);
int     __real_rename(const char *from, const char *to);

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

char *__wrap_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved)
{
    return counted(__real_realpath(path, resolved));
}

void __wrap_free(void *p);
void __wrap_free(void *p)
{
    faults.live -= faults.on && p;
    __real_free(p);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    if (flags & O_CREAT) {
        va_list list;

        va_start(list, flags);
        mode = (mode_t)va_arg(list, int);
        va_end(list);
        faults.created = mode;
    }
    return fails(CALL_OPEN) ? -1 : __real_open(path, flags, mode);
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

int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return fails(CALL_CHMOD) ? -1 : __real_fchmod(fd, mode);
}

int __wrap_dup(int fd);
int __wrap_dup(int fd)
{
    return fails(CALL_DUP) ? -1 : __real_dup(fd);
}

/* As the system does it: the descriptor is gone, whatever the answer. */
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const int result = __real_close(fd);

    return fails(CALL_CLOSE) ? -1 : result;
}

int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails(CALL_RENAME) ? -1 : __real_rename(from, to);
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
} image_kind;

static const image_kind kinds[] = {
    {"RGB to bgr24", 40, 30, 8, PNG2BMP_RGB, false, PNG2BMP_FORMAT_BGR24},
    {"RGBA blended, in strips", 700, 900, 8, PNG2BMP_RGB_ALPHA, false, PNG2BMP_FORMAT_BGR24},
    {"interlaced RGBA of 16 bits", 60, 50, 16, PNG2BMP_RGB_ALPHA, true, PNG2BMP_FORMAT_BGRA32},
    {"gray of 1 bit, indexed", 70, 20, 1, PNG2BMP_GRAY, false, PNG2BMP_FORMAT_INDEXED},
    {"interlaced RGB to mono1", 50, 50, 8, PNG2BMP_RGB, true, PNG2BMP_FORMAT_MONO1},
    {"gray and alpha to rgb565", 50, 50, 8, PNG2BMP_GRAY_ALPHA, false, PNG2BMP_FORMAT_RGB565},
};

static byte_buffer make_png(const image_kind *kind)
{
    const png2bmp_png_info info = {.width = kind->width,
                                   .height = kind->height,
                                   .bit_depth = kind->bit_depth,
                                   .color_type = (png2bmp_color_type)kind->color_type,
                                   .interlaced = kind->interlaced};
    const size_t           size = (size_t)plan_total_scanline_bytes(&info);
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
    put_idats(&png, stream.bytes, stream.size, 50000);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines);
    free(stream.bytes);
    return png;
}

typedef struct conversion_test {
    const image_kind *kind;
    byte_buffer       png;
    png2bmp_plan      plan;
    uint8_t          *bmp, *expected;
    png2bmp_report    report;
} conversion_test;

static void open_test(conversion_test *t, const image_kind *kind)
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    options.format = kind->format;
    t->kind = kind;
    t->png = make_png(kind);
    png2bmp_report_init(&t->report);
    check(png2bmp_plan_make(&t->plan, t->png.bytes, t->png.size, &options, &t->report) == 0,
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
    png2bmp_report_init(&t->report);
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
        count += entry->d_name[0] != '.' || entry->d_name[1] == 'o';
    closedir(listing);
    return count;
}

static png2bmp_status save(conversion_test *t)
{
    png2bmp_report_init(&t->report);
    return png2bmp_save(target, &t->plan, t->png.bytes, t->png.size, NULL, &t->report);
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
    check(status == PNG2BMP_ERR_FILE && t->report.file_errno == code &&
              strcmp(t->report.file_syscall, name) == 0,
          "%s: %s %u gives %s: %s", t->kind->name, name, k, png2bmp_status_code(status),
          t->report.error.message);
    check(strstr(t->report.error.message, target) != NULL, "the message names the file: %s",
          t->report.error.message);
}

/* Fails call 1, 2, ... of a kind until a save passes by itself. */
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

/* A call that must not fail for this: it is made again, or goes on where it ended. */
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
    fail_each_call_of_save(t, CALL_WRITE, ENOSPC);
    fail_each_call_of_save(t, CALL_WRITE, EIO);
    fail_each_call_of_save(t, CALL_CHMOD, EPERM);
    fail_each_call_of_save(t, CALL_DUP, EMFILE);
    fail_each_call_of_save(t, CALL_CLOSE, ENOSPC);
    fail_each_call_of_save(t, CALL_RENAME, EACCES);
    fail_each_call_of_save(t, CALL_FLOCK, ENOLCK); /* a file system without locks: no failure */
    pass_despite(t, true, false);
    pass_despite(t, false, true);
}

/* ---- What a killed process leaves --------------------------------------------------- */

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

static void clean_leftovers_up(conversion_test *t)
{
    put_leftover(".out.bmp.png2bmp-0");
    put_leftover(".out.bmp.png2bmp-1");
    put_leftover(".out.bmp.png2bmp-2");
    check(save(t) == PNG2BMP_OK && file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
          "a save over leftovers is whole");
    check(files_in_directory() == 1, "a save removes what killed processes left");
}

static void refuse_strange_leftovers(conversion_test *t)
{
    char link_path[sizeof directory + 64], victim[sizeof directory + 64];

    snprintf(victim, sizeof victim, "%s/victim", directory);
    snprintf(link_path, sizeof link_path, "%s/.out.bmp.png2bmp-0", directory);
    put_leftover("victim");
    check(symlink(victim, link_path) == 0, "a symbolic link in the way");
    check(save(t) == PNG2BMP_OK && file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
          "a save beside a symbolic link is whole");
    unlink(link_path);
    check(link(victim, link_path) == 0, "a hard link in the way");
    check(save(t) == PNG2BMP_OK && file_holds(t->expected, (size_t)t->plan.bmp.byte_length),
          "a save beside a hard link is whole");
    unlink(link_path);
    {
        struct stat info;

        check(stat(victim, &info) == 0 && info.st_size == 49, "nobody else's file is written to");
    }
    unlink(victim);
}

/* What replaces a file is nobody else's to read before it has that file's mode. */
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
    png2bmp_report_init(&t->report);
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
        fail_each_allocation_of_run(&t);
        fail_saves(&t);
        clean_leftovers_up(&t);
        refuse_strange_leftovers(&t);
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
