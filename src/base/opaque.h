/* What is in the opaque types of png2bmp.h. */
#ifndef PNG2BMP_OPAQUE_H
#define PNG2BMP_OPAQUE_H

#include "color.h"
#include "png2bmp.h"

/* One of each kind. */
#define REPORT_MOST_WARNINGS (PNG2BMP_WARNINGS_END - PNG2BMP_FIRST_WARNING)

struct png2bmp_report {
    png2bmp_finding error; /* status PNG2BMP_OK: none */
    unsigned        warning_count;
    png2bmp_finding warnings[REPORT_MOST_WARNINGS];
    int             file_errno;
    const char     *file_syscall;
};

typedef enum plan_source {
    PLAN_OF_NOTHING, /* not made, or that failed */
    PLAN_OF_PNG,
    PLAN_OF_PIXELS
} plan_source;

/* What becomes of the image, in this order. */
typedef struct image_turn {
    bool transposes; /* pixel (x, y) goes to (y, x) */
    bool flips;      /* the last row comes first */
    bool flops;      /* the last pixel of each row comes first */
} image_turn;

typedef struct pixel_density {
    uint32_t x, y; /* pixels per metre; 0: not known */
} pixel_density;

struct png2bmp_plan {
    png2bmp_png_info  png;
    png2bmp_png_about about;
    png2bmp_bmp_info  bmp;
    png2bmp_options   options;
    uint64_t          memory;     /* that run allocates at most */
    size_t            first_idat; /* offset of the length field of the first IDAT */
    plan_source       made_from;
    color_space       space;   /* what samples are converted from */
    bool              is_srgb; /* with COLOR_SPACE_SRGB: what is written is sRGB */
    image_turn        turn;
    pixel_density     density;        /* that of the PNG, turned with it */
    bool              has_all_pixels; /* it is made from pixels in memory: in any order */
};

#endif
