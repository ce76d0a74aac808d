/*
 * The PNG container: signature, chunks, the contents of IHDR, PLTE, tRNS and pHYs, and where the
 * IDAT bytes are. Nothing else is copied, and no memory is kept per chunk: a file of a million
 * chunks needs no more than one of three.
 */
#ifndef PNG2BMP_PNG_H
#define PNG2BMP_PNG_H

#include "header_chunks.h"
#include "mend.h"
#include "walk.h"

/* Reads everything before the first IDAT. */
typedef struct png_header_reader {
    const png_file    *file;
    png2bmp_png_info  *info;
    png2bmp_png_about *about;
    chunk_walk         walk;
    mender             mender;
    seen_chunks        seen;
    bool               is_png; /* the signature was read */

    /* Of a file that is fed: how much of the data of a profile is kept, as it is needed after it
     * has passed (0: none), and how much memory there may be for it. */
    size_t   profile_most;
    uint64_t max_memory;
} png_header_reader;

/* file, info and about: filled by png_header_read, and must not move meanwhile. */
void png_header_open(png_header_reader *reader, const png_file *file, png2bmp_png_info *info,
                     png2bmp_png_about *about);

/* Compares the CRCs of the chunks that are used (IHDR, PLTE, tRNS, pHYs), with `salvage` of all.
 * Allocates nothing, unless a file that is fed has a profile to keep. PNG2BMP_OK: *first_idat is
 * the offset of the first IDAT. */
png2bmp_status png_header_read(png_header_reader *reader, size_t *first_idat);

/* No byte of the file before this one is needed again. */
size_t png_header_position(const png_header_reader *reader);

/* Frees what was kept of a file that was fed. */
void png_header_close(fed_chunks *fed);

/* The header of a file in memory, all at once. */
png2bmp_status png_parse_info(const png_file *file, png2bmp_png_info *info,
                              png2bmp_png_about *about, size_t *first_idat);

/* Compares the CRCs of the other chunks before the first IDAT, unless the plan has. The time grows
 * with their length, so the plan leaves it to run. Of a file that is fed they are known. */
png2bmp_status png_check_unused_chunks(const png_file *file, size_t first_idat);

/* Chunks that are noted: the first for each finding that png_parse_end has. */
#define IDAT_MOST_NOTED 6

/* Iterates over the data of consecutive IDAT chunks. */
typedef struct idat_reader {
    const png_file *file;
    mender          mender;
    size_t          chunk;    /* offset of the length field of the current IDAT */
    size_t          position; /* of the next byte to return, or of the next chunk */
    uint32_t        left;     /* bytes of data left in the current chunk */
    uint32_t        crc;
    bool            in_chunk;
    bool            is_waiting; /* the last call stopped where the file is still to come */
    bool            ended;      /* no more data: a chunk other than IDAT, or an error */
    png2bmp_status  status;     /* the error, or PNG2BMP_OK */

    /* After the data. What png_find_late_idat has met is noted for png_parse_end. */
    bool           has_extra;  /* there were bytes that the image does not need */
    bool           after_data; /* `late` has begun */
    bool           is_over;    /* and ended */
    png2bmp_status no_chunk;   /* without IEND: why */
    chunk_walk     late;
    unsigned       noted_count;
    chunk          noted[IDAT_MOST_NOTED];
} idat_reader;

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat);

/* Asks whether the conversion is cancelled. Returns the next bytes: *size is 0 at the end, after an
 * error (reader->status), and while the file is still to come (idat_is_waiting). Computes CRCs on
 * the way. */
void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size);
bool idat_is_waiting(const idat_reader *reader);

/* No byte of the file before this one is needed again. */
size_t idat_position(const idat_reader *reader);

/* For a better message about damaged data: PNG2BMP_ERR_CRC if the current chunk has a wrong CRC, or
 * the error that has already occurred; otherwise PNG2BMP_OK. This and the next two functions return
 * STATUS_WAITING if it is still to come: they are then called again. */
png2bmp_status idat_diagnose(idat_reader *reader);

/* For a better message about data that ends early: PNG2BMP_ERR_CHUNK if an IDAT comes after other
 * chunks, PNG2BMP_OK if there is none. */
png2bmp_status png_find_late_idat(idat_reader *reader);

/* Reads the rest of the IDATs (*extra: there were bytes) and every chunk up to IEND, and whether
 * another image follows. */
png2bmp_status png_parse_end(idat_reader *reader, bool *extra);

#endif
