/*
 * Images with random samples, and PNGs of them: every colour type, depth, filter, interlace method,
 * and any split into IDAT chunks. The expected pixels are computed from the samples, without a
 * decoder.
 *
 * Included by the test programs; every function is here.
 */
#ifndef MAKE_PNG_H
#define MAKE_PNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "png_writer.h"

/* ---- Random numbers (xorshift64), the same in each run --------------------- */

static uint64_t random_state = 88172645463325252u;

static inline uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 16) % n);
}

static inline void *must_have(void *memory)
{
    if (!memory) {
        puts("Bail out! no memory");
        exit(1);
    }
    return memory;
}

/* An allocation of exactly `size` bytes, so that a read past its end is noticed. */
static inline uint8_t *exact_copy(const void *data, size_t size)
{
    uint8_t *copy = must_have(malloc(size ? size : 1));

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* ---- Images ---------------------------------------------------------------- */

typedef struct image {
    uint32_t  width, height;
    unsigned  color_type, depth;
    bool      interlaced;
    unsigned  palette_entries;
    uint8_t   palette[256][3];
    unsigned  trns_length; /* 0: there is no tRNS */
    uint8_t   trns[256];
    uint16_t *samples; /* width * height * channels */
} image;

/* PNG specification, table 11.1 */
static const struct {
    uint8_t color_type, depth;
} png_types[] = {
    {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
    {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16},
};
#define PNG_TYPE_COUNT (sizeof png_types / sizeof png_types[0])

static inline unsigned image_channels(const image *im)
{
    static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};

    return channels[im->color_type];
}

static inline bool image_has_tRNS_form(const image *im)
{
    return im->color_type < 4;
}

static inline const uint16_t *image_pixel(const image *im, uint32_t x, uint32_t y)
{
    return im->samples + ((size_t)y * im->width + x) * image_channels(im);
}

/* The key is the colour of some pixel, so that it occurs. Its bits above the depth are set: they
 * must be ignored (section 11.3.1.1). */
static inline void image_random_key(image *im)
{
    const uint16_t *pixel = image_pixel(im, random_below(im->width), random_below(im->height));
    const unsigned  above = im->depth < 16 ? 0xffffu << im->depth & 0xffff : 0;

    im->trns_length = 2 * image_channels(im);
    for (unsigned i = 0; i < image_channels(im); i++) {
        im->trns[2 * i] = (uint8_t)((pixel[i] | above) >> 8);
        im->trns[2 * i + 1] = (uint8_t)pixel[i];
    }
}

static inline void image_random_palette(image *im, bool transparent)
{
    const unsigned max_entries = 1u << im->depth;

    im->palette_entries = 1 + random_below(max_entries);
    for (unsigned i = 0; i < im->palette_entries; i++)
        for (unsigned k = 0; k < 3; k++)
            im->palette[i][k] = (uint8_t)random_below(256);
    im->trns_length = transparent ? 1 + random_below(im->palette_entries) : 0;
    for (unsigned i = 0; i < im->trns_length; i++)
        im->trns[i] = (uint8_t)random_below(256);
}

/* Runs, extremes and noise, so that deflate needs all kinds of symbols. */
static inline void image_random_samples(image *im)
{
    const size_t   count = (size_t)im->width * im->height * image_channels(im);
    const uint32_t values = im->color_type == 3 ? im->palette_entries : 1u << im->depth;
    uint32_t       value = 0;

    im->samples = must_have(malloc(count * sizeof *im->samples));
    for (size_t i = 0; i < count; i++) {
        switch (random_below(4)) {
        case 0:
            value = random_below(values);
            break;
        case 1:
            value = random_below(2) ? values - 1 : 0;
            break;
        default:
            break;
        }
        im->samples[i] = (uint16_t)value;
    }
}

/* type: an index of png_types. transparent: with a tRNS chunk, where the type has one. */
static inline image image_random(size_t type, uint32_t width, uint32_t height, bool interlaced,
                                 bool transparent)
{
    image im = {.width = width,
                .height = height,
                .color_type = png_types[type].color_type,
                .depth = png_types[type].depth,
                .interlaced = interlaced};

    if (im.color_type == 3)
        image_random_palette(&im, transparent);
    image_random_samples(&im);
    if (transparent && (im.color_type == 0 || im.color_type == 2))
        image_random_key(&im);
    return im;
}

static inline void image_free(image *im)
{
    free(im->samples);
    im->samples = NULL;
}

/* ---- Scanlines -------------------------------------------------------------- */

/* Section 8.1: where a pass starts, and its steps. */
typedef struct pass {
    uint32_t x0, y0, dx, dy;
} pass;

static const pass whole_image = {0, 0, 1, 1};
static const pass adam7_passes[7] = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
    {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
};

static inline uint32_t steps(uint32_t side, uint32_t first, uint32_t step)
{
    return side > first ? (side - first + step - 1) / step : 0;
}

/* The samples of row y of a pass: packed (section 7.2), 16-bit ones big-endian. */
static inline void pack_row(uint8_t *row, size_t row_bytes, const image *im, const pass *p,
                            uint32_t y, uint32_t width)
{
    size_t bit = 0;

    memset(row, 0, row_bytes);
    for (uint32_t x = 0; x < width; x++) {
        const uint16_t *pixel = image_pixel(im, p->x0 + x * p->dx, p->y0 + y * p->dy);

        for (unsigned i = 0; i < image_channels(im); i++, bit += im->depth) {
            if (im->depth == 16) {
                row[bit / 8] = (uint8_t)(pixel[i] >> 8);
                row[bit / 8 + 1] = (uint8_t)pixel[i];
            } else {
                row[bit / 8] |= (uint8_t)(pixel[i] << (8 - im->depth - bit % 8));
            }
        }
    }
}

/* Section 9.4 */
static inline uint8_t paeth(int a, int b, int c)
{
    const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

    if (pa <= pb && pa <= pc)
        return (uint8_t)a;
    return (uint8_t)(pb <= pc ? b : c);
}

static inline uint8_t predict(unsigned filter, uint8_t a, uint8_t b, uint8_t c)
{
    switch (filter) {
    case 1:
        return a;
    case 2:
        return b;
    case 3:
        return (uint8_t)((a + b) / 2);
    case 4:
        return paeth(a, b, c);
    default:
        return 0;
    }
}

#define FILTER_MIXED 5

/* Appends the filtered scanlines of a pass. filter: 0 to 4, or FILTER_MIXED. */
static inline void add_pass(byte_buffer *out, const image *im, const pass *p, unsigned filter)
{
    const uint32_t width = steps(im->width, p->x0, p->dx), height = steps(im->height, p->y0, p->dy);
    const size_t   bits = (size_t)image_channels(im) * im->depth;
    const size_t   row_bytes = (width * bits + 7) / 8, pixel_bytes = (bits + 7) / 8;
    uint8_t       *rows = must_have(calloc(3, row_bytes + 1)), *line = rows + 2 * row_bytes;

    for (uint32_t y = 0; width > 0 && y < height; y++) {
        uint8_t       *row = rows + (y % 2) * row_bytes;
        const uint8_t *prior = rows + (1 - y % 2) * row_bytes;
        const unsigned type = filter == FILTER_MIXED ? random_below(5) : filter;

        pack_row(row, row_bytes, im, p, y, width);
        line[0] = (uint8_t)type;
        for (size_t i = 0; i < row_bytes; i++) {
            const bool inside = i >= pixel_bytes;

            line[1 + i] =
                (uint8_t)(row[i] - predict(type, inside ? row[i - pixel_bytes] : 0, prior[i],
                                           inside ? prior[i - pixel_bytes] : 0));
        }
        put_bytes(out, line, row_bytes + 1);
    }
    free(rows);
}

static inline byte_buffer make_scanlines(const image *im, unsigned filter)
{
    byte_buffer out = {0};

    if (!im->interlaced) {
        add_pass(&out, im, &whole_image, filter);
        return out;
    }
    for (unsigned i = 0; i < 7; i++)
        add_pass(&out, im, &adam7_passes[i], filter);
    return out;
}

/* ---- Files ------------------------------------------------------------------ */

/* Signature, IHDR, PLTE, tRNS, and a pHYs of 1000 by 2000 pixels per metre. */
static inline void put_before_pixels(byte_buffer *png, const image *im)
{
    static const uint8_t   phys[] = {0, 0, 3, 232, 0, 0, 7, 208, 1};
    const png2bmp_png_info info = {.width = im->width,
                                   .height = im->height,
                                   .bit_depth = (uint8_t)im->depth,
                                   .color_type = (png2bmp_color_type)im->color_type,
                                   .interlaced = im->interlaced};

    put_signature(png);
    put_ihdr(png, &info);
    if (im->color_type == 3)
        put_chunk(png, "PLTE", im->palette, (size_t)3 * im->palette_entries);
    if (im->trns_length > 0)
        put_chunk(png, "tRNS", im->trns, im->trns_length);
    put_chunk(png, "pHYs", phys, sizeof phys);
}

/* idat_size: bytes per chunk; 0: random sizes up to 9, including empty chunks. */
static inline void put_pixels(byte_buffer *png, const byte_buffer *zlib, size_t idat_size)
{
    size_t at = 0;

    while (at < zlib->size) {
        const size_t left = zlib->size - at;
        const size_t wanted = idat_size ? idat_size : random_below(10);
        const size_t size = wanted < left ? wanted : left;

        put_chunk(png, "IDAT", zlib->bytes + at, size);
        at += size;
    }
}

static inline byte_buffer make_png(const image *im, unsigned filter, int level, size_t idat_size)
{
    byte_buffer scanlines = make_scanlines(im, filter),
                zlib = zlib_stream(scanlines.bytes, scanlines.size, level), png = {0};

    put_before_pixels(&png, im);
    put_pixels(&png, &zlib, idat_size);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines.bytes);
    free(zlib.bytes);
    return png;
}

/* ---- Expected pixels ---------------------------------------------------------- */

typedef struct rgba {
    uint32_t v[4]; /* R G B A, each 0 to `max` */
    uint32_t max;  /* 255, or 65535 of a 16-bit image */
} rgba;

static inline bool is_key(const image *im, const uint16_t *pixel)
{
    const unsigned mask = (1u << im->depth) - 1;

    if (im->trns_length == 0 || (im->color_type != 0 && im->color_type != 2))
        return false;
    for (unsigned i = 0; i < image_channels(im); i++)
        if (pixel[i] != (((unsigned)im->trns[2 * i] << 8 | im->trns[2 * i + 1]) & mask))
            return false;
    return true;
}

static inline rgba image_color(const image *im, uint32_t x, uint32_t y)
{
    const uint16_t *pixel = image_pixel(im, x, y);
    const bool      gray = im->color_type == 0 || im->color_type == 4;
    rgba            c = {.max = im->depth == 16 ? 65535 : 255};

    if (im->color_type == 3) {
        for (unsigned i = 0; i < 3; i++)
            c.v[i] = im->palette[pixel[0]][i];
        c.v[3] = pixel[0] < im->trns_length ? im->trns[pixel[0]] : 255;
        return c;
    }
    for (unsigned i = 0; i < 3; i++) /* section 13.12: depths below 8 scale without a remainder */
        c.v[i] = pixel[gray ? 0 : i] * c.max / ((1u << im->depth) - 1);
    c.v[3] = is_key(im, pixel) ? 0 : c.max;
    if (im->color_type >= 4)
        c.v[3] = pixel[image_channels(im) - 1];
    return c;
}

/* Both maxima are odd, so there are no ties. */
static inline uint32_t divide_rounded(uint64_t a, uint32_t b)
{
    return (uint32_t)((a + b / 2) / b);
}

static inline uint8_t to_8_bits(uint32_t v, uint32_t max, png2bmp_depth16 rule)
{
    if (max == 255)
        return (uint8_t)v;
    return (uint8_t)(rule == PNG2BMP_DEPTH16_ROUND ? divide_rounded((uint64_t)v * 255, max)
                                                   : v >> 8);
}

/* R G B A according to the options; opaque if the colour was blended or the alpha dropped. */
static inline void expected_pixel(uint8_t out[4], const image *im, uint32_t x, uint32_t y,
                                  const png2bmp_options *options, bool keeps_alpha)
{
    const rgba c = image_color(im, x, y);
    const bool blends = !keeps_alpha && options->alpha == PNG2BMP_ALPHA_BLEND;

    for (unsigned i = 0; i < 3; i++) {
        const uint64_t under = options->background[i] * (uint64_t)(c.max / 255);
        const uint64_t sum = (uint64_t)c.v[i] * c.v[3] + under * (c.max - c.v[3]);

        out[i] = to_8_bits(blends ? divide_rounded(sum, c.max) : c.v[i], c.max, options->depth16);
    }
    out[3] = keeps_alpha ? to_8_bits(c.v[3], c.max, options->depth16) : 255;
}

#endif
