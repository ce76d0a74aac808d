/* Error messages and warnings. */
#ifndef PNG2BMP_REPORT_H
#define PNG2BMP_REPORT_H

#include "opaque.h"

/* Only inside the library: a file that is fed has not come far enough for an answer, or nobody has
 * room for more rows. Ask again when that has changed. It is never reported. */
#define STATUS_WAITING PNG2BMP_BEFORE_WARNINGS

#if defined(__GNUC__)
#if defined(__MINGW32__) && !defined(__clang__)
/* MinGW's own printf is C99's; "printf" would mean that of the oldest Windows. */
#define REPORT_PRINTF(at, first) __attribute__((format(gnu_printf, at, first)))
#else
#define REPORT_PRINTF(at, first) __attribute__((format(printf, at, first)))
#endif
#else
#define REPORT_PRINTF(at, first)
#endif

/* Stores the error and returns its status. `report` may be NULL. */
png2bmp_status report_error(png2bmp_report *report, png2bmp_status status, const char *format, ...)
    REPORT_PRINTF(3, 4);

/* The same with the general text of the status. */
png2bmp_status report_plain_error(png2bmp_report *report, png2bmp_status status);

/* Appends to the error message, as far as there is room. */
void report_add(png2bmp_report *report, const char *format, ...) REPORT_PRINTF(2, 3);

/* Withdraws the error. */
void report_forget_error(png2bmp_report *report);

/* Stores a warning (the first of its kind) and returns PNG2BMP_OK; with `strict`, stores an error
 * and returns its status. */
png2bmp_status report_warning(png2bmp_report *report, bool strict, png2bmp_status status,
                              const char *format, ...) REPORT_PRINTF(4, 5);

#endif
