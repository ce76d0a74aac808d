/* POSIX access control lists, of Linux: rights of users and groups by name, in addition to the
 * mode. */
#ifndef PNG2BMP_ACL_POSIX_H
#define PNG2BMP_ACL_POSIX_H

#include <stdbool.h>

typedef enum acl_result {
    ACL_NONE,  /* neither file has a list: the mode says everything */
    ACL_TAKEN, /* as the old file's; the rights of the group in the mode are those of the mask */
    ACL_LOST   /* unknown or not to be set: others may have had fewer rights than the mode says */
} acl_result;

/* Gives the new file, open as `fd`, the list of the old one, or takes away the list that it has
 * from its directory. Without `same_group` the new file's group gets no rights, but those with a
 * name keep theirs. */
acl_result acl_take(int fd, int directory, const char *name, bool same_group);

#endif
