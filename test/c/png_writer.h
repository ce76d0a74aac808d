/*
 * PNG files for tests in C, good ones and others: chunks are appended one after another with the
 * correct CRC. Any bytes are valid scanlines as long as their filter types are, so no encoder of
 * pixels is needed.
 */
#ifndef PNG2BMP_TEST_PNG_WRITER_H
#define PNG2BMP_TEST_PNG_WRITER_H

#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "png/adam7.h"
#include "png/png_size.h"

typedef struct byte_buffer {
    uint8_t *bytes;
    size_t   size, capacity;
} byte_buffer;

static inline void put_bytes(byte_buffer *b, const void *bytes, size_t size)
{
    if (b->size + size > b->capacity) {
        b->capacity = 2 * (b->size + size) + 256;
        b->bytes = realloc(b->bytes, b->capacity);
        if (!b->bytes)
            abort();
    }
    if (size)
        memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

static inline void store32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void put_number(byte_buffer *b, uint32_t v)
{
    uint8_t bytes[4];

    store32(bytes, v);
    put_bytes(b, bytes, 4);
}

static inline void put_signature(byte_buffer *b)
{
    put_bytes(b, "\x89PNG\r\n\x1a\n", 8);
}

static inline void put_chunk(byte_buffer *b, const char *type, const void *data, size_t size)
{
    put_number(b, (uint32_t)size);
    put_bytes(b, type, 4);
    put_bytes(b, data, size);
    put_number(b, libdeflate_crc32(0, b->bytes + b->size - size - 4, size + 4));
}

static inline void put_ihdr(byte_buffer *b, const png2bmp_png_info *info)
{
    uint8_t ihdr[13] = {0};

    store32(ihdr, info->width);
    store32(ihdr + 4, info->height);
    ihdr[8] = info->bit_depth;
    ihdr[9] = (uint8_t)info->color_type;
    ihdr[12] = info->interlaced;
    put_chunk(b, "IHDR", ihdr, sizeof ihdr);
}

/* A zlib stream of these bytes; libdeflate's levels, 0 for stored blocks. */
static inline byte_buffer zlib_stream(const uint8_t *bytes, size_t size, int level)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    const size_t                  bound = libdeflate_zlib_compress_bound(compressor, size);
    byte_buffer                   out = {.bytes = malloc(bound), .capacity = bound};

    if (!out.bytes)
        abort();
    out.size = libdeflate_zlib_compress(compressor, bytes, size, out.bytes, bound);
    libdeflate_free_compressor(compressor);
    return out;
}

/* An iCCP chunk: an RGB profile that says it has `said` bytes, and has `size`, at least 132. */
static inline void put_profile(byte_buffer *b, size_t size, uint32_t said)
{
    uint8_t    *profile = calloc(1, size);
    byte_buffer chunk = {0}, stream;

    if (!profile)
        abort();
    store32(profile, said);
    memcpy(profile + 16, "RGB ", 4);
    memcpy(profile + 36, "acsp", 4);
    for (size_t i = 132; i < size; i++)
        profile[i] = (uint8_t)(7 * i);
    stream = zlib_stream(profile, size, 1);
    put_bytes(&chunk, "p\0", 3);
    put_bytes(&chunk, stream.bytes, stream.size);
    put_chunk(b, "iCCP", chunk.bytes, chunk.size);
    free(profile);
    free(stream.bytes);
    free(chunk.bytes);
}

/* The same after the IHDR of a whole PNG. */
static inline void insert_profile(byte_buffer *png, size_t size)
{
    const size_t at = 8 + 12 + 13;
    byte_buffer  with = {0};

    put_bytes(&with, png->bytes, at);
    put_profile(&with, size, (uint32_t)size);
    put_bytes(&with, png->bytes + at, png->size - at);
    free(png->bytes);
    *png = with;
}

/* IDAT chunks of at most `piece` bytes each. */
static inline void put_idats(byte_buffer *b, const uint8_t *stream, size_t size, size_t piece)
{
    for (size_t at = 0; at == 0 || at < size; at += piece)
        put_chunk(b, "IDAT", stream + at, size - at < piece ? size - at : piece);
}

/* Gives each of these scanlines one of the five filter types. */
static inline void fit_filters(uint8_t *scanlines, const png2bmp_png_info *info)
{
    for (unsigned i = 0; i < ADAM7_PASSES; i++) {
        adam7_pass pass = adam7_pass_of(i, info->width, info->height);
        size_t     row_bytes;

        if (!info->interlaced)
            pass = (adam7_pass){.width = info->width, .height = info->height};
        row_bytes = (size_t)png_scanline_bytes(pass.width, info);
        for (uint32_t y = 0; pass.width > 0 && y < pass.height; y++) {
            scanlines[0] %= 5;
            scanlines += 1 + row_bytes;
        }
        if (!info->interlaced)
            break;
    }
}

#endif
