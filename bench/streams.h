/*
 * Only the zlib stream of a PNG, so that inflating can be timed by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_STREAMS_H
#define BENCH_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zlib_stream {
    uint8_t *bytes; /* all IDAT contents in one piece */
    size_t   size;
    size_t   scanline_bytes; /* of all scanlines, filter bytes included */
    size_t   row_bytes;      /* of the longest scanline */
    size_t   bmp_bytes;      /* of the BMP */
} zlib_stream;

typedef struct inflate_peer {
    const char *name;
    /* Inflates into out (stream->scanline_bytes or bmp_bytes, whichever is more) or, if the
     * inflater needs no such buffer, through a ring buffer of its own. */
    bool (*inflate)(const zlib_stream *stream, uint8_t *out);
} inflate_peer;

extern const inflate_peer inflate_peers[];
extern const size_t       inflate_peer_count;

/* false: out of memory, or not a PNG that can be parsed. */
bool stream_open(zlib_stream *stream, const uint8_t *png, size_t png_size, size_t bmp_bytes);
void stream_close(zlib_stream *stream);

#endif
