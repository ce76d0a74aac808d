/*
 * How libpng decodes PNG files: the oracle of the tests.
 *
 *     png-pixels FILE...  >records
 *
 * One record per file, numbers of 32 bits little-endian: 1 (read) or 0 (refused); when read: width,
 * height, bit depth of the file, then R G B A of 16 bits each, little-endian, top row first.
 * Samples of 8 bits or fewer are multiplied (v * 257), so nothing is lost and nothing is rounded.
 *
 * SPDX-License-Identifier: MIT
 */
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct image {
    png_uint_32 width, height;
    int         bit_depth;
    png_bytep   pixels;
} image;

static void quiet(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void refuse(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

/* Converts any image to RGBA of 16 bits; no gamma, no background. */
static void ask_for_rgba16(png_structp png, png_infop info)
{
    png_set_expand_16(png); /* palette to RGB, tRNS to alpha, all depths to 16 */
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xffff, PNG_FILLER_AFTER);
    png_set_swap(png);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

/* Reads the image up to and including IEND. The rows are in *out. */
static int read_png(FILE *file, image *out)
{
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, refuse, quiet);
    png_infop   info = png ? png_create_info_struct(png) : NULL;
    png_bytep volatile pixels = NULL;

    if (!info || setjmp(png_jmpbuf(png))) {
        free(pixels);
        png_destroy_read_struct(&png, &info, NULL);
        return 0;
    }
    png_init_io(png, file);
    png_read_info(png, info);
    out->width = png_get_image_width(png, info);
    out->height = png_get_image_height(png, info);
    out->bit_depth = png_get_bit_depth(png, info);
    ask_for_rgba16(png, info);

    size_t stride = png_get_rowbytes(png, info);
    if (stride != (size_t)out->width * 8)
        png_error(png, "not RGBA of 16 bits");
    pixels = calloc(out->height, stride);
    if (!pixels)
        png_error(png, "out of memory");
    int passes = png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; pass++)
        for (png_uint_32 y = 0; y < out->height; y++)
            png_read_row(png, pixels + y * stride, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    out->pixels = pixels;
    return 1;
}

static void put32(uint32_t value)
{
    for (int i = 0; i < 4; i++)
        putchar((int)(value >> (8 * i) & 0xff));
}

static void put_image(const image *image)
{
    put32(1);
    put32(image->width);
    put32(image->height);
    put32((uint32_t)image->bit_depth);
    fwrite(image->pixels, 8, (size_t)image->width * image->height, stdout);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        image image = {0};
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        if (read_png(file, &image))
            put_image(&image);
        else
            put32(0);
        free(image.pixels);
        fclose(file);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
