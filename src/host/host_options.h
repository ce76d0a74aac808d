/* Options as JavaScript passes them, and what it has to know about them, for both addon/ and
 * wasm/. */
#ifndef PNG2BMP_HOST_OPTIONS_H
#define PNG2BMP_HOST_OPTIONS_H

#include "plan/option_table.h"

typedef enum host_option_kind {
    HOST_CHOICE, /* a name from a list, passed as its index */
    HOST_FLAG,   /* 0 or 1 */
    HOST_NUMBER, /* a whole number, `least` to `most` */
    HOST_LIMIT,  /* a number from 0 on; Infinity is allowed */
    HOST_COLOR   /* 0xRRGGBB */
} host_option_kind;

/* One number for each option of plan/option_table.h but the palette; those that lib/ makes of other
 * options come last. */
enum {
#define ONE(...) +1
#define NONE(...)
    HOST_OPTIONS_OF_USERS = OPTION_TABLE(ONE, ONE, ONE, ONE, ONE, ONE, NONE),
    HOST_OPTIONS_COUNT = OPTION_TABLE_ALL(ONE, ONE, ONE, ONE, ONE, ONE, NONE)
#undef ONE
#undef NONE
};

/* The numbers that options are passed as: one for each, then the colours of options.palette,
 * 0xRRGGBB, plus 2^24 times what is seen of one and 1, if that is given. */
#define HOST_VALUES_MOST (HOST_OPTIONS_COUNT + 256)

typedef struct host_option {
    const char      *name; /* in JavaScript */
    host_option_kind kind;
    size_t           offset, size;     /* of the field in png2bmp_options */
    const char *(*choice)(uint32_t i); /* HOST_CHOICE: the names, NULL at the end */
    uint32_t least, most;              /* HOST_NUMBER; HOST_CHOICE: `most` is the last index */
} host_option;

extern const host_option host_options_all[HOST_OPTIONS_COUNT];

/* The defaults, one number per option. */
void host_options_defaults(double values[HOST_OPTIONS_COUNT]);

/* Reads the options from `count` numbers. False: they are invalid. */
bool host_options_read(png2bmp_options *options, const double *values, size_t count);

#endif
