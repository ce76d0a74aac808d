/* Chunks after the pixels. */
#include "about.h"
#include "base/report.h"
#include "chunk.h"
#include "png.h"
#include "signature.h"

static png2bmp_status report_end(const png_file *file, const char *what, size_t offset)
{
    return report_warning(file->report, file->strict, PNG2BMP_ERR_END, "%s at byte %zu", what,
                          offset);
}

static png2bmp_status read_iend(const png_file *file, const chunk *c)
{
    uint32_t stored, computed;

    if (c->length != 0)
        return report_end(file, "IEND is not empty", c->offset);
    if (!chunk_crc_is_right(file, c, &stored, &computed))
        return report_end(file, "IEND has a wrong CRC", c->offset);
    return PNG2BMP_OK;
}

/* The pixels are complete and their checksums are right, so no other chunk can change them. */
static png2bmp_status report_late(const png_file *file, const chunk *c, const char *what)
{
    return report_warning(file->report, file->strict, PNG2BMP_ERR_LATE_CHUNK,
                          "%s at byte %zu is ignored: %s, after the pixels", c->name, c->offset,
                          what);
}

/* The rows have left already, when what comes piece by piece comes to it: so for every PNG. */
static png2bmp_status report_late_exif(const png_file *file, const chunk *c)
{
    return report_warning(file->report, file->strict, PNG2BMP_ERR_ORIENTATION,
                          "eXIf at byte %zu comes after the pixels: the image was not turned as it "
                          "may ask for, so give rotate a number of degrees",
                          c->offset);
}

static png2bmp_status read_late_chunk(const png_file *file, const chunk *c)
{
    png2bmp_status status;
    bool           dropped;

    switch (c->type) {
    case IEND:
        return read_iend(file, c);
    case IDAT:
        return report_late(file, c, "it is not right after the other IDATs");
    case IHDR:
    case PLTE:
        return report_error(file->report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu is out of place: after IDAT", c->name, c->offset);
    case TRNS:
        return report_warning(file->report, file->strict, PNG2BMP_ERR_TRANSPARENCY,
                              "tRNS at byte %zu is ignored: it comes after IDAT", c->offset);
    default:
        if (chunk_is_critical(c->type))
            return report_late(file, c, "it is an unknown critical chunk");
        status = chunk_check_ancillary_crc(file, c, &dropped);
        return status || dropped || !file->turns || !about_is_exif(c->type)
                   ? status
                   : report_late_exif(file, c);
    }
}

/* Bytes after IEND are ignored, unless they are another image: programs that write several PNGs
 * into a pipe expect all of them to be read. */
static png2bmp_status check_what_follows(const png_file *file, size_t end)
{
    if (file->is_open && file_left(file, end) < SIGNATURE_LENGTH)
        return STATUS_WAITING;
    if (!signature_is_png(file_at(file, end), file_left(file, end)))
        return PNG2BMP_OK;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_SECOND_IMAGE,
                          "another PNG begins at byte %zu: only the first is converted", end);
}

/* The bytes at `offset` are not a chunk: `status` says why. */
static png2bmp_status report_no_chunk(const png_file *file, png2bmp_status status, size_t offset)
{
    const char *what = status != PNG2BMP_ERR_TRUNCATED ? "IEND is missing: there is no chunk"
                       : file_end(file) == offset      ? "IEND is missing: the file ends"
                                                       : "the file ends inside the chunk";

    return report_end(file, what, offset);
}

/* ---- The walk to the end --------------------------------------------------------- */

size_t idat_position(const idat_reader *reader)
{
    return reader->after_data ? reader->late.position : reader->position;
}

static png2bmp_status next_late_chunk(idat_reader *reader, chunk *c)
{
    png2bmp_status status;

    if (!reader->after_data)
        reader->late.position = reader->position;
    reader->after_data = true;
    status = walk_next(&reader->late, reader->file, c);
    if (status == STATUS_WAITING)
        return status;
    reader->is_over = status || c->type == IEND;
    reader->no_chunk = status;
    return status;
}

/* Whether there is something to tell of a chunk, and how: as with `strict`, in silence. */
static png2bmp_status finding_of(const png_file *file, const chunk *c)
{
    png_file strict = *file;

    strict.report = NULL;
    strict.strict = true;
    return read_late_chunk(&strict, c);
}

/* For png_parse_end, when the bytes of the chunk may be gone. */
static void note_chunk(idat_reader *reader, const chunk *c)
{
    const png_file *const file = reader->file;
    const png2bmp_status  finding = finding_of(file, c);
    chunk                 noted = *c;

    for (unsigned i = 0; i < reader->noted_count; i++) {
        if (finding_of(file, &reader->noted[i]) == finding)
            return;
    }
    if (!finding || reader->noted_count == IDAT_MOST_NOTED)
        return;
    chunk_crc_is_right(file, c, &noted.stored, &noted.computed);
    noted.is_summed = true;
    reader->noted[reader->noted_count++] = noted;
}

png2bmp_status png_find_late_idat(idat_reader *reader)
{
    const png_file *file = reader->file;
    chunk           c;

    while (!reader->is_over) {
        const png2bmp_status status = next_late_chunk(reader, &c);

        if (status == PNG2BMP_ERR_TRUNCATED)
            return PNG2BMP_OK;
        if (status == STATUS_WAITING)
            return status;
        if (status) /* again, for the message */
            return chunk_read(file, reader->late.position, &c);
        if (c.type == IDAT)
            return report_error(file->report, PNG2BMP_ERR_CHUNK,
                                "IDAT at byte %zu is out of place: not right after the other "
                                "IDATs",
                                c.offset);
        note_chunk(reader, &c);
    }
    return PNG2BMP_OK;
}

static png2bmp_status drain_idats(idat_reader *reader)
{
    const uint8_t *bytes;
    size_t         size;

    for (;;) {
        idat_next(reader, &bytes, &size);
        if (size == 0)
            return reader->is_waiting ? STATUS_WAITING : reader->status;
        reader->has_extra = true;
    }
}

/* What png_find_late_idat has met. */
static png2bmp_status read_noted_chunks(idat_reader *reader)
{
    png2bmp_status status = PNG2BMP_OK;

    for (unsigned i = 0; i < reader->noted_count && !status; i++)
        status = read_late_chunk(reader->file, &reader->noted[i]);
    reader->noted_count = 0;
    return status;
}

/* After the last chunk: what follows IEND, or that it is missing. */
static png2bmp_status read_end(const idat_reader *reader)
{
    const png_file *file = reader->file;

    if (reader->no_chunk)
        return report_no_chunk(file, reader->no_chunk, walk_offset(&reader->late));
    return check_what_follows(file, reader->late.position);
}

png2bmp_status png_parse_end(idat_reader *reader, bool *extra)
{
    png2bmp_status status = drain_idats(reader);
    chunk          c;

    *extra = reader->has_extra;
    if (!status)
        status = read_noted_chunks(reader);
    while (!status && !reader->is_over) {
        status = next_late_chunk(reader, &c);
        if (status != STATUS_WAITING)
            status = reader->no_chunk ? PNG2BMP_OK : read_late_chunk(reader->file, &c);
    }
    return status ? status : read_end(reader);
}
