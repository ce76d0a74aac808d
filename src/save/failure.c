#include "failure.h"

#include <errno.h>

#include "base/report.h"

png2bmp_status report_failure(png2bmp_report *report, file_failure failed, const char *path)
{
    char text[64];

    if (!failed.code)
        return PNG2BMP_OK;
    if (!failed.syscall)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    if (failed.code == ECANCELED)
        return report_plain_error(report, PNG2BMP_ERR_CANCELLED);
    if (report) {
        report->file_errno = failed.code;
        report->file_syscall = failed.syscall;
    }
    file_error_text(failed.code, text, sizeof text);
    return report_error(report, PNG2BMP_ERR_FILE, "%s '%.120s': %s", failed.syscall, path, text);
}
