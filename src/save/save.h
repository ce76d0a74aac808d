/* Saves relative to a directory, for callers whose working directory may have changed since. */
#ifndef PNG2BMP_SAVE_H
#define PNG2BMP_SAVE_H

#include "base/opaque.h"

/* A file that is written piece by piece. Its `write` is that of a byte_sink or png2bmp_sink. */
typedef struct saving {
    struct new_file *file; /* NULL: not open */
    const char      *path;
    png2bmp_report  *report;
} saving;

/* About this much of a BMP is written at a time, if it may be written in any order. */
#define SAVE_STRIP_BYTES (1024 * 1024)

png2bmp_status saving_open(saving *s, int directory, const char *path,
                           const png2bmp_options *options, const png2bmp_control *control,
                           png2bmp_report *report);
bool           saving_is_sequential(const saving *s); /* only from its first byte to its last */
png2bmp_status saving_write(void *s, const uint8_t *bytes, size_t size, uint64_t offset);

/* Gives the file its name, or removes it if what was to be written failed. */
png2bmp_status saving_finish(saving *s, png2bmp_status status);

/* png2bmp_save. `directory`: a descriptor, for relative paths; or FILE_WORKING_DIRECTORY of file.h.
 * Not used on Windows. */
png2bmp_status save_at(int directory, const char *path, const png2bmp_plan *plan,
                       const uint8_t *png, size_t size, const png2bmp_control *control,
                       png2bmp_report *report);

/* The same with bytes as they are, such as an icon. Of the options only `exclusive` and `sync`
 * have a meaning. */
png2bmp_status save_bytes_at(int directory, const char *path, const uint8_t *bytes, size_t size,
                             const png2bmp_options *options, const png2bmp_control *control,
                             png2bmp_report *report);

#endif
