/* Saves relative to a directory, for callers whose working directory may have changed since. */
#ifndef PNG2BMP_SAVE_H
#define PNG2BMP_SAVE_H

#include "base/opaque.h"

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
