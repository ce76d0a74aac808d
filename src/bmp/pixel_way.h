/* What becomes of the pixels: all that follows from format, image and options, decided once. */
#ifndef PNG2BMP_PIXEL_WAY_H
#define PNG2BMP_PIXEL_WAY_H

#include "base/kernels.h"
#include "base/opaque.h"
#include "format.h"

typedef struct pixel_way {
    const format_row *format;
    /* Where the colours of the BMP's palette come from. PALETTE_GIVEN: options.palette, or, while
     * that is empty, colours that have yet to be chosen for the image. */
    palette_kind palette;
    bool         matched;   /* to colours of a palette that is not the image's own; in bgr24, too */
    int          gray_step; /* matched: how far apart the palette's grays are, in samples, if it is
                               given and has more than one and no other colours; else 0 */
    bool in_gray;     /* matched by luma: the palette has grays alone, and the image may not */
    bool has_key;     /* an entry that transparent pixels get, and no others: options.key_index */
    bool watches_key; /* there is no palette: an opaque pixel of the key's colour is a warning */
    bool is_exact;    /* matched, and a pixel of another colour is an error */
    bool blends;      /* transparency is replaced with the background, or by a threshold */
    bool needs_alpha; /* rows are made with alpha although the format has none: ALPHA_KEY. A palette
                         or a transparent colour is handled in the tables */
    bool           key_matters; /* the transparent colour affects the output */
    bool           converts;    /* samples become those of sRGB first, by: */
    srgb_kind      to_srgb;
    unsigned       depth;    /* of the samples afterwards */
    bool           in_order; /* a row depends on those above it: dithering works downwards */
    row_kind       first;    /* the function for a row; then: */
    second_step    second;
    png2bmp_dither dither;    /* never DEFAULT */
    bool           is_linear; /* it makes and carries errors in light */
} pixel_way;

/* Whether transparent pixels get an entry or a colour that opaque ones should not have. Needs what
 * key_settle has made of options.key_index. */
bool pixel_way_has_holes(const png2bmp_options *options);

/* Needs plan->png, options, and of plan->bmp format and bits. */
pixel_way pixel_way_of(const png2bmp_plan *plan);

/* Whether indices can represent the image: one value per pixel, and no more than 256 colours after
 * blending. Needs plan->png and options. */
bool has_own_palette(const png2bmp_plan *plan);

/* The palette alone, before the bits are known. */
palette_kind palette_kind_of(const png2bmp_plan *plan);

#endif
