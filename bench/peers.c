/*
 * SPDX-License-Identifier: MIT
 */
#include "peers.h"

#include <png.h>
#include <setjmp.h>
#include <spng.h>
#include <stb/stb_image.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "png2bmp.h"

/* ---- The BMP that every peer writes -------------------------------------- */

enum {
    BMP_HEADERS = 54
};

typedef struct bmp24 {
    uint32_t width, height;
    size_t   stride;
    uint8_t *bytes;
} bmp24;

static uint32_t get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_le32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static size_t stride_for(size_t width)
{
    return (width * 3 + 3) / 4 * 4;
}

size_t bmp24_size(const uint8_t *png, size_t png_size)
{
    if (png_size < 33)
        return 0;
    return BMP_HEADERS + stride_for(get_be32(png + 16)) * get_be32(png + 20);
}

static void fill_headers(uint8_t headers[BMP_HEADERS], uint32_t width, uint32_t height)
{
    uint32_t image_size = (uint32_t)(stride_for(width) * height);
    memset(headers, 0, BMP_HEADERS);
    headers[0] = 'B';
    headers[1] = 'M';
    put_le32(headers + 2, BMP_HEADERS + image_size);
    put_le32(headers + 10, BMP_HEADERS);
    put_le32(headers + 14, 40);
    put_le32(headers + 18, width);
    put_le32(headers + 22, height);
    headers[26] = 1;
    headers[28] = 24;
    put_le32(headers + 34, image_size);
}

static bmp24 bmp_begin(uint8_t *target, uint32_t width, uint32_t height)
{
    fill_headers(target, width, height);
    return (bmp24){width, height, stride_for(width), target};
}

static uint8_t *bmp_row(const bmp24 *bmp, size_t y)
{
    return bmp->bytes + BMP_HEADERS + (bmp->height - 1 - y) * bmp->stride;
}

static void bmp_pad_row(const bmp24 *bmp, uint8_t *row)
{
    memset(row + (size_t)bmp->width * 3, 0, bmp->stride - (size_t)bmp->width * 3);
}

static void bmp_put_rgb_row(const bmp24 *bmp, size_t y, const uint8_t *rgb)
{
    uint8_t *row = bmp_row(bmp, y);
    for (size_t i = 0; i < (size_t)bmp->width * 3; i += 3) {
        row[i] = rgb[i + 2];
        row[i + 1] = rgb[i + 1];
        row[i + 2] = rgb[i];
    }
    bmp_pad_row(bmp, row);
}

/* ---- This project -------------------------------------------------------- */

static uint8_t *convert_with(const uint8_t *png, size_t png_size, uint8_t *target, size_t size,
                             png2bmp_alpha alpha)
{
    png2bmp_options options;
    png2bmp_plan   *plan = png2bmp_plan_new();
    bool            good;
    png2bmp_options_init(&options);
    options.alpha = alpha;
    good = plan && png2bmp_plan_make(plan, png, png_size, &options, NULL) == PNG2BMP_OK &&
           png2bmp_plan_bmp(plan)->byte_length == size &&
           png2bmp_run(plan, png, png_size, target, NULL, NULL) == PNG2BMP_OK;
    png2bmp_plan_free(plan);
    return good ? target : NULL;
}

/* The default: transparent pixels are blended onto white. */
static uint8_t *convert_png2bmp(const uint8_t *png, size_t png_size, uint8_t *target, size_t size)
{
    return convert_with(png, png_size, target, size, PNG2BMP_ALPHA_BLEND);
}

/* As all other peers do: the colour as stored, alpha dropped. */
static uint8_t *convert_png2bmp_drop(const uint8_t *png, size_t png_size, uint8_t *target,
                                     size_t size)
{
    return convert_with(png, png_size, target, size, PNG2BMP_ALPHA_DROP);
}

/* ---- libpng: rows decoded straight to their place in the BMP ------------- */

typedef struct png_reader {
    const uint8_t *at;
    size_t         left;
} png_reader;

static void read_from_memory(png_structp png, png_bytep out, png_size_t length)
{
    png_reader *reader = png_get_io_ptr(png);
    if (length > reader->left)
        png_error(png, "truncated");
    memcpy(out, reader->at, length);
    reader->at += length;
    reader->left -= length;
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void ask_libpng_for_bgr(png_structp png)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    png_set_bgr(png);
}

static void read_libpng_rows(png_structp png, const bmp24 *bmp)
{
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < bmp->height; y++)
            png_read_row(png, bmp_row(bmp, y), NULL);
    }
    for (size_t y = 0; y < bmp->height; y++)
        bmp_pad_row(bmp, bmp_row(bmp, y));
}

static uint8_t *convert_libpng(const uint8_t *bytes, size_t png_size, uint8_t *target, size_t size)
{
    png_reader  reader = {bytes, png_size};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, ignore_warning);
    png_infop   info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return NULL;
    }
    (void)size;
    png_set_read_fn(png, &reader, read_from_memory);
    png_read_info(png, info);
    ask_libpng_for_bgr(png);
    bmp24 bmp = bmp_begin(target, png_get_image_width(png, info), png_get_image_height(png, info));
    read_libpng_rows(png, &bmp);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return target;
}

/* ---- libspng: row by row, or the whole image where it is interlaced ------ */

static bool read_spng_rows(spng_ctx *context, const bmp24 *bmp)
{
    size_t   length = (size_t)bmp->width * 3;
    uint8_t *row = malloc(length);
    bool     fine =
        row && spng_decode_image(context, NULL, 0, SPNG_FMT_RGB8, SPNG_DECODE_PROGRESSIVE) == 0;
    for (size_t y = 0; fine && y < bmp->height; y++) {
        int status = spng_decode_row(context, row, length);
        fine = status == 0 || status == SPNG_EOI;
        if (fine)
            bmp_put_rgb_row(bmp, y, row);
    }
    free(row);
    return fine;
}

static bool read_spng_image(spng_ctx *context, const bmp24 *bmp)
{
    size_t   row_length = (size_t)bmp->width * 3;
    uint8_t *image = malloc(row_length * bmp->height);
    bool     fine =
        image && spng_decode_image(context, image, row_length * bmp->height, SPNG_FMT_RGB8, 0) == 0;
    for (size_t y = 0; fine && y < bmp->height; y++)
        bmp_put_rgb_row(bmp, y, image + y * row_length);
    free(image);
    return fine;
}

static uint8_t *convert_spng(const uint8_t *png, size_t png_size, uint8_t *target, size_t size)
{
    struct spng_ihdr header;
    spng_ctx        *context = spng_ctx_new(0);
    bool             fine = context && spng_set_png_buffer(context, png, png_size) == 0 &&
                spng_get_ihdr(context, &header) == 0;
    (void)size;
    if (fine) {
        bmp24 bmp = bmp_begin(target, header.width, header.height);
        fine = header.interlace_method ? read_spng_image(context, &bmp)
                                       : read_spng_rows(context, &bmp);
    }
    spng_ctx_free(context);
    return fine ? target : NULL;
}

/* ---- stb_image (which checks neither CRC nor Adler-32) ------------------- */

static uint8_t *convert_stb(const uint8_t *png, size_t png_size, uint8_t *target, size_t size)
{
    int      width, height, channels;
    uint8_t *image = stbi_load_from_memory(png, (int)png_size, &width, &height, &channels, 3);
    (void)size;
    if (!image)
        return NULL;
    bmp24 bmp = bmp_begin(target, (uint32_t)width, (uint32_t)height);
    for (size_t y = 0; y < bmp.height; y++)
        bmp_put_rgb_row(&bmp, y, image + y * (size_t)width * 3);
    stbi_image_free(image);
    return target;
}

/* ---- The original path: LodePNG, and a BMP pushed byte by byte ----------- */

/* Debian compiles LodePNG as C++, so its C functions have C++ names. */
unsigned lodepng_decode32_cxx(unsigned char **out, unsigned *width, unsigned *height,
                              const unsigned char *in,
                              size_t in_size) __asm__("_Z16lodepng_decode32PPhPjS1_PKhm");

/* What std::vector<unsigned char> does: capacity doubles, by a new allocation
 * and a copy. */
typedef struct byte_vector {
    uint8_t *begin, *end, *limit;
} byte_vector;

static bool vector_grow(byte_vector *vector)
{
    size_t   size = (size_t)(vector->end - vector->begin);
    size_t   larger = size ? size * 2 : 1;
    uint8_t *memory = malloc(larger);
    if (!memory)
        return false;
    if (size)
        memcpy(memory, vector->begin, size);
    free(vector->begin);
    *vector = (byte_vector){memory, memory + size, memory + larger};
    return true;
}

static inline void push_back(byte_vector *vector, uint8_t byte)
{
    if (vector->end == vector->limit && !vector_grow(vector))
        abort();
    *vector->end++ = byte;
}

static uint8_t *convert_original(const uint8_t *png, size_t png_size, uint8_t *target, size_t size)
{
    unsigned char *rgba;
    unsigned       width, height;
    (void)target;
    (void)size;
    if (lodepng_decode32_cxx(&rgba, &width, &height, png, png_size) != 0)
        return NULL;

    byte_vector bmp = {NULL, NULL, NULL};
    uint8_t     headers[BMP_HEADERS];
    fill_headers(headers, width, height);
    for (size_t i = 0; i < BMP_HEADERS; i++)
        push_back(&bmp, headers[i]);
    for (size_t y = height; y-- > 0;) {
        for (size_t x = 0; x < width; x++) {
            const uint8_t *pixel = rgba + (y * width + x) * 4;
            push_back(&bmp, pixel[2]);
            push_back(&bmp, pixel[1]);
            push_back(&bmp, pixel[0]);
        }
        for (size_t i = (size_t)width * 3; i < stride_for(width); i++)
            push_back(&bmp, 0);
    }
    free(rgba);
    return bmp.begin;
}

/* ---- The table ----------------------------------------------------------- */

const peer peers[] = {
    {"png2bmp", "png2bmp", convert_png2bmp},
    {"png2bmp-drop", "png2bmp, alpha dropped", convert_png2bmp_drop},
    {"libpng", "libpng", convert_libpng},
    {"spng", "libspng", convert_spng},
    {"stb", "stb_image", convert_stb},
    {"original", "original path (LodePNG, push_back)", convert_original},
};
const size_t peer_count = sizeof peers / sizeof *peers;

const peer *find_peer(const char *name, size_t length)
{
    for (size_t i = 0; i < peer_count; i++) {
        if (strlen(peers[i].name) == length && memcmp(peers[i].name, name, length) == 0)
            return &peers[i];
    }
    return NULL;
}
