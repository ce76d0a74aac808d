/* The pixel data: the contents of consecutive IDAT chunks. */
#include <libdeflate.h>
#include <string.h>

#include "base/report.h"
#include "chunk.h"
#include "png.h"

/* CRCs are computed on pieces that stay in the cache for the inflater. */
#define IDAT_PIECE 65536u

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat)
{
    memset(reader, 0, sizeof *reader);
    reader->file = file;
    reader->mender = mend_open(file);
    reader->position = first_idat;
}

static void idat_fail(idat_reader *reader, png2bmp_status status)
{
    reader->ended = true;
    reader->status = status;
}

/* The next bytes cannot be seen: they are still to come, or the file ends inside the chunk. */
static void lack_bytes(idat_reader *reader)
{
    if (reader->file->is_open)
        reader->is_waiting = true;
    else
        idat_fail(reader, chunk_report_truncated(reader->file, reader->chunk));
}

static void enter_idat(idat_reader *reader, uint32_t length)
{
    static const uint8_t name[] = {'I', 'D', 'A', 'T'};

    reader->chunk = reader->position;
    reader->position += 8;
    reader->left = length;
    reader->crc = libdeflate_crc32(0, name, sizeof name);
    reader->in_chunk = true;
}

/* Enters the chunk at reader->position, if it is an IDAT. Anything else ends the data, even what is
 * no chunk: whether that is an error depends on how much data there was. */
static void enter_chunk(idat_reader *reader)
{
    const png_file *const file = reader->file;
    chunk                 c;
    mending               mended;
    const png2bmp_status  status = mend_read(&reader->mender, reader->position, &c, &mended);

    if (status == STATUS_WAITING)
        reader->is_waiting = true;
    else if (status == PNG2BMP_ERR_CANCELLED)
        idat_fail(reader, status);
    else if (status == PNG2BMP_ERR_TRUNCATED && chunk_begins_idat(file, reader->position))
        /* the part that is there may hold rows */
        enter_idat(reader, load_be32(file_at(file, reader->position)));
    else if (status || c.type != IDAT)
        reader->ended = true;
    else if (mended && mend_report(file, &c, mended))
        idat_fail(reader, PNG2BMP_ERR_DAMAGED_CHUNK);
    else
        enter_idat(reader, c.length);
}

/* At the end of a chunk's data: compares the CRC and skips it. */
static void leave_chunk(idat_reader *reader)
{
    uint32_t stored;

    if (file_left(reader->file, reader->position) < 4) {
        lack_bytes(reader);
        return;
    }
    reader->in_chunk = false;
    stored = load_be32(file_at(reader->file, reader->position));
    if (!reader->file->ignore_checksums && stored != reader->crc)
        idat_fail(reader,
                  report_error(reader->file->report, PNG2BMP_ERR_CRC, CHUNK_CRC_MESSAGE, "IDAT",
                               reader->chunk, (unsigned)stored, (unsigned)reader->crc));
    else
        reader->position += 4;
}

bool idat_is_waiting(const idat_reader *reader)
{
    return reader->is_waiting;
}

/* Nothing can be read now. */
static bool idat_is_at_rest(const idat_reader *reader)
{
    return reader->ended || reader->is_waiting;
}

void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size)
{
    size_t there;

    *size = 0;
    *bytes = NULL;
    reader->is_waiting = false;
    if (!reader->ended && cancel_ask(reader->file->cancel))
        idat_fail(reader, cancel_status(reader->file->cancel));
    while (!idat_is_at_rest(reader) && reader->left == 0) {
        if (reader->in_chunk)
            leave_chunk(reader);
        else
            enter_chunk(reader);
    }
    if (idat_is_at_rest(reader))
        return;
    there = file_left(reader->file, reader->position);
    if (there == 0) {
        lack_bytes(reader);
        return;
    }
    *bytes = file_at(reader->file, reader->position);
    *size = smaller(there, smaller(reader->left, IDAT_PIECE));
    if (!reader->file->ignore_checksums)
        reader->crc = libdeflate_crc32(reader->crc, *bytes, *size);
    reader->position += *size;
    reader->left -= (uint32_t)*size;
}

png2bmp_status idat_diagnose(idat_reader *reader)
{
    reader->is_waiting = false;
    if (reader->in_chunk) {
        const uint8_t *bytes;
        size_t         size;

        while (reader->left > 0 && !idat_is_at_rest(reader))
            idat_next(reader, &bytes, &size);
        if (!idat_is_at_rest(reader))
            leave_chunk(reader);
    }
    return reader->is_waiting ? STATUS_WAITING : reader->status;
}
