/* Options as JavaScript passes them, and what JavaScript has to know about them: one table, for
 * both addon/ and wasm/. An option of the library is a row in host_options.c. */
#ifndef PNG2BMP_HOST_OPTIONS_H
#define PNG2BMP_HOST_OPTIONS_H

#include "png2bmp.h"

typedef enum host_option_kind {
    HOST_CHOICE, /* a name from a list, passed as its index */
    HOST_FLAG,   /* 0 or 1 */
    HOST_NUMBER, /* a whole number, `least` to `most` */
    HOST_LIMIT,  /* a number from 0 on; Infinity is allowed */
    HOST_COLOR   /* 0xRRGGBB */
} host_option_kind;

/* Options by their index in host_options_all. */
#define HOST_OPTIONS_COUNT 24

/* The numbers that options are passed as: one for each, then the colours of options.palette,
 * 0xRRGGBB. */
#define HOST_VALUES_MOST (HOST_OPTIONS_COUNT + 256)

typedef struct host_option {
    const char      *name; /* in JavaScript */
    host_option_kind kind;
    size_t           offset, size;     /* of the field in png2bmp_options */
    const char *(*choice)(uint32_t i); /* HOST_CHOICE: the names, NULL at the end;
                                                 "" is not to be chosen */
    uint32_t least, most;              /* HOST_NUMBER; HOST_CHOICE: `most` is the last index */
} host_option;

extern const host_option host_options_all[HOST_OPTIONS_COUNT];

/* The defaults, one number per option. */
void host_options_defaults(double values[HOST_OPTIONS_COUNT]);

/* Reads the options from `count` numbers. False: they are invalid. */
bool host_options_read(png2bmp_options *options, const double *values, size_t count);

#endif
