/*
 * Makes the benchmark's pictures that no package has enough of: reads a PNG,
 * writes the same picture as another colour type and depth, or interlaced.
 *
 *     reencode RECIPE from.png to.png
 *
 * libpng's default filters and zlib level 6, so that the stream looks like
 * those that programs write.
 *
 * SPDX-License-Identifier: MIT
 */
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct picture {
    size_t   width, height;
    uint8_t *rgba; /* width * height * 4 */
} picture;

typedef struct recipe {
    const char *name;
    int         color_type;
    int         depth;
    int         interlace;
} recipe;

static const recipe recipes[] = {
    {"rgb16", PNG_COLOR_TYPE_RGB, 16, PNG_INTERLACE_NONE},
    {"gray16", PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE},
    {"gray-alpha16", PNG_COLOR_TYPE_GRAY_ALPHA, 16, PNG_INTERLACE_NONE},
    {"adam7-rgb", PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7},
    {"adam7-rgba", PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_ADAM7},
    {"palette4", PNG_COLOR_TYPE_PALETTE, 4, PNG_INTERLACE_NONE},
    {"palette2", PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE},
    {"palette1", PNG_COLOR_TYPE_PALETTE, 1, PNG_INTERLACE_NONE},
    {"gray4", PNG_COLOR_TYPE_GRAY, 4, PNG_INTERLACE_NONE},
    {"gray2", PNG_COLOR_TYPE_GRAY, 2, PNG_INTERLACE_NONE},
    {"gray1", PNG_COLOR_TYPE_GRAY, 1, PNG_INTERLACE_NONE},
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
        copy_row(out, from, y, to->color_type == PNG_COLOR_TYPE_RGB ? 3 : 4);
        return;
    }
    for (size_t x = 0; x < from->width; x++) {
        if (to->color_type == PNG_COLOR_TYPE_RGB)
            for (size_t channel = 0; channel < 3; channel++)
                put16(&out, sample16(from, x, y, channel));
        else
            put16(&out, luma16(from, x, y));
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

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage: reencode RECIPE from.png to.png");
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        if (strcmp(recipes[i].name, argv[1]) == 0) {
            picture from = read_picture(argv[2]);
            write_picture(argv[3], &from, &recipes[i]);
            free(from.rgba);
            return 0;
        }
    }
    fail("no such recipe");
}
