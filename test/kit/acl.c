/* acl get FILE: the access list of a file, in hexadecimal; nothing if it has none.
 * acl access FILE HEX, acl default DIRECTORY HEX: sets a list. */
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>

static int get(const char *file)
{
    unsigned char list[4096];
    const ssize_t size = getxattr(file, "system.posix_acl_access", list, sizeof list);

    for (ssize_t i = 0; i < size; i++)
        printf("%02x", list[i]);
    return 0;
}

static int set(const char *attribute, const char *file, const char *hex)
{
    unsigned char list[4096];
    size_t        size = 0;
    unsigned      byte;

    for (; size < sizeof list && sscanf(hex + 2 * size, "%2x", &byte) == 1; size++)
        list[size] = (unsigned char)byte;
    if (setxattr(file, attribute, list, size, 0) == 0)
        return 0;
    perror(file);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "get") == 0)
        return get(argv[2]);
    if (argc != 4)
        return 2;
    return set(strcmp(argv[1], "default") == 0 ? "system.posix_acl_default"
                                               : "system.posix_acl_access",
               argv[2], argv[3]);
}
