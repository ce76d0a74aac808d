/*
 * The PNG container: signature, chunks, the contents of IHDR, PLTE, tRNS and pHYs, and where the
 * IDAT bytes are. Nothing else is copied, and no memory is kept per chunk: a file of a million
 * chunks needs no more than one of three.
 */
#ifndef PNG2BMP_PNG_H
#define PNG2BMP_PNG_H

#include "base/cancel.h"
#include "mend.h"

/* Reads everything before the first IDAT, and its offset. Compares the CRCs of the chunks that are
 * used (IHDR, PLTE, tRNS, pHYs), with `salvage` of all. Allocates nothing. */
png2bmp_status png_parse_info(const png_file *file, png2bmp_png_info *info,
                              png2bmp_png_about *about, size_t *first_idat);

/* Compares the CRCs of the other chunks before the first IDAT, unless the plan has. The time grows
 * with their length, so the plan leaves it to run. */
png2bmp_status png_check_unused_chunks(const png_file *file, size_t first_idat);

/* Iterates over the data of consecutive IDAT chunks. */
typedef struct idat_reader {
    const png_file *file;
    mender          mender;
    cancel_check   *cancel;   /* is asked once per span */
    size_t          chunk;    /* offset of the length field of the current IDAT */
    size_t          position; /* of the next byte to return, or of the next chunk */
    uint32_t        left;     /* bytes of data left in the current chunk */
    uint32_t        crc;
    bool            in_chunk;
    bool            is_cut; /* the file ends inside it */
    bool            ended;  /* no more data: a chunk other than IDAT, or an error */
    png2bmp_status  status; /* the error, or PNG2BMP_OK */
} idat_reader;

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat, cancel_check *cancel);

/* Returns the next bytes: *size is 0 at the end or after an error (reader->status). Computes CRCs
 * on the way. */
void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size);

/* For a better message about damaged data: PNG2BMP_ERR_CRC if the current chunk has a wrong CRC, or
 * the error that has already occurred; otherwise PNG2BMP_OK. */
png2bmp_status idat_diagnose(idat_reader *reader);

/* For a better message about data that ends early: PNG2BMP_ERR_CHUNK if an IDAT comes after other
 * chunks, PNG2BMP_OK if there is none. */
png2bmp_status png_find_late_idat(const idat_reader *reader);

/* Reads the rest of the IDATs (*extra: there were bytes) and every chunk up to IEND. */
png2bmp_status png_parse_end(idat_reader *reader, bool *extra);

#endif
