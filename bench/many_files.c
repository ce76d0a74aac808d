/* The least that converting many files can take: each PNG is read and saved, by one process, in C.
 * many_files FROM TO: the names of the files, relative to FROM, come from standard input. */
#define _GNU_SOURCE /* O_CLOEXEC */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "png2bmp.h"

static uint8_t *read_file(const char *name, size_t *size)
{
    const int   fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat info;
    uint8_t    *bytes;

    if (fd < 0 || fstat(fd, &info) != 0)
        return NULL;
    bytes = malloc((size_t)info.st_size + 1);
    if (bytes && read(fd, bytes, (size_t)info.st_size + 1) == info.st_size)
        *size = (size_t)info.st_size;
    close(fd);
    return bytes;
}

typedef struct converter {
    png2bmp_options options;
    png2bmp_plan   *plan;
    png2bmp_report *report;
} converter;

static bool convert(converter *c, const char *from, const char *to)
{
    size_t     size = 0;
    uint8_t   *png = read_file(from, &size);
    const bool good = png &&
                      png2bmp_plan_make(c->plan, png, size, &c->options, c->report) == PNG2BMP_OK &&
                      png2bmp_save(to, c->plan, png, size, NULL, c->report) == PNG2BMP_OK;

    if (!good)
        fprintf(stderr, "many_files: %s cannot be converted\n", from);
    free(png);
    return good;
}

int main(int argc, char **argv)
{
    char      name[1024], from[4096], to[4096];
    converter c = {.plan = png2bmp_plan_new(), .report = png2bmp_report_new()};

    if (argc != 3 || !c.plan || !c.report)
        return 2;
    png2bmp_options_init(&c.options);
    while (fgets(name, sizeof name, stdin)) {
        name[strcspn(name, "\n")] = 0;
        snprintf(from, sizeof from, "%s/%s", argv[1], name);
        snprintf(to, sizeof to, "%s/%.*s.bmp", argv[2], (int)(strlen(name) - 4), name);
        if (!convert(&c, from, to))
            return 1;
    }
    png2bmp_plan_free(c.plan);
    png2bmp_report_free(c.report);
    return 0;
}
