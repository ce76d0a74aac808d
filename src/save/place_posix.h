/* Where a path leads: a handle of the directory, and the name in it. Later operations there no
 * longer depend on the path or the working directory. */
#ifndef PNG2BMP_PLACE_POSIX_H
#define PNG2BMP_PLACE_POSIX_H

#include <stdbool.h>
#include <sys/stat.h>

#include "file.h"

typedef struct place {
    int         directory; /* a descriptor, for openat and its kin only; -1: none */
    char       *name;
    bool        is_there;
    struct stat there;  /* what has the name, when is_there; never a link, unless: */
    bool is_descriptor; /* the name is a link in /proc to an open file: nothing can be renamed to
                           it, and its text is not a path */
} place;

/*
 * Symbolic links are followed, including one whose target does not exist yet. A link in any part of
 * the path, or a pipe, that another user put into a directory that all may write to (/tmp) is
 * refused with EACCES, whatever the kernel's settings. With `exclusive`, any existing name is
 * refused with EEXIST.
 *
 * place_release must be called in any case.
 */
file_failure place_find(place *place, int base, const char *path, bool exclusive);
void         place_release(place *place);

#endif
