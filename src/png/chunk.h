/* One chunk of a PNG: PNG specification, section 5.3. Its header is read once, into a local
 * variable, so that the values that are used are those that were checked.
 *
 * A file is either in memory or fed: then only a part of it can be seen, which moves on. Positions
 * are always those in the file. */
#ifndef PNG2BMP_CHUNK_H
#define PNG2BMP_CHUNK_H

#include "base/bytes.h"
#include "base/cancel.h"
#include "base/report.h"

/* The largest four-byte number that a PNG may have: section 7.1. */
#define PNG_MAX_NUMBER 0x7fffffffu

/* A type as a big-endian number. Those whose contents are only told are in about.c. */
#define CHUNK_TYPE(a, b, c, d)                                                                     \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
enum {
    IHDR = CHUNK_TYPE('I', 'H', 'D', 'R'),
    PLTE = CHUNK_TYPE('P', 'L', 'T', 'E'),
    IDAT = CHUNK_TYPE('I', 'D', 'A', 'T'),
    IEND = CHUNK_TYPE('I', 'E', 'N', 'D'),
    CGBI = CHUNK_TYPE('C', 'g', 'B', 'I'),
    TRNS = CHUNK_TYPE('t', 'R', 'N', 'S'),
    PHYS = CHUNK_TYPE('p', 'H', 'Y', 's'),
    ICCP = CHUNK_TYPE('i', 'C', 'C', 'P')
};

#define CHUNK_OVERHEAD 12 /* length, type, CRC */

/* A chunk whose header was read once. If the end of the file is known, all its bytes are in it. */
typedef struct chunk {
    size_t         offset; /* of the length field */
    uint32_t       type;
    uint32_t       length;
    const uint8_t *data; /* NULL: they have passed */
    char           name[5];
    bool           is_summed; /* the next two are known, since the data has passed */
    uint32_t       stored, computed;
} chunk;

/* What is kept of a file that is fed. */
typedef struct fed_chunks {
    chunk    damaged;   /* the first unused one before the pixels with a wrong CRC; type 0: none */
    chunk    profile;   /* iCCP, if it is used; type 0: none */
    uint8_t *kept_data; /* of it: freed by png_header_close */
    size_t   kept, kept_room;
} fed_chunks;

/* The bytes of the file, how strictly they are read, and where errors and warnings go. */
typedef struct png_file {
    const uint8_t  *bytes; /* the part that can be seen: in memory, all of it */
    size_t          size;
    size_t          start;   /* its position in the file */
    bool            is_open; /* more may follow */
    fed_chunks     *fed;     /* NULL: the file is in memory */
    bool            strict;
    bool            ignore_checksums;
    bool            salvage;         /* never with `fed`: what follows a damaged chunk decides */
    bool            converts_colors; /* their chunks are used: CRCs count */
    bool            turns;           /* as eXIf says */
    bool            uses_exif;       /* to turn, or to tell that it was not: its CRC counts */
    png2bmp_report *report;          /* NULL is allowed */
    cancel_check   *cancel;          /* of the conversion; NULL: never */
    bool            pauses;          /* what reads it is to wait before its next rows leave */
} png_file;

png_file png_file_of(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                     png2bmp_report *report);

/* The byte at `offset`, and how many can be seen from there on. */
static inline const uint8_t *file_at(const png_file *file, size_t offset)
{
    return file->bytes + (offset - file->start);
}

static inline size_t file_left(const png_file *file, size_t offset)
{
    return file->size - (offset - file->start);
}

/* Where the file ends, if it is not open. */
static inline size_t file_end(const png_file *file)
{
    return file->start + file->size;
}

/* What it means that bytes are not there. */
static inline png2bmp_status file_lacks(const png_file *file)
{
    return file->is_open ? STATUS_WAITING : PNG2BMP_ERR_TRUNCATED;
}

#define CHUNK_CRC_MESSAGE "%s at byte %zu: CRC is %08x, computed %08x"

/* Reads the header of the chunk at `offset`. PNG2BMP_ERR_TRUNCATED is returned without a message,
 * as its meaning depends on where the file ends. The header is read even then, if the file has room
 * for a header and a CRC. STATUS_WAITING: that room is not yet there. */
png2bmp_status chunk_read(const png_file *file, size_t offset, chunk *c);

/* The same without any message. */
png2bmp_status chunk_read_quietly(const png_file *file, size_t offset, chunk *c);

/* Whether the four letters at offset + 4 exist and are IDAT, whatever the length of the chunk. */
bool chunk_begins_idat(const png_file *file, size_t offset);

/* Whether all its bytes can be seen, as in memory they always can. */
bool chunk_is_visible(const png_file *file, const chunk *c);

/* The offset of the next chunk. */
size_t chunk_end(const chunk *c);

bool chunk_is_letter(uint32_t c);
bool chunk_is_critical(uint32_t type);
bool chunk_is_known_critical(uint32_t type);
bool chunk_is_unknown_critical(uint32_t type);

/* The CRC of `size` more bytes. When the conversion is cancelled meanwhile it has no meaning. */
uint32_t chunk_crc(const png_file *file, uint32_t crc, const uint8_t *bytes, size_t size);

/* *stored and *computed are 0 if checksums are not checked. */
bool chunk_crc_is_right(const png_file *file, const chunk *c, uint32_t *stored, uint32_t *computed);

/* A wrong CRC is an error. Both return PNG2BMP_ERR_CANCELLED if they were cut short. */
png2bmp_status chunk_check_crc(const png_file *file, const chunk *c);

/* An ancillary chunk with a wrong CRC is ignored: *dropped. */
png2bmp_status chunk_check_ancillary_crc(const png_file *file, const chunk *c, bool *dropped);

png2bmp_status chunk_report_truncated(const png_file *file, size_t offset);
png2bmp_status chunk_report_unknown(const png_file *file, const chunk *c);

#endif
