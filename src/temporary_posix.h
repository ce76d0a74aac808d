/*
 * Temporary files: ".NAME.png2bmp-HOST-PID-RANDOM" beside the target, so that no other
 * save has the same name, on this host or another that shares the directory.
 *
 * One is held by a lock while it is in use. What a killed process leaves is removed by
 * a later save into the directory, when nobody has it locked and, besides, its process
 * is known to be gone or nothing was written to it for an hour: on file systems shared
 * between hosts, locks are often known to one host only.
 */
#ifndef PNG2BMP_TEMPORARY_POSIX_H
#define PNG2BMP_TEMPORARY_POSIX_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct temporary {
    int  directory; /* borrowed */
    int  fd;        /* -1: none */
    bool unstable;  /* the file system gives other inode numbers at each look */
    char name[144];
} temporary;

/* Makes one for the target's name; `temporary` may be closed after a failure, too.
 * False: errno says why. */
bool temporary_open(temporary *temporary, int directory, const char *target, mode_t mode);

/* Whether the name is still that of the file. False: errno says why not. */
bool temporary_is_named(const temporary *temporary);

/* Removes the name, if it is still that of the file. */
void temporary_unlink(const temporary *temporary);

/* Removes what killed processes left in the directory, now and then: a look takes time
 * that grows with the directory, and takes at most a hundredth of all. */
void temporary_sweep(const temporary *own);

#endif
