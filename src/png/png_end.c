/* Chunks after the pixels. */
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

static png2bmp_status read_late_chunk(const png_file *file, const chunk *c)
{
    bool dropped;

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
        return chunk_check_ancillary_crc(file, c, &dropped);
    }
}

png2bmp_status png_find_late_idat(const idat_reader *reader)
{
    const png_file *file = reader->file;
    chunk           c;

    for (size_t offset = reader->position;; offset = chunk_end(&c)) {
        const png2bmp_status status = chunk_read(file, offset, &c);

        if (status == PNG2BMP_ERR_TRUNCATED)
            return PNG2BMP_OK;
        if (status)
            return status;
        if (c.type == IDAT)
            return report_error(file->report, PNG2BMP_ERR_CHUNK,
                                "IDAT at byte %zu is out of place: not right after the other "
                                "IDATs",
                                c.offset);
        if (c.type == IEND)
            return PNG2BMP_OK;
    }
}

static png2bmp_status drain_idats(idat_reader *reader, bool *extra)
{
    const uint8_t *bytes;
    size_t         size;

    *extra = false;
    for (;;) {
        idat_next(reader, &bytes, &size);
        if (size == 0)
            return reader->status;
        *extra = true;
    }
}

/* Bytes after IEND are ignored, unless they are another image: programs that write several PNGs
 * into a pipe expect all of them to be read. */
static png2bmp_status check_what_follows(const png_file *file, size_t end)
{
    if (!signature_is_png(file->bytes + end, file->size - end))
        return PNG2BMP_OK;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_SECOND_IMAGE,
                          "another PNG begins at byte %zu: only the first is converted", end);
}

/* The bytes at `offset` are not a chunk: `status` says why. */
static png2bmp_status report_no_chunk(const png_file *file, png2bmp_status status, size_t offset)
{
    const char *what = status != PNG2BMP_ERR_TRUNCATED ? "IEND is missing: there is no chunk"
                       : file->size == offset          ? "IEND is missing: the file ends"
                                                       : "the file ends inside the chunk";

    return report_end(file, what, offset);
}

png2bmp_status png_parse_end(idat_reader *reader, bool *extra)
{
    const png_file *file = reader->file;
    png_file        quiet = *file;
    png2bmp_status  status = drain_idats(reader, extra);
    chunk           c;

    if (status)
        return status;
    quiet.report = NULL;
    for (size_t offset = reader->position;; offset = chunk_end(&c)) {
        status = chunk_read(&quiet, offset, &c);
        if (status)
            return report_no_chunk(file, status, offset);
        status = read_late_chunk(file, &c);
        if (status)
            return status;
        if (c.type == IEND)
            return check_what_follows(file, chunk_end(&c));
    }
}
