/* From a file to a file, and from anywhere to a file. */
#ifndef PNG2BMP_CONVERT_FILE_H
#define PNG2BMP_CONVERT_FILE_H

#include "base/opaque.h"
#include "read.h"
#include "save.h"

/* ---- A PNG that comes in pieces, into a file ------------------------------------- */

typedef struct fed_file {
    png2bmp_feed *feed; /* takes the pieces: png2bmp_feed_bytes */

    int                    directory;
    const char            *path;
    saving                 to;   /* opened when the header has come */
    uint8_t               *bmp;  /* all of it, if it cannot leave in strips */
    png2bmp_plan           plan; /* when the header has come */
    const png2bmp_control *control;
    png2bmp_report        *report;
} fed_file;

/* directory, path: as in save_at. png_size, control, report: as in png2bmp_feed_new; the report is
 * not NULL. All is borrowed until fed_file_end, which must be called in any case, and `f` must not
 * move. */
png2bmp_status fed_file_begin(fed_file *f, int directory, const char *path,
                              const png2bmp_options *options, uint64_t png_size,
                              const png2bmp_control *control, png2bmp_report *report);

/* status: that of the last piece. PNG2BMP_OK: there are no more, and the result is that of the
 * save; else the file is as it was. Again it does nothing. */
png2bmp_status fed_file_end(fed_file *f, png2bmp_status status);

/* ---- From a file ------------------------------------------------------------------ */

typedef struct file_conversion {
    read_rules      from; /* its `cancelled` and `user` are those of the control */
    int             directory;
    const char     *to; /* with `directory` as in save_at */
    png2bmp_options options;

    /* How many bytes have been read and converted so far, for another thread; NULL: not told. */
    volatile double *progress;

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
