/* Where a path leads: a handle of the directory, and the name in it. What is done
 * there later does not depend on the path any more, nor on the working directory. */
#ifndef PNG2BMP_PLACE_POSIX_H
#define PNG2BMP_PLACE_POSIX_H

#include <stdbool.h>
#include <sys/stat.h>

#include "file.h"

typedef struct place {
    int         directory; /* a descriptor, for openat and its kin only; -1: none */
    char       *name;
    bool        is_there;
    struct stat there;         /* what has the name, when is_there; never a link, unless: */
    bool        is_descriptor; /* the name is a link of /proc to an open file: no place to
                                  rename anything to, and its text is no path */
} place;

/*
 * Symbolic links are followed, also one that leads to where nothing is yet. A link or a
 * pipe that somebody else put into a directory that all may write to (/tmp) is refused
 * with EACCES, whatever the kernel is set to. With `exclusive`, whatever has the name is
 * refused with EEXIST.
 *
 * place_release in any case.
 */
file_failure place_find(place *place, int base, const char *path, bool exclusive);
void         place_release(place *place);

#endif
