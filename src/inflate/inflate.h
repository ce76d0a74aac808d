/*
 * IDAT bytes in, scanline bytes out: RFC 1950 (zlib) and RFC 1951 (deflate).
 *
 * The caller requests the next batch of scanlines, and the inflater decides how many there are; it
 * requests compressed bytes in spans, and reads them in place.
 */
#ifndef PNG2BMP_INFLATE_H
#define PNG2BMP_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/kernels.h"

typedef enum inflate_status {
    INFLATE_OK,
    INFLATE_STARVED,    /* the source has no more bytes for now, but the stream has not ended */
    INFLATE_SHORT,      /* the stream has ended, and no whole scanline is left */
    INFLATE_BAD_HEADER, /* zlib: method, window, check bits, preset dictionary */
    INFLATE_BAD_DATA,   /* deflate: block type, lengths, codes, distance */
    INFLATE_BAD_ADLER   /* Adler-32 of the whole stream */
} inflate_status;

/* Returns the next span of compressed bytes: *bytes and *size, 0 if there are no more for now. A
 * span stays readable until the next call. Spans may be of any size, even one byte. The bytes may
 * change while they are read. */
typedef struct byte_source {
    void (*next)(void *user, const uint8_t **bytes, size_t *size);
    void *user;
    bool (*pauses)(void *user); /* after 0 bytes: whether there will be more; NULL: never */
} byte_source;

typedef struct inflate_config {
    byte_source    source;
    uint64_t       total_bytes; /* of all the scanlines that will be requested */
    size_t         longest_row; /* bytes of the longest of them, filter byte included */
    bool           check_adler;
    bool           is_raw;  /* only deflate, without zlib's header and checksum */
    bool           fetches; /* see inflate_fetch */
    const kernels *kernels;
} inflate_config;

typedef struct inflater inflater;

/* Bytes that inflate_open allocates. */
uint64_t inflate_memory(uint64_t total_bytes, uint64_t longest_row);

/* One allocation holds everything; NULL: out of memory. */
inflater *inflate_open(const inflate_config *config);
void      inflate_close(inflater *z); /* NULL is allowed */

/*
 * With config.fetches, before every inflate_rows: where the rows that are made from the next
 * scanlines will be written. While they are decoded, as many bytes before `edge` (up), or from it
 * on, are fetched into the cache. A hint: nothing is read or written.
 */
void inflate_fetch(inflater *z, const uint8_t *edge, bool up);

/*
 * Returns the next scanlines of `row_bytes` bytes each (filter byte included, at most
 * config.longest_row): *rows points to *count consecutive ones, 1 <= *count <= max_rows. They stay
 * until the next call; the KERNEL_SLACK bytes after them may be read, too. Fewer than fit are
 * returned when the source has no more for now.
 *
 * *count is 0 with any status other than INFLATE_OK. INFLATE_STARVED: if the source pauses, the
 * same call goes on where it was; no byte of the source is read again. Any other status is final.
 */
inflate_status inflate_rows(inflater *z, size_t row_bytes, size_t max_rows, const uint8_t **rows,
                            size_t *count);

/*
 * Decodes what the last inflate_rows would have decoded with the scanlines that it returned, had
 * the source had it: what the source has met by then does not depend on how it is cut.
 * INFLATE_STARVED as above, or INFLATE_OK.
 */
inflate_status inflate_catch_up(inflater *z);

/*
 * After the last scanline: reads up to the end of the stream and compares the Adler-32. *extra:
 * there is more, either more bytes in the stream than were requested (then what follows is not
 * checked, nor is the Adler-32), or bytes after it that the source has now. INFLATE_STARVED as
 * above.
 */
inflate_status inflate_finish(inflater *z, bool *extra);

/* The stored and the computed Adler-32, after INFLATE_BAD_ADLER. */
void inflate_adler(const inflater *z, uint32_t *stored, uint32_t *computed);

#endif
