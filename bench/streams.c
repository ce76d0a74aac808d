/*
 * SPDX-License-Identifier: MIT
 */
#include "streams.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cpu/levels.h"
#include "inflate/inflate.h"

static uint32_t get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- Taking a PNG apart -------------------------------------------------- */

static size_t bits_per_pixel(const uint8_t *ihdr)
{
    static const unsigned char channels[] = {1, 0, 3, 1, 2, 0, 4};
    return ihdr[9] <= 6 ? (size_t)ihdr[8] * channels[ihdr[9]] : 0;
}

static size_t scanline_length(size_t width, size_t bits)
{
    return 1 + (width * bits + 7) / 8;
}

/* PNG specification, section 8.2: where the passes start, and their steps. */
static size_t adam7_bytes(size_t width, size_t height, size_t bits)
{
    static const unsigned char x0[] = {0, 4, 0, 2, 0, 1, 0}, dx[] = {8, 8, 4, 4, 2, 2, 1};
    static const unsigned char y0[] = {0, 0, 4, 0, 2, 0, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
    size_t                     total = 0;
    for (size_t pass = 0; pass < 7; pass++) {
        size_t columns = (width + dx[pass] - 1 - x0[pass]) / dx[pass];
        size_t rows = (height + dy[pass] - 1 - y0[pass]) / dy[pass];
        if (columns > 0)
            total += rows * scanline_length(columns, bits);
    }
    return total;
}

static void gather_idat(zlib_stream *stream, const uint8_t *png, size_t png_size)
{
    for (size_t at = 8; at + 12 <= png_size;) {
        size_t length = get_be32(png + at);
        if (length > png_size - at - 12)
            return;
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            memcpy(stream->bytes + stream->size, png + at + 8, length);
            stream->size += length;
        }
        at += 12 + length;
    }
}

bool stream_open(zlib_stream *stream, const uint8_t *png, size_t png_size, size_t bmp_bytes)
{
    memset(stream, 0, sizeof *stream);
    stream->bmp_bytes = bmp_bytes;
    if (png_size < 33)
        return false;
    const uint8_t *ihdr = png + 16;
    size_t         width = get_be32(ihdr);
    size_t         height = get_be32(ihdr + 4);
    size_t         bits = bits_per_pixel(ihdr);
    stream->row_bytes = scanline_length(width, bits);
    stream->scanline_bytes =
        ihdr[12] ? adam7_bytes(width, height, bits) : height * stream->row_bytes;
    /* One stream of rows for this project's inflater, which returns rows of one length: interlaced
     * images are inflated as one-byte rows. */
    if (ihdr[12])
        stream->row_bytes = 1;
    stream->bytes = malloc(png_size);
    if (!stream->bytes)
        return false;
    gather_idat(stream, png, png_size);
    return true;
}

void stream_close(zlib_stream *stream)
{
    free(stream->bytes);
}

/* ---- The inflaters ------------------------------------------------------- */

static bool inflate_libdeflate(const zlib_stream *stream, uint8_t *out)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return false;
    size_t got;
    bool   fine = libdeflate_zlib_decompress(decompressor, stream->bytes, stream->size, out,
                                             stream->scanline_bytes, &got) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(decompressor);
    return fine;
}

static bool inflate_zlib(const zlib_stream *stream, uint8_t *out)
{
    uLongf size = stream->scanline_bytes;
    return uncompress(out, &size, stream->bytes, stream->size) == Z_OK;
}

static void give_once(void *user, const uint8_t **bytes, size_t *size)
{
    const zlib_stream **stream = user;
    *bytes = *stream ? (*stream)->bytes : NULL;
    *size = *stream ? (*stream)->size : 0;
    *stream = NULL;
}

/* As many bytes as the rows have in the BMP, from the scanlines, several times if need be. Returns
 * the end. */
static uint8_t *copy_rows(const zlib_stream *stream, const uint8_t *rows, size_t count,
                          uint8_t *out)
{
    size_t size = count * stream->row_bytes;
    size_t left =
        (size_t)((double)stream->bmp_bytes * (double)size / (double)stream->scanline_bytes);
    while (left > 0) {
        size_t n = left < size ? left : size;
        memcpy(out, rows, n);
        out += n;
        left -= n;
    }
    return out;
}

/* out: where rows are copied to, or NULL. */
static bool inflate_rows_to(const zlib_stream *stream, uint8_t *out)
{
    const zlib_stream *source = stream;
    inflate_config     config = {
            .source = {give_once, &source},
            .total_bytes = stream->scanline_bytes,
            .longest_row = stream->row_bytes,
            .check_adler = true,
            .kernels = kernels_for(PNG2BMP_CPU_AUTO),
    };
    inflater *z = inflate_open(&config);
    if (!z)
        return false;
    bool           extra;
    const uint8_t *rows;
    size_t         count;
    size_t         left = stream->scanline_bytes / stream->row_bytes;
    while (left > 0 && inflate_rows(z, stream->row_bytes, left, &rows, &count) == INFLATE_OK) {
        if (out)
            out = copy_rows(stream, rows, count, out);
        left -= count;
    }
    bool fine = left == 0 && inflate_finish(z, &extra) == INFLATE_OK;
    inflate_close(z);
    return fine;
}

static bool inflate_png2bmp(const zlib_stream *stream, uint8_t *out)
{
    (void)out;
    return inflate_rows_to(stream, NULL);
}

/* The least that a conversion could do: the inflater, and one copy to the BMP. */
static bool inflate_and_copy(const zlib_stream *stream, uint8_t *out)
{
    return inflate_rows_to(stream, out);
}

const inflate_peer inflate_peers[] = {
    {"inflate-png2bmp", inflate_png2bmp},
    {"inflate-and-copy", inflate_and_copy},
    {"inflate-libdeflate", inflate_libdeflate},
    {"inflate-zlib", inflate_zlib},
};
const size_t inflate_peer_count = sizeof inflate_peers / sizeof *inflate_peers;
