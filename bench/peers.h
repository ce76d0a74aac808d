/*
 * The programs that the benchmark compares, all behind one signature: PNG bytes
 * in, a 24-bit BMP out. Used by the C benchmark and by its Node addon.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <stddef.h>
#include <stdint.h>

typedef struct peer {
    const char *name;
    const char *label;
    /*
     * Converts. target: size bytes, the size of the 24-bit BMP. Returns target, or memory of its
     * own if the peer cannot write to a given place (free() it), or NULL if it cannot convert this
     * file.
     */
    uint8_t *(*convert)(const uint8_t *png, size_t png_size, uint8_t *target, size_t size);
} peer;

extern const peer   peers[];
extern const size_t peer_count;

const peer *find_peer(const char *name, size_t length);

/* Bytes of the 24-bit BMP of this PNG; 0 if it is not a PNG. */
size_t bmp24_size(const uint8_t *png, size_t png_size);

#endif
