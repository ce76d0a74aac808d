/*
 * A file that appears whole or not at all: written to a temporary name in the
 * directory of its target, then renamed. file_posix.c and file_windows.c.
 *
 * The temporary name is a slot, ".NAME.png2bmp-0" (then -1 ...), held by a lock
 * while it is in use: what a killed process leaves behind is found and removed by
 * the next save of the same target.
 */
#ifndef PNG2BMP_FILE_H
#define PNG2BMP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct new_file new_file;

/* What failed: errno value 0 is success. */
typedef struct file_failure {
    int         code;
    const char *syscall; /* "open", "write", "rename" ...: a static string; NULL: out of memory */
} file_failure;

/* Opens a temporary file for `path`. A target that is there and is no regular
 * file (a terminal, a pipe) is opened itself, and is to be written in order. */
file_failure file_open(new_file **file, const char *path);

/* Whether it can only be written from its first byte to its last. */
bool file_is_sequential(const new_file *file);

/* Writes all of the bytes at `offset`. */
file_failure file_write(new_file *file, const void *bytes, size_t size, uint64_t offset);

/* Gives the file its name, or removes it; frees `file` in any case. */
file_failure file_commit(new_file *file);
void         file_discard(new_file *file);

#endif
