/* Failures of the system as errors of a conversion. */
#ifndef PNG2BMP_FAILURE_H
#define PNG2BMP_FAILURE_H

#include "base/opaque.h"
#include "file.h"

/* PNG2BMP_OK if nothing failed; the path is that of the file in question. */
png2bmp_status report_failure(png2bmp_report *report, file_failure failed, const char *path);

#endif
