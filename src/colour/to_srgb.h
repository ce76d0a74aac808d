/* Samples in, the same samples in sRGB out, by tables: in plain C, the definition that faster
 * versions must match. */
#ifndef PNG2BMP_TO_SRGB_H
#define PNG2BMP_TO_SRGB_H

#include "base/kernels.h"
#include "base/opaque.h"

/* 8 bits. The light of R, G and B is added up in one number: three fields of 21 bits, and in each
 * 2^18 is 1, above a bias of 3 for light that is out of range, from -3 to 5. The field's 17 high
 * bits are the place in a table of samples, 2^14 for 1: fine enough for the darkest steps of sRGB,
 * which are 5 apart. No sum has to be clamped, since the table does it. */
enum {
    SRGB_FIELD = 21,
    SRGB_FRACTION = 4,
    SRGB_LIGHT = 16384,
    SRGB_BELOW = 3 * SRGB_LIGHT,
    SRGB_PLACES = 8 * SRGB_LIGHT
};

/* 16 bits: 65535 is 1. Samples of sRGB are kept for every 16th light, and between them lines are
 * straight. */
#define SRGB_STEPS 4096

/* 16 bits to 8: the same sums, of what every 16th sample adds, in fields where 2^14 is 1. Between
 * them lines are straight, in 16ths, so that in the sum 2^18 is 1 again. */
enum {
    SRGB_EVERY = 16,
    SRGB_COARSE = 65536 / SRGB_EVERY + 1
};

typedef struct srgb_tables {
    const uint64_t *parts[3]; /* 8 bits, or 16 to 8: for each channel and sample what it adds */
    const uint8_t  *from_light;

    const uint16_t *light[3];     /* 16 bits: of each sample */
    int32_t         matrix[3][3]; /* in 65536ths */
    const uint16_t *steps;

    const void *gray; /* uint8_t or uint16_t: the sample for each sample */
    uint32_t    key[3];
} srgb_tables;

#define DECLARE_SRGB(name, level)                                                                  \
    void srgb_##name##_##level(uint8_t *dst, const uint8_t *src, size_t width,                     \
                               const srgb_tables *tables);
#define DECLARE_SRGB_C(name, from, to) DECLARE_SRGB(name, c)
SRGB_KINDS(DECLARE_SRGB_C)
#undef DECLARE_SRGB_C

/* The function for an image. key_matters: samples get alpha, which is 0 where they are the key. */
srgb_kind srgb_kind_of(const png2bmp_png_info *png, bool key_matters);

/* Whether SRGB_rgb16_to_rgb8 is right within 1 for a space: its curves are nearly straight between
 * samples 0 and 16, where those of powers bend most. */
bool srgb_is_narrowed_well(const color_space *space);

/* The type of the samples afterwards; the depth stays, but for SRGB_rgb16_to_rgb8. */
png2bmp_color_type srgb_color_type(const png2bmp_png_info *png, bool key_matters);

/* Bytes of the tables, and how they are filled: `memory` is aligned as by malloc. */
uint64_t    srgb_memory(const png2bmp_plan *plan, srgb_kind kind);
srgb_tables srgb_open(const png2bmp_plan *plan, srgb_kind kind, void *memory);

#endif
