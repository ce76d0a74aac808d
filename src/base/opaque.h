/* What is in the opaque types of png2bmp.h. */
#ifndef PNG2BMP_OPAQUE_H
#define PNG2BMP_OPAQUE_H

#include "png2bmp.h"

/* One of each kind. */
#define REPORT_MOST_WARNINGS (PNG2BMP_WARNINGS_END - PNG2BMP_FIRST_WARNING)

struct png2bmp_report {
    png2bmp_finding error; /* status PNG2BMP_OK: none */
    unsigned        warning_count;
    png2bmp_finding warnings[REPORT_MOST_WARNINGS];
    int             file_errno;
    const char     *file_syscall;
};

struct png2bmp_plan {
    png2bmp_png_info  png;
    png2bmp_png_about about;
    png2bmp_bmp_info  bmp;
    png2bmp_options   options;
    uint64_t          memory;     /* that run allocates at most */
    size_t            first_idat; /* offset of the length field of the first IDAT */
};

/* Receives pieces of a BMP, each of which belongs at `offset`. */
typedef struct byte_sink {
    png2bmp_status (*write)(void *user, const uint8_t *bytes, size_t size, uint64_t offset);
    void *user;
} byte_sink;

#endif
