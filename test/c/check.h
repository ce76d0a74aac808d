/* Counts checks in the C tests: a check that fails is reported, and the rest continues. */
#ifndef PNG2BMP_TEST_CHECK_H
#define PNG2BMP_TEST_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int checks, failures;

static void check(bool good, const char *format, ...)
{
    va_list list;

    checks++;
    if (good)
        return;
    failures++;
    va_start(list, format);
    printf("# failed: ");
    vprintf(format, list);
    putchar('\n');
    va_end(list);
}

#endif
