/*
 * The PNG container: signature, chunks, what IHDR, PLTE, tRNS and pHYs say, and
 * where the IDAT bytes lie. Nothing is copied but those facts, and nothing is
 * kept in memory for a chunk: a file of a million chunks takes no more than one of three.
 */
#ifndef PNG2BMP_PNG_H
#define PNG2BMP_PNG_H

#include "png2bmp.h"

/* The bytes of the file, how strictly they are read, and where findings go.
 * Every function here works on it. */
typedef struct png_file {
    const uint8_t  *bytes;
    size_t          size;
    bool            strict;
    bool            ignore_checksums;
    png2bmp_report *report; /* NULL is allowed */
} png_file;

png_file png_file_of(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                     png2bmp_report *report);

/* Reads everything before the first IDAT, and its place. CRCs are compared of
 * the chunks that are used (IHDR, PLTE, tRNS, pHYs). Allocates nothing. */
png2bmp_status png_parse_info(const png_file *file, png2bmp_png_info *info, size_t *first_idat);

/* Compares the CRCs of the chunks before the first IDAT that nothing was read
 * from: time grows with their length, so the plan leaves it to run. */
png2bmp_status png_check_unused_chunks(const png_file *file, size_t first_idat);

/* A walk over the data of consecutive IDAT chunks. */
typedef struct idat_reader {
    const png_file *file;
    size_t          chunk;    /* offset of the length field of the current IDAT */
    size_t          position; /* of the next byte to hand out, or of the next chunk */
    uint32_t        left;     /* bytes of data left in the current chunk */
    uint32_t        crc;
    bool            in_chunk;
    bool            is_cut; /* the file ends inside of it */
    bool            ended;  /* no more data: a chunk that is no IDAT, or an error */
    png2bmp_status  status; /* the error, or PNG2BMP_OK */
} idat_reader;

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat);

/* Hands out the next bytes: *size is 0 when there are no more or something is
 * wrong (reader->status). CRCs are computed on the way. */
void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size);

/* For a better word on damaged data: PNG2BMP_ERR_CRC when the chunk being read
 * has a wrong CRC, or the error met already; PNG2BMP_OK otherwise. */
png2bmp_status idat_diagnose(idat_reader *reader);

/* For a better word on data that ends early: PNG2BMP_ERR_CHUNK when an IDAT
 * stands behind other chunks, PNG2BMP_OK when there is none. */
png2bmp_status png_find_late_idat(const idat_reader *reader);

/* Reads what is left of the IDATs (*extra: there were bytes) and every chunk up
 * to IEND. */
png2bmp_status png_parse_end(idat_reader *reader, bool *extra);

#endif
