/* Where the bytes of a BMP or a profile go. */
#ifndef PNG2BMP_SINK_H
#define PNG2BMP_SINK_H

#include "png2bmp.h"

/* Receives pieces, each of which belongs at `offset`. */
typedef struct byte_sink {
    png2bmp_status (*write)(void *user, const uint8_t *bytes, size_t size, uint64_t offset);
    void *user;
} byte_sink;

/* Memory that what writes to a sink may write to instead of memory of its own, and then gives the
 * sink pieces of it. The sink changes it with each of them. */
typedef struct byte_room {
    uint8_t *at;
    size_t   size;
} byte_room;

/* Copies each piece to its place in memory, which has room for them. */
byte_sink sink_into(uint8_t *memory);

#endif
