#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)PNG2BMP_ERRORS_END <= (int)PNG2BMP_FIRST_WARNING,
               "warnings have numbers of their own, so that a new error moves none of them");

static const char *const codes[] = {
#define CODE(name, code, text) code,
    "OK", PNG2BMP_ERRORS(CODE) PNG2BMP_WARNINGS(CODE)
#undef CODE
};

static const char *const texts[] = {
#define TEXT(name, code, text) text,
    "no error", PNG2BMP_ERRORS(TEXT) PNG2BMP_WARNINGS(TEXT)
#undef TEXT
};

/* Where a status is in these lists. */
static size_t known(png2bmp_status status)
{
    const unsigned number = (unsigned)status;

    if (number >= PNG2BMP_FIRST_WARNING && number < PNG2BMP_WARNINGS_END)
        return number - PNG2BMP_FIRST_WARNING + PNG2BMP_ERRORS_END;
    return number < PNG2BMP_ERRORS_END ? number : 0;
}

const char *png2bmp_version(void)
{
    return PNG2BMP_VERSION;
}

uint32_t png2bmp_version_number(void)
{
    return PNG2BMP_VERSION_NUMBER;
}

const char *png2bmp_status_code(png2bmp_status status)
{
    return codes[known(status)];
}

const char *png2bmp_status_text(png2bmp_status status)
{
    return texts[known(status)];
}

png2bmp_report *png2bmp_report_new(void)
{
    return calloc(1, sizeof(png2bmp_report));
}

void png2bmp_report_free(png2bmp_report *report)
{
    free(report);
}

void png2bmp_report_clear(png2bmp_report *report)
{
    report->error.status = PNG2BMP_OK;
    report->error.message[0] = 0;
    report->warning_count = 0;
    report->file_errno = 0;
    report->file_syscall = NULL;
}

const png2bmp_finding *png2bmp_report_error(const png2bmp_report *report)
{
    return &report->error;
}

const png2bmp_finding *png2bmp_report_warning(const png2bmp_report *report, unsigned i)
{
    return i < report->warning_count ? &report->warnings[i] : NULL;
}

int png2bmp_report_errno(const png2bmp_report *report)
{
    return report->file_errno;
}

const char *png2bmp_report_syscall(const png2bmp_report *report)
{
    return report->file_syscall;
}

static void note(png2bmp_finding *finding, png2bmp_status status, const char *format,
                 va_list arguments) REPORT_PRINTF(3, 0);

static void note(png2bmp_finding *finding, png2bmp_status status, const char *format,
                 va_list arguments)
{
    finding->status = status;
    /* clang-tidy 14 mistakes a va_list that was passed on for an uninitialised one. */
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    vsnprintf(finding->message, sizeof finding->message, format, arguments);
}

png2bmp_status report_error(png2bmp_report *report, png2bmp_status status, const char *format, ...)
{
    va_list arguments;

    if (!report)
        return status;
    va_start(arguments, format);
    note(&report->error, status, format, arguments);
    va_end(arguments);
    return status;
}

png2bmp_status report_plain_error(png2bmp_report *report, png2bmp_status status)
{
    return report_error(report, status, "%s", png2bmp_status_text(status));
}

void report_add(png2bmp_report *report, const char *format, ...)
{
    va_list arguments;
    size_t  used;

    if (!report)
        return;
    used = strlen(report->error.message);
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    vsnprintf(report->error.message + used, sizeof report->error.message - used, format, arguments);
    va_end(arguments);
}

void report_forget_error(png2bmp_report *report)
{
    if (!report)
        return;
    report->error.status = PNG2BMP_OK;
    report->error.message[0] = 0;
}

static bool warned_of(const png2bmp_report *report, png2bmp_status status)
{
    for (unsigned i = 0; i < report->warning_count; i++) {
        if (report->warnings[i].status == status)
            return true;
    }
    return false;
}

png2bmp_status report_warning(png2bmp_report *report, bool strict, png2bmp_status status,
                              const char *format, ...)
{
    png2bmp_finding *finding = NULL;
    va_list          arguments;

    if (report && strict)
        finding = &report->error;
    else if (report && !warned_of(report, status))
        finding = &report->warnings[report->warning_count++];
    if (finding) {
        va_start(arguments, format);
        note(finding, status, format, arguments);
        va_end(arguments);
    }
    return strict ? status : PNG2BMP_OK;
}
