/* From a file to a file. */
#ifndef PNG2BMP_CONVERT_FILE_H
#define PNG2BMP_CONVERT_FILE_H

#include "base/opaque.h"
#include "read.h"

typedef struct file_conversion {
    read_rules      from; /* its `cancelled` and `user` are those of the control */
    int             directory;
    const char     *to; /* with `directory` as in save_at */
    png2bmp_options options;

    png2bmp_plan plan;        /* after success */
    bool         is_of_input; /* PNG2BMP_ERR_FILE: `from` could not be read */
} file_conversion;

/*
 * Reads the PNG piece by piece, and saves the BMP as save_at does, in strips as the rows come. With
 * `salvage` the PNG is held in memory as a whole. The two may be the same file. report->file_errno
 * is EFBIG if there are more than from.most bytes.
 */
png2bmp_status convert_file(file_conversion *conversion, const png2bmp_control *control,
                            png2bmp_report *report);

#endif
