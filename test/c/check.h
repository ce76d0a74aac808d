/* Counts checks in the C tests: a check that fails is reported, and the rest continues. */
#ifndef PNG2BMP_TEST_CHECK_H
#define PNG2BMP_TEST_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int checks, failures;

/* For emulators, where all cases take a quarter of an hour: with ONE_IN=10 in the environment every
 * tenth case takes part in the tests that ask this for each of theirs. */
static inline bool takes_part(void)
{
    static unsigned long one_in, cases;

    if (one_in == 0) {
        const char *wanted = getenv("ONE_IN");

        one_in = wanted ? strtoul(wanted, NULL, 10) : 1;
        if (one_in == 0)
            abort(); /* not a number */
    }
    return cases++ % one_in == 0;
}

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
