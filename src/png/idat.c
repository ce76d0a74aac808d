/* The pixel data: the contents of consecutive IDAT chunks. */
#include <libdeflate.h>
#include <string.h>

#include "base/report.h"
#include "chunk.h"
#include "png.h"

/* CRCs are computed on pieces that stay in the cache for the inflater. */
#define IDAT_PIECE 65536u

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat, cancel_check *cancel)
{
    memset(reader, 0, sizeof *reader);
    reader->file = file;
    reader->mender = mend_open(file);
    reader->cancel = cancel;
    reader->position = first_idat;
}

static void idat_fail(idat_reader *reader, png2bmp_status status)
{
    reader->ended = true;
    reader->status = status;
}

/* An IDAT that extends past the end of the file: the part that is there may hold rows. Of its CRC
 * some bytes may be there, too: no more than it announces is data. */
static void enter_cut_chunk(idat_reader *reader)
{
    const uint32_t announced = load_be32(reader->file->bytes + reader->position);

    reader->chunk = reader->position;
    reader->position += 8;
    reader->left = (uint32_t)smaller(reader->file->size - reader->position, announced);
    reader->in_chunk = true;
    reader->is_cut = true;
}

/* Enters the chunk at reader->position, if it is an IDAT. Anything else ends the data, even what is
 * no chunk: whether that is an error depends on how much data there was. */
static void enter_chunk(idat_reader *reader)
{
    static const uint8_t name[] = {'I', 'D', 'A', 'T'};
    chunk                c;
    mending              mended;
    const png2bmp_status status = mend_read(&reader->mender, reader->position, &c, &mended);

    if (status == PNG2BMP_ERR_TRUNCATED && chunk_begins_idat(reader->file, reader->position)) {
        enter_cut_chunk(reader);
    } else if (status || c.type != IDAT) {
        reader->ended = true;
    } else if (mended && mend_report(reader->file, &c, mended)) {
        idat_fail(reader, PNG2BMP_ERR_DAMAGED_CHUNK);
    } else {
        reader->chunk = c.offset;
        reader->position += 8;
        reader->left = c.length;
        reader->crc = libdeflate_crc32(0, name, sizeof name);
        reader->in_chunk = true;
    }
}

/* At the end of a chunk's data: compares the CRC and skips it. */
static void leave_chunk(idat_reader *reader)
{
    uint32_t stored;

    reader->in_chunk = false;
    if (reader->is_cut) {
        idat_fail(reader, chunk_report_truncated(reader->file, reader->chunk));
        return;
    }
    stored = load_be32(reader->file->bytes + reader->position);
    if (!reader->file->ignore_checksums && stored != reader->crc)
        idat_fail(reader,
                  report_error(reader->file->report, PNG2BMP_ERR_CRC, CHUNK_CRC_MESSAGE, "IDAT",
                               reader->chunk, (unsigned)stored, (unsigned)reader->crc));
    else
        reader->position += 4;
}

void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size)
{
    *size = 0;
    *bytes = NULL;
    if (!reader->ended && cancel_ask(reader->cancel))
        idat_fail(reader, cancel_status(reader->cancel));
    while (!reader->ended && reader->left == 0) {
        if (reader->in_chunk)
            leave_chunk(reader);
        else
            enter_chunk(reader);
    }
    if (reader->ended)
        return;
    *bytes = reader->file->bytes + reader->position;
    *size = reader->left < IDAT_PIECE ? reader->left : IDAT_PIECE;
    if (!reader->file->ignore_checksums)
        reader->crc = libdeflate_crc32(reader->crc, *bytes, *size);
    reader->position += *size;
    reader->left -= (uint32_t)*size;
}

png2bmp_status idat_diagnose(idat_reader *reader)
{
    if (reader->in_chunk && (reader->is_cut || !reader->file->ignore_checksums)) {
        const uint8_t *bytes;
        size_t         size;

        while (reader->left > 0 && !reader->ended)
            idat_next(reader, &bytes, &size);
        if (!reader->ended)
            leave_chunk(reader);
    }
    return reader->status;
}
