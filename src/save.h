/* png2bmp_save from where a caller stood, whose working directory may be another by now. */
#ifndef PNG2BMP_SAVE_H
#define PNG2BMP_SAVE_H

#include "png2bmp.h"

/* `directory`: a descriptor, for relative paths; FILE_WORKING_DIRECTORY of file.h: none.
 * Not used on Windows. */
png2bmp_status save_at(int directory, const char *path, const png2bmp_plan *plan,
                       const uint8_t *png, size_t size, const png2bmp_control *control,
                       png2bmp_report *report);

#endif
