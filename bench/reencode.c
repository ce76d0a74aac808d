/*
 * Makes the benchmark's pictures that no package has enough of: reads a PNG,
 * writes the same picture as another colour type and depth, or interlaced; or
 * makes another picture of it, as a better display, a camera or a scanner would.
 *
 *     reencode RECIPE from.png to.png
 *
 * libpng's default filters and zlib level 6, so that the stream looks like
 * those that programs write.
 *
 * SPDX-License-Identifier: MIT
 */
#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct picture {
    size_t   width, height;
    uint8_t *rgba; /* width * height * 4 */
} picture;

/* Another picture that is made of one. */
typedef struct other_picture {
    size_t width, height; /* 0: twice as large as the one */
    void (*put_pixel)(const picture *to, const picture *from, size_t x, size_t y);
} other_picture;

typedef struct recipe {
    const char          *name;
    int                  color_type;
    int                  depth;
    int                  interlace;
    int                  noise; /* of the camera or scanner, at most: of 65536 or 256 */
    const other_picture *other; /* NULL: the picture as it is */
} recipe;

static const other_picture doubled, scanned, mirrored;

/* 8 of a camera's 16 bits are noise; paper is white but for a few levels, and edges are ragged. */
enum {
    CAMERA_NOISE = 256,
    PAPER_NOISE = 4,
    EDGE_NOISE = 40
};

static const recipe recipes[] = {
    {"rgb16", PNG_COLOR_TYPE_RGB, 16, PNG_INTERLACE_NONE, 0, NULL},
    {"gray16", PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE, 0, NULL},
    {"gray-alpha16", PNG_COLOR_TYPE_GRAY_ALPHA, 16, PNG_INTERLACE_NONE, 0, NULL},
    {"adam7-rgb", PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7, 0, NULL},
    {"adam7-rgba", PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_ADAM7, 0, NULL},
    {"palette4", PNG_COLOR_TYPE_PALETTE, 4, PNG_INTERLACE_NONE, 0, NULL},
    {"palette2", PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE, 0, NULL},
    {"palette1", PNG_COLOR_TYPE_PALETTE, 1, PNG_INTERLACE_NONE, 0, NULL},
    {"gray4", PNG_COLOR_TYPE_GRAY, 4, PNG_INTERLACE_NONE, 0, NULL},
    {"gray2", PNG_COLOR_TYPE_GRAY, 2, PNG_INTERLACE_NONE, 0, NULL},
    {"gray1", PNG_COLOR_TYPE_GRAY, 1, PNG_INTERLACE_NONE, 0, NULL},
    {"2x-rgb", PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_NONE, 0, &doubled},
    {"2x-rgba", PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_NONE, 0, &doubled},
    {"camera-rgb16", PNG_COLOR_TYPE_RGB, 16, PNG_INTERLACE_NONE, CAMERA_NOISE, NULL},
    {"camera-gray16", PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE, CAMERA_NOISE, NULL},
    {"scan-gray", PNG_COLOR_TYPE_GRAY, 8, PNG_INTERLACE_NONE, PAPER_NOISE, &scanned},
    {"scan-1", PNG_COLOR_TYPE_GRAY, 1, PNG_INTERLACE_NONE, EDGE_NOISE, &scanned},
    {"50mp-rgb", PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_NONE, 0, &mirrored},
};

static void fail(const char *what)
{
    fprintf(stderr, "reencode: %s\n", what);
    exit(1);
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        fail("out of memory");
    return memory;
}

static picture read_picture(const char *path)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path))
        fail(image.message);
    image.format = PNG_FORMAT_RGBA;
    picture result = {image.width, image.height, allocate(PNG_IMAGE_SIZE(image))};
    if (!png_image_finish_read(&image, NULL, result.rgba, 0, NULL))
        fail(image.message);
    return result;
}

/* ---- Other pictures ------------------------------------------------------- */

static picture new_picture(size_t width, size_t height)
{
    return (picture){width, height, allocate(width * height * 4)};
}

static uint8_t *pixel_at(const picture *of, size_t x, size_t y)
{
    return of->rgba + (y * of->width + x) * 4;
}

/* Scale2x, https://www.scale2x.it/algorithm: flat areas stay flat and edges sharp, as on a display
 * of twice the density. At the borders a pixel is its own neighbour. */
static void put_doubled(const picture *to, const picture *from, size_t x, size_t y)
{
    const uint8_t *here = pixel_at(from, x / 2, y / 2);
    const uint8_t *up = y / 2 > 0 ? pixel_at(from, x / 2, y / 2 - 1) : here;
    const uint8_t *down = y / 2 + 1 < from->height ? pixel_at(from, x / 2, y / 2 + 1) : here;
    const uint8_t *left = x / 2 > 0 ? here - 4 : here;
    const uint8_t *right = x / 2 + 1 < from->width ? here + 4 : here;
    const bool     changes = memcmp(up, down, 4) != 0 && memcmp(left, right, 4) != 0;
    const uint8_t *side = x & 1 ? right : left;
    const bool     same = memcmp(side, y & 1 ? down : up, 4) == 0;

    memcpy(pixel_at(to, x, y), changes && same ? side : here, 4);
}

static const other_picture doubled = {0, 0, put_doubled};

/* From -range to range, the middle more often; the same for the same place. Multiplier: Numerical
 * Recipes. */
static int noise_at(size_t x, size_t y, size_t channel, int range)
{
    uint32_t state = (uint32_t)(x + 65536 * y) * 4 + (uint32_t)channel;

    if (range == 0)
        return 0;
    for (int i = 0; i < 3; i++)
        state = (state ^ state >> 15) * 1664525 + 1013904223;
    return (int)(state >> 8 & 0xfff) * range / 4096 - (int)(state >> 20) * range / 4096;
}

static unsigned clamp(int value, int most)
{
    return (unsigned)(value < 0 ? 0 : value > most ? most : value);
}

/* The gray level at a place between pixels, in units of 1 / 256 of them. */
static int level_between(const picture *from, size_t x, size_t y)
{
    const size_t right = x / 256 + 1 < from->width ? 1 : 0,
                 below = y / 256 + 1 < from->height ? 1 : 0;
    const int across = (int)(x % 256), down = (int)(y % 256);
    int       sum = 0;

    for (size_t i = 0; i < 4; i++) {
        const uint8_t *at = pixel_at(from, x / 256 + (i & 1) * right, y / 256 + (i >> 1) * below);
        const int      level = (at[0] * 299 + at[1] * 587 + at[2] * 114) / 1000;

        sum += level * (i & 1 ? across : 256 - across) * (i & 2 ? down : 256 - down);
    }
    return sum / 65536;
}

static void put_scanned(const picture *to, const picture *from, size_t x, size_t y)
{
    const int level =
        level_between(from, x * from->width * 256 / to->width, y * from->height * 256 / to->height);

    memset(pixel_at(to, x, y), level, 4);
}

/* A page of A4, 300 pixels per inch. */
static const other_picture scanned = {2480, 3508, put_scanned};

static size_t mirrored_place(size_t at, size_t length)
{
    const size_t place = at % (2 * length);

    return place < length ? place : 2 * length - 1 - place;
}

static void put_mirrored(const picture *to, const picture *from, size_t x, size_t y)
{
    memcpy(pixel_at(to, x, y),
           pixel_at(from, mirrored_place(x, from->width), mirrored_place(y, from->height)), 4);
}

/* 50 megapixels: the picture beside its mirror images. A row is longer than what deflate remembers,
 * so that they compress no better. */
static const other_picture mirrored = {8640, 5760, put_mirrored};

/* The same for all channels. */
static void add_noise(uint8_t *pixel, size_t x, size_t y, int noise)
{
    for (size_t channel = 0; channel < 3; channel++)
        pixel[channel] = (uint8_t)clamp(pixel[channel] + noise_at(x, y, 0, noise), 255);
}

static picture make_other(const picture *from, const recipe *by)
{
    const other_picture *other = by->other;
    const picture        to = other->width > 0 ? new_picture(other->width, other->height)
                                               : new_picture(2 * from->width, 2 * from->height);

    for (size_t y = 0; y < to.height; y++) {
        for (size_t x = 0; x < to.width; x++) {
            other->put_pixel(&to, from, x, y);
            add_noise(pixel_at(&to, x, y), x, y, by->noise);
        }
    }
    return to;
}

/* ---- Rows ------------------------------------------------------------------ */

/* Expands a channel to 16 bits. Repeating the byte would compress far too well, so the low byte is
 * computed from the mean of the pixel, its right and its lower neighbour, and looks like the low
 * bits of a camera's samples. */
static unsigned sample16(const picture *from, size_t x, size_t y, size_t channel)
{
    size_t         right = x + 1 < from->width ? 4 : 0;
    size_t         below = y + 1 < from->height ? from->width * 4 : 0;
    const uint8_t *at = from->rgba + (y * from->width + x) * 4 + channel;
    return ((unsigned)at[0] * 2 + at[right] + at[below]) * 257 / 4;
}

static unsigned luma16(const picture *from, size_t x, size_t y)
{
    return (sample16(from, x, y, 0) * 299 + sample16(from, x, y, 1) * 587 +
            sample16(from, x, y, 2) * 114) /
           1000;
}

static unsigned noisy(unsigned value, size_t x, size_t y, size_t channel, int noise)
{
    return clamp((int)value + noise_at(x, y, channel, noise), 65535);
}

static void put16(uint8_t **out, unsigned value)
{
    *(*out)++ = (uint8_t)(value >> 8);
    *(*out)++ = (uint8_t)value;
}

/* Rows of less than 8 bits a pixel: the gray level, most significant bits first. */
static void pack_levels(uint8_t *out, const picture *from, size_t y, unsigned depth)
{
    memset(out, 0, (from->width * depth + 7) / 8);
    for (size_t x = 0; x < from->width; x++) {
        unsigned level = luma16(from, x, y) >> (16 - depth);
        size_t   bit = x * depth;
        out[bit / 8] = (uint8_t)(out[bit / 8] | level << (8 - depth - bit % 8));
    }
}

static void copy_row(uint8_t *out, const picture *from, size_t y, size_t channels)
{
    const uint8_t *row = from->rgba + y * from->width * 4;
    for (size_t x = 0; x < from->width; x++)
        memcpy(out + x * channels, row + x * 4, channels);
}

static void make_row(uint8_t *out, const picture *from, size_t y, const recipe *to)
{
    if (to->depth < 8) {
        pack_levels(out, from, y, (unsigned)to->depth);
        return;
    }
    if (to->depth == 8) {
        copy_row(out, from, y,
                 to->color_type == PNG_COLOR_TYPE_GRAY  ? 1
                 : to->color_type == PNG_COLOR_TYPE_RGB ? 3
                                                        : 4);
        return;
    }
    for (size_t x = 0; x < from->width; x++) {
        if (to->color_type == PNG_COLOR_TYPE_RGB)
            for (size_t channel = 0; channel < 3; channel++)
                put16(&out, noisy(sample16(from, x, y, channel), x, y, channel, to->noise));
        else
            put16(&out, noisy(luma16(from, x, y), x, y, 0, to->noise));
        if (to->color_type == PNG_COLOR_TYPE_GRAY_ALPHA)
            put16(&out, sample16(from, x, y, 3));
    }
}

/* Blue to yellow in as many steps as the depth allows. */
static void set_palette(png_structp png, png_infop info, int depth)
{
    png_color palette[16];
    int       entries = 1 << depth;
    for (int i = 0; i < entries; i++) {
        png_byte level = (png_byte)(i * 255 / (entries - 1));
        palette[i] = (png_color){level, level, (png_byte)(255 - level)};
    }
    png_set_PLTE(png, info, palette, entries);
}

static void write_picture(const char *path, const picture *from, const recipe *to)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail("cannot write");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop   info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_compression_level(png, 6);
    png_set_IHDR(png, info, (png_uint_32)from->width, (png_uint_32)from->height, to->depth,
                 to->color_type, to->interlace, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (to->color_type == PNG_COLOR_TYPE_PALETTE)
        set_palette(png, info, to->depth);
    png_write_info(png, info);

    uint8_t *row = allocate(from->width * 8);
    int      passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < from->height; y++) {
            make_row(row, from, y, to);
            png_write_row(png, row);
        }
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(row);
    if (fclose(file) != 0)
        fail("cannot write");
}

static void cook(const recipe *to, const char *source, const char *target)
{
    picture from = read_picture(source);
    if (to->other) {
        const picture made = make_other(&from, to);
        free(from.rgba);
        from = made;
    }
    write_picture(target, &from, to);
    free(from.rgba);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage: reencode RECIPE from.png to.png");
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        if (strcmp(recipes[i].name, argv[1]) == 0) {
            cook(&recipes[i], argv[2], argv[3]);
            return 0;
        }
    }
    fail("no such recipe");
}
