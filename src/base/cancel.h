/* Whether work is to stop: what every loop over pixels or bytes asks now and then. */
#ifndef PNG2BMP_CANCEL_H
#define PNG2BMP_CANCEL_H

#include "report.h"

/* Asked at least once per so many pixels. The slowest step takes less than 0.1 us for one. */
#define CANCEL_PIXELS 65536u

typedef struct cancel_check {
    const png2bmp_control *control; /* NULL: never */
    png2bmp_report        *report;
    size_t                 pixels;       /* since control was asked */
    bool                   is_cancelled; /* stays so: what is unfinished then must not be used */
} cancel_check;

/* Asks now. check: may be NULL, here and below. */
bool cancel_ask(cancel_check *check);

/* Before this many pixels more. */
static inline bool cancel_before(cancel_check *check, size_t pixels)
{
    if (!check)
        return false;
    check->pixels += pixels;
    return check->pixels < CANCEL_PIXELS ? check->is_cancelled : cancel_ask(check);
}

/* Whether what was just made may be unfinished: then it must not be read. */
static inline bool was_cancelled(const cancel_check *check)
{
    return check && check->is_cancelled;
}

/* At the end: an error, reported, if work was cut short. */
png2bmp_status cancel_status(const cancel_check *check);

#endif
