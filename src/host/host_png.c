/* PNG specification: section 5 (signature, chunks), 9 (filters), 12.7 (how to choose them). */
#include "host_png.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernels.h"
#include "base/report.h"
#include "png/chunk.h"
#include "png/signature.h"

#define CHANNELS 4
#define MOST_ROW_BYTES (CHANNELS * HOST_PNG_LONGEST_SIDE)

/* Higher levels allocate 9 MB in place of 0.7, and take four times as long for some per cent. */
#define LEVEL 9

#define IHDR_BYTES 13
#define PNG_FRAME (SIGNATURE_LENGTH + CHUNK_OVERHEAD + IHDR_BYTES + 2 * CHUNK_OVERHEAD)

/* ---- Filters ---------------------------------------------------------------- */

static uint8_t paeth(int left, int up, int up_left)
{
    const int by_left = abs(up - up_left), by_up = abs(left - up_left);
    const int by_up_left = abs(left + up - 2 * up_left);

    if (by_left <= by_up && by_left <= by_up_left)
        return (uint8_t)left;
    return (uint8_t)(by_up <= by_up_left ? up : up_left);
}

static uint8_t predict(filter_type filter, uint8_t left, uint8_t up, uint8_t up_left)
{
    switch (filter) {
    case FILTER_SUB:
        return left;
    case FILTER_UP:
        return up;
    case FILTER_AVERAGE:
        return (uint8_t)((left + up) / 2);
    case FILTER_PAETH:
        return paeth(left, up, up_left);
    case FILTER_NONE:
        break;
    }
    return 0;
}

/* The filtered row; returns the sum of its bytes as distances from 0. */
static uint32_t filter_row(uint8_t *out, filter_type filter, const uint8_t *row,
                           const uint8_t *above, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < size; i++) {
        const uint8_t left = i < CHANNELS ? 0 : row[i - CHANNELS];
        const uint8_t up_left = i < CHANNELS ? 0 : above[i - CHANNELS];
        const uint8_t byte = (uint8_t)(row[i] - predict(filter, left, above[i], up_left));

        out[i] = byte;
        sum += byte < 128 ? byte : 256u - byte;
    }
    return sum;
}

/* The filter whose result has the smallest sum. */
static void filter_best(uint8_t *scanline, const uint8_t *row, const uint8_t *above, size_t size)
{
    uint8_t  filtered[MOST_ROW_BYTES];
    uint32_t best = UINT32_MAX;

    for (unsigned filter = FILTER_NONE; filter <= FILTER_PAETH; filter++) {
        const uint32_t sum = filter_row(filtered, (filter_type)filter, row, above, size);

        if (sum < best) {
            best = sum;
            scanline[0] = (uint8_t)filter;
            memcpy(scanline + 1, filtered, size);
        }
    }
}

static void filter_all(uint8_t *scanlines, const uint8_t *rgba, size_t row_bytes, uint32_t height)
{
    static const uint8_t black[MOST_ROW_BYTES];

    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *row = rgba + y * row_bytes;

        filter_best(scanlines + y * (row_bytes + 1), row, y ? row - row_bytes : black, row_bytes);
    }
}

/* ---- Chunks ----------------------------------------------------------------- */

/* Frames `size` bytes that are 8 bytes after `at` already. Returns the end of the chunk. */
static uint8_t *frame_chunk(uint8_t *at, const char *type, size_t size)
{
    store_be32(at, (uint32_t)size);
    memcpy(at + 4, type, 4);
    store_be32(at + 8 + size, libdeflate_crc32(0, at + 4, size + 4));
    return at + CHUNK_OVERHEAD + size;
}

static uint8_t *write_header(uint8_t *png, uint32_t width, uint32_t height)
{
    uint8_t *at = png + SIGNATURE_LENGTH;

    memcpy(png, png_signature, SIGNATURE_LENGTH);
    store_be32(at + 8, width);
    store_be32(at + 12, height);
    /* Depth, colour type RGBA; no other way of compression, filtering and interlacing. */
    memcpy(at + 16, (uint8_t[]){8, 6, 0, 0, 0}, 5);
    return frame_chunk(at, "IHDR", IHDR_BYTES);
}

/* ---- The PNG ---------------------------------------------------------------- */

static size_t scanline_bytes(uint32_t width, uint32_t height)
{
    return (CHANNELS * (size_t)width + 1) * height;
}

size_t host_png_bound(uint32_t width, uint32_t height)
{
    return PNG_FRAME + libdeflate_zlib_compress_bound(NULL, scanline_bytes(width, height));
}

png2bmp_status host_png_plan(png2bmp_plan *plan, const png2bmp_pixels *pixels,
                             png2bmp_report *report)
{
    if (pixels->channels != CHANNELS || pixels->stride != CHANNELS * (size_t)pixels->width)
        return report_error(report, PNG2BMP_ERR_PIXELS, "a PNG is made of R G B A without gaps");
    if (pixels->width > HOST_PNG_LONGEST_SIDE || pixels->height > HOST_PNG_LONGEST_SIDE)
        return report_error(report, PNG2BMP_ERR_PIXELS,
                            "%u x %u pixels are too large for an icon: at most %u x %u",
                            (unsigned)pixels->width, (unsigned)pixels->height,
                            HOST_PNG_LONGEST_SIDE, HOST_PNG_LONGEST_SIDE);
    plan->bmp.byte_length = host_png_bound(pixels->width, pixels->height);
    return PNG2BMP_OK;
}

/* The zlib stream of the scanlines; 0: out of memory. */
static size_t compress(uint8_t *out, size_t capacity, const uint8_t *scanlines, size_t size)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
    size_t                        length = 0;

    if (compressor)
        length = libdeflate_zlib_compress(compressor, scanlines, size, out, capacity);
    libdeflate_free_compressor(compressor);
    return length;
}

size_t host_png_write(uint8_t *png, const uint8_t *rgba, uint32_t width, uint32_t height)
{
    const size_t row_bytes = CHANNELS * (size_t)width, size = scanline_bytes(width, height);
    uint8_t     *idat = write_header(png, width, height);
    uint8_t     *scanlines = malloc(size);
    size_t       length = 0;

    if (scanlines) {
        filter_all(scanlines, rgba, row_bytes, height);
        length = compress(idat + 8, host_png_bound(width, height) - PNG_FRAME, scanlines, size);
    }
    free(scanlines);
    if (!length)
        return 0;
    return (size_t)(frame_chunk(frame_chunk(idat, "IDAT", length), "IEND", 0) - png);
}
