/*
 * Temporary files: ".NAME.png2bmp-HOST-PID-RANDOM" in the directory of the target, so that no other
 * save uses the same name, on this host or another that shares the directory.
 *
 * A file in use is locked. A later save into the directory removes what a killed process has left:
 * a file that nobody has locked, and whose process is known to be gone or which has not been
 * written to for an hour. The second condition is needed on file systems shared between hosts,
 * where locks are often known to one host only. HOST is the boot of a host and the PID namespace in
 * it; ffffffff is no host, whose leftovers are known by their age.
 */
#ifndef PNG2BMP_TEMPORARY_POSIX_H
#define PNG2BMP_TEMPORARY_POSIX_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct temporary {
    int  directory; /* borrowed */
    int  fd;        /* -1: none */
    bool unstable;  /* the file system returns different inode numbers each time */
    char name[144];
} temporary;

/* Creates one for the target's name; `temporary` may be closed even after a failure. False: errno
 * says why. */
bool temporary_open(temporary *temporary, int directory, const char *target, mode_t mode);

/* Whether the name is still that of the file. False: errno says why not. */
bool temporary_is_named(const temporary *temporary);

/* Removes the name, if it is still that of the file. */
void temporary_unlink(const temporary *temporary);

/* Removes what killed processes left in the directory, from time to time: a search takes time that
 * grows with the directory, so searches take at most a hundredth of the total time. */
void temporary_sweep(const temporary *own);

#endif
