/*
 * A file that is written completely or not at all: written to a temporary name in the directory of
 * its target, then renamed. file_posix.c and file_windows.c.
 *
 * Targets that cannot be replaced by renaming are written in place: devices, pipes, paths that name
 * a descriptor (/dev/fd/3), and mount points.
 */
#ifndef PNG2BMP_FILE_H
#define PNG2BMP_FILE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct new_file new_file;

/* What failed: errno value 0 is success. */
typedef struct file_failure {
    int         code;
    const char *syscall; /* "open", "write", "rename" ...: a static string; NULL: out of memory */
} file_failure;

static const file_failure success = {0, NULL};
static const file_failure no_memory = {ENOMEM, NULL};

/* The text of an errno value. */
void file_error_text(int code, char *text, size_t size);

/* For the directory: relative paths start in the current directory. */
#define FILE_WORKING_DIRECTORY (-1)

typedef struct file_rules {
    int  directory; /* where relative paths start: a descriptor; not used on Windows */
    bool exclusive; /* never replaces a file: EEXIST */
    bool sync;      /* on the disk before file_commit returns */

    /* Called while a pipe is full: true ends the write with ECANCELED. */
    bool (*cancelled)(void *user);
    void *user;
} file_rules;

file_failure file_open(new_file **file, const char *path, const file_rules *rules);

/* Whether it can only be written from its first byte to its last. */
bool file_is_sequential(const new_file *file);

/* Writes all of the bytes at `offset`. */
file_failure file_write(new_file *file, const void *bytes, size_t size, uint64_t offset);

/* Gives the file its name, or removes it; frees `file` in any case. */
file_failure file_commit(new_file *file);
void         file_discard(new_file *file);

#endif
