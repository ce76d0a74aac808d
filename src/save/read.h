/*
 * The bytes of a file, a pipe or a device, read into memory. read.c decides how much is asked for
 * and where it goes; read_posix.c and file_windows.c have the rest.
 */
#ifndef PNG2BMP_READ_H
#define PNG2BMP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file.h"

typedef struct read_rules {
    int         directory;  /* where a relative path starts: a descriptor; not used on Windows */
    const char *path;       /* NULL: `descriptor` */
    int         descriptor; /* read from its position on, and not closed; not on Windows */
    uint64_t    most;       /* bytes; if there are more: EFBIG */

    /* Called while a pipe is empty, and between pieces: true ends the reading with ECANCELED. */
    bool (*cancelled)(void *user);
    void *user;
} read_rules;

typedef struct old_file {
    read_rules rules;
    uint8_t   *bytes; /* from malloc, for the caller to free: all that was read so far, */
    size_t     size;
    uint64_t   passed;     /* but for these, which came before */
    size_t     capacity;   /* of bytes */
    bool       ended;      /* there are no more */
    bool       is_regular; /* reading does not wait for a writer */
    uint64_t   length;     /* is_regular: when it was opened; it may shrink or grow since */
    intptr_t   handle;     /* of the system; -1: none */
} old_file;

/* read_close must be called in any case, and frees no bytes; again it does nothing. */
file_failure read_open(old_file *file, const read_rules *rules);

/* Reads on until there are at least `wanted` bytes in all, or the file ends. Not after read_next.
 */
file_failure read_until(old_file *file, size_t wanted);
#define READ_ALL SIZE_MAX

/* Reads the next bytes, at least one unless the file ends, in place of those that are there. */
file_failure read_next(old_file *file);

void read_close(old_file *file);

/* For read.c: one call of the system. *got: 0 at the end. */
file_failure read_some(old_file *file, uint8_t *into, size_t size, size_t *got);

#endif
