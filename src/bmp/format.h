/* Everything that depends on the output format, one row per format. A new format is a new
 * enumerator in png2bmp.h and a row in format.c; no other code asks which format it is. */
#ifndef PNG2BMP_FORMAT_H
#define PNG2BMP_FORMAT_H

#include "base/kernels.h"

typedef enum header_kind {
    HEADER_NONE,  /* no BMP: bare rows without header and padding */
    HEADER_RGB,   /* BI_RGB, and the palette */
    HEADER_MASKS, /* BI_BITFIELDS with three masks */
    HEADER_ALPHA  /* BI_BITFIELDS with four masks: 108 bytes unless options.header says otherwise */
} header_kind;

typedef enum palette_kind {
    PALETTE_NONE,
    PALETTE_OF_IMAGE, /* the colours of the image: only gray and palette images have it */
    PALETTE_GRAYS,    /* 256 of them */
    PALETTE_BLACK_WHITE,
    PALETTE_GIVEN /* by the options, or chosen for the image: see pixel_way.h */
} palette_kind;

/* What is done to a row after its samples have been converted to pixels. */
typedef enum second_step {
    /* depends on the format */
    STEP_NONE,
    STEP_LUMA,
    STEP_BITS,     /* luma, then black or white; rows must come in order */
    STEP_LEVELS,   /* 16 bits */
    STEP_SWAP_RGB, /* B G R to R G B */
    STEP_SWAP_RGBA,
    /* depends on options and image: see second_of in pixel_way.c */
    STEP_MATCH,  /* to colours of a palette; rows must come in order */
    STEP_DITHER, /* to 16 bits; rows must come in order */
    STEP_PACK,   /* indices of another depth */
    STEP_KEY,    /* below the alpha threshold: the background's colour, else the pixel's */
    STEP_PREMULTIPLY
} second_step;

typedef struct format_row {
    const char  *name;
    uint8_t      bits_per_pixel; /* PALETTE_OF_IMAGE: at most */
    header_kind  header;
    palette_kind palette;
    second_step  step;
    uint8_t      levels[3]; /* STEP_LEVELS: the highest of B, G and R, lowest bits first */
    bool         keeps_alpha;
    bool         dithers;       /* even without a palette */
    bool         takes_palette; /* although it is not indexed */
    bool         top_down;      /* whatever the options say */

    /* The unfilter that writes rows of this format by itself, if direct_row converts the samples to
     * pixels: the rows then hold the scanline's bytes, or those bytes swapped. UNFILTER_COUNT:
     * none. */
    row_kind      direct_row;
    unfilter_kind direct_unfilter;
} format_row;

/* format: one of the enum. AUTO stands for others: its row says which options it takes. */
const format_row *format_of(png2bmp_format format);

#endif
