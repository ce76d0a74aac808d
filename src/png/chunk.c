#include "chunk.h"

#include <libdeflate.h>

/* After how many bytes of a CRC it is asked whether the conversion is cancelled. */
#define CRC_PIECE 65536u

png_file png_file_of(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                     png2bmp_report *report)
{
    return (png_file){.bytes = bytes,
                      .size = size,
                      .strict = options->strict,
                      .ignore_checksums = options->ignore_checksums,
                      .salvage = options->salvage,
                      .converts_colors = options->color_space == PNG2BMP_COLOR_SPACE_SRGB,
                      .turns = options->rotate == PNG2BMP_ROTATE_EXIF,
                      .uses_exif = options->rotate == PNG2BMP_ROTATE_EXIF ||
                                   options->rotate == PNG2BMP_ROTATE_DEFAULT,
                      .report = report};
}

bool chunk_is_letter(uint32_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Bit 5 of the first letter: section 5.4. */
bool chunk_is_critical(uint32_t type)
{
    return !(type >> 24 & 0x20);
}

bool chunk_is_known_critical(uint32_t type)
{
    return type == IHDR || type == PLTE || type == IDAT || type == IEND;
}

bool chunk_is_unknown_critical(uint32_t type)
{
    return chunk_is_critical(type) && !chunk_is_known_critical(type);
}

static png2bmp_status read_to(const png_file *file, size_t offset, chunk *c, png2bmp_report *report)
{
    const size_t         left = file_left(file, offset);
    const uint8_t *const header = file_at(file, offset);

    c->offset = offset;
    c->is_summed = false;
    if (left < CHUNK_OVERHEAD)
        return file_lacks(file);
    c->length = load_be32(header);
    c->type = load_be32(header + 4);
    c->data = header + 8;
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t letter = c->type >> (24 - 8 * i) & 0xff;

        if (!chunk_is_letter(letter))
            return report_error(report, PNG2BMP_ERR_CHUNK,
                                "invalid chunk type at byte %zu: %08x is not four letters",
                                offset + 4, (unsigned)c->type);
        c->name[i] = (char)letter;
    }
    c->name[4] = 0;
    if (c->length > PNG_MAX_NUMBER)
        return report_error(report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu: length %u is more than PNG allows", c->name, offset,
                            (unsigned)c->length);
    if (c->length > left - CHUNK_OVERHEAD && !file->is_open)
        return PNG2BMP_ERR_TRUNCATED;
    return PNG2BMP_OK;
}

png2bmp_status chunk_read(const png_file *file, size_t offset, chunk *c)
{
    return read_to(file, offset, c, file->report);
}

png2bmp_status chunk_read_quietly(const png_file *file, size_t offset, chunk *c)
{
    return read_to(file, offset, c, NULL);
}

bool chunk_begins_idat(const png_file *file, size_t offset)
{
    return file_left(file, offset) >= 8 && load_be32(file_at(file, offset) + 4) == IDAT;
}

bool chunk_is_visible(const png_file *file, const chunk *c)
{
    return c->length <= file_left(file, c->offset) - CHUNK_OVERHEAD;
}

size_t chunk_end(const chunk *c)
{
    return c->offset + CHUNK_OVERHEAD + c->length;
}

png2bmp_status chunk_report_truncated(const png_file *file, size_t offset)
{
    return report_error(file->report, PNG2BMP_ERR_TRUNCATED,
                        "the file ends at byte %zu, inside the chunk that begins at byte %zu",
                        file_end(file), offset);
}

uint32_t chunk_crc(const png_file *file, uint32_t crc, const uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size; done += CRC_PIECE) {
        if (done > 0 && cancel_ask(file->cancel))
            break;
        crc = libdeflate_crc32(crc, bytes + done, smaller(size - done, CRC_PIECE));
    }
    return crc;
}

bool chunk_crc_is_right(const png_file *file, const chunk *c, uint32_t *stored, uint32_t *computed)
{
    uint8_t name[4];

    *stored = *computed = 0;
    if (file->ignore_checksums)
        return true;
    if (c->is_summed) {
        *stored = c->stored;
        *computed = c->computed;
        return *stored == *computed;
    }
    *stored = load_be32(c->data + c->length);
    store_be32(name, c->type); /* not as in the file: it may have been mended */
    *computed = chunk_crc(file, libdeflate_crc32(0, name, sizeof name), c->data, c->length);
    return *stored == *computed;
}

png2bmp_status chunk_check_crc(const png_file *file, const chunk *c)
{
    uint32_t stored, computed;

    if (chunk_crc_is_right(file, c, &stored, &computed))
        return PNG2BMP_OK;
    if (cancel_status(file->cancel))
        return PNG2BMP_ERR_CANCELLED;
    return report_error(file->report, PNG2BMP_ERR_CRC, CHUNK_CRC_MESSAGE, c->name, c->offset,
                        (unsigned)stored, (unsigned)computed);
}

png2bmp_status chunk_check_ancillary_crc(const png_file *file, const chunk *c, bool *dropped)
{
    uint32_t stored, computed;

    *dropped = !chunk_crc_is_right(file, c, &stored, &computed);
    if (!*dropped)
        return PNG2BMP_OK;
    if (cancel_status(file->cancel))
        return PNG2BMP_ERR_CANCELLED;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_ANCILLARY_CRC, CHUNK_CRC_MESSAGE,
                          c->name, c->offset, (unsigned)stored, (unsigned)computed);
}

png2bmp_status chunk_report_unknown(const png_file *file, const chunk *c)
{
    return report_error(file->report, PNG2BMP_ERR_UNKNOWN_CHUNK,
                        "%s at byte %zu: unknown critical chunk", c->name, c->offset);
}
