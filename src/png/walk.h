/* The chunks of a file one after another, even if they are longer than what can be seen of it. */
#ifndef PNG2BMP_WALK_H
#define PNG2BMP_WALK_H

#include "chunk.h"

/* position: of the next chunk, or, while one passes, of its next byte. No byte before it is needed
 * again. */
typedef struct chunk_walk {
    size_t   position;
    bool     passes; /* `current`, of whose data `left` bytes are still to come */
    chunk    current;
    uint32_t left;
} chunk_walk;

/* From now on this chunk passes, whose header was just read at walk->position. */
void walk_pass(chunk_walk *walk, const chunk *c);

/* Lets the current chunk pass, as far as it is there, and computes its CRC. PNG2BMP_OK: it has
 * passed, and its sums are in walk->current; STATUS_WAITING; or PNG2BMP_ERR_TRUNCATED, without a
 * message: the file ends inside it. */
png2bmp_status walk_on(chunk_walk *walk, const png_file *file);

/* The next chunk: as chunk_read_quietly, when the chunk can be seen or has passed. */
png2bmp_status walk_next(chunk_walk *walk, const png_file *file, chunk *c);

/* The offset of the chunk that walk_next has tried to read. */
size_t walk_offset(const chunk_walk *walk);

#endif
