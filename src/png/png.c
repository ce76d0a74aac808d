/* Chunks before the pixels: one after another. */
#include "png.h"

#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "header_chunks.h"
#include "mend.h"
#include "signature.h"

/* With `salvage`: the warnings about a chunk. The CRCs of all are compared here, since run does not
 * find the chunks that were mended. */
static png2bmp_status check_salvaged(const png_file *file, const chunk *c, mending mended)
{
    bool dropped;

    if (mended != MEND_NOTHING)
        return mend_report(file, c, mended);
    return header_uses(c->type) ? PNG2BMP_OK : chunk_check_ancillary_crc(file, c, &dropped);
}

/* What mend_read returns that is not about the chunk. */
static bool is_final(png2bmp_status status)
{
    return status == STATUS_WAITING || status == PNG2BMP_ERR_CANCELLED;
}

/* The error of a chunk that could not be read. */
static png2bmp_status report_unreadable(const png_file *file, size_t offset)
{
    chunk                c;
    const png2bmp_status status = chunk_read(file, offset, &c);

    /* OK: the bytes have changed */
    return status && status != PNG2BMP_ERR_TRUNCATED ? status
                                                     : chunk_report_truncated(file, offset);
}

/* ---- The header, chunk by chunk ---------------------------------------------- */

void png_header_open(png_header_reader *reader, const png_file *file, png2bmp_png_info *info,
                     png2bmp_png_about *about)
{
    *reader = (png_header_reader){.file = file, .info = info, .about = about};
    reader->walk.position = SIGNATURE_LENGTH;
    reader->mender = mend_open(file);
    header_clear(info);
    *about = (png2bmp_png_about){.gamma = 0};
}

size_t png_header_position(const png_header_reader *reader)
{
    return reader->is_png ? reader->walk.position : 0;
}

static png2bmp_status read_signature(png_header_reader *reader)
{
    const png_file *file = reader->file;

    if (reader->is_png)
        return PNG2BMP_OK;
    if (file->is_open && !signature_is_decided(file->bytes, file->size))
        return STATUS_WAITING;
    reader->is_png = true;
    return signature_check(file->bytes, file->size, file->report);
}

/* Whether its data is kept: the first profile, if it is used. */
static bool is_kept(const png_header_reader *reader, const chunk *c)
{
    const size_t first = reader->about->icc_at;

    return c->type == ICCP && reader->profile_most > 0 && reader->seen.ihdr &&
           (first == 0 || first == c->offset);
}

/* How many bytes of its data. */
static size_t kept_bytes(const png_header_reader *reader, const chunk *c)
{
    return smaller(c->length, reader->profile_most);
}

/* Before any of them is. */
static png2bmp_status check_kept(const png_header_reader *reader, const chunk *c)
{
    const size_t bytes = kept_bytes(reader, c);

    if (bytes <= reader->max_memory)
        return PNG2BMP_OK;
    return report_error(reader->file->report, PNG2BMP_ERR_MEMORY_LIMIT,
                        "to keep the ICC profile needs %zu bytes; maxMemory allows %llu", bytes,
                        (unsigned long long)reader->max_memory);
}

/* A chunk that cannot be seen as a whole, or is kept: everything else that is needed of it is read
 * now. */
static png2bmp_status begin_to_pass(png_header_reader *reader, const chunk *c)
{
    if (file_left(reader->file, c->offset) < header_bytes_needed(c))
        return STATUS_WAITING;
    if (reader->seen.ihdr)
        about_read(c, reader->about);
    walk_pass(&reader->walk, c);
    return is_kept(reader, c) ? check_kept(reader, c) : PNG2BMP_OK;
}

/* Of a chunk that is kept: the next bytes of its data, or of its CRC, which is not kept. */
static png2bmp_status keep(png_header_reader *reader, const uint8_t *bytes, size_t size)
{
    fed_chunks *const fed = reader->file->fed;
    const size_t      most = kept_bytes(reader, &reader->walk.current);
    const size_t      fresh = smaller(size, most - fed->kept);

    if (fed->kept + fresh > fed->kept_room) {
        const size_t   room = smaller(most, 2 * (fed->kept + fresh));
        uint8_t *const more = realloc(fed->kept_data, room);

        if (!more)
            return report_plain_error(reader->file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
        fed->kept_data = more;
        fed->kept_room = room;
    }
    if (fresh > 0)
        memcpy(fed->kept_data + fed->kept, bytes, fresh);
    fed->kept += fresh;
    return PNG2BMP_OK;
}

void png_header_close(fed_chunks *fed)
{
    free(fed->kept_data);
}

/* Of a file that is fed: what run would read again of a chunk that is gone by then. */
static void note_chunk(const png_file *file, const chunk *c)
{
    fed_chunks *const fed = file->fed;
    chunk             noted = *c;

    noted.is_summed = true;
    if (!fed->damaged.type && !header_uses(c->type) &&
        !chunk_crc_is_right(file, c, &noted.stored, &noted.computed))
        fed->damaged = noted;
}

/* *c: the chunk, when it has passed. */
static png2bmp_status pass_chunk(png_header_reader *reader, chunk *c)
{
    const png_file *file = reader->file;
    chunk_walk     *walk = &reader->walk;
    const size_t    before = walk->position;
    png2bmp_status  status = walk_on(walk, file);
    const bool      kept = is_kept(reader, &walk->current);

    *c = walk->current;
    if (status == PNG2BMP_ERR_TRUNCATED)
        return chunk_report_truncated(file, c->offset);
    if (kept && keep(reader, file_at(file, before), walk->position - before))
        return PNG2BMP_ERR_OUT_OF_MEMORY;
    if (kept && !status) {
        file->fed->profile = *c;
        file->fed->profile.data = file->fed->kept_data;
    }
    return status;
}

/* The chunk at the position of the walk: a whole one, or an IDAT whose data has to be read. */
static png2bmp_status next_chunk(png_header_reader *reader, chunk *c, mending *mended)
{
    const png_file *file = reader->file;
    const size_t    offset = reader->walk.position;
    png2bmp_status  status;

    *mended = MEND_NOTHING;
    if (!reader->walk.passes) {
        status = mend_read(&reader->mender, offset, c, mended);
        if (status == PNG2BMP_ERR_TRUNCATED && reader->seen.ihdr && chunk_begins_idat(file, offset))
            c->type = IDAT; /* the facts are complete; run reports where the data ends */
        else if (status)
            return is_final(status) ? status : report_unreadable(file, offset);
        if (c->type == IDAT && reader->seen.ihdr)
            return PNG2BMP_OK;
        if (chunk_is_visible(file, c) && !is_kept(reader, c)) {
            reader->walk.position = chunk_end(c);
            return PNG2BMP_OK;
        }
        status = begin_to_pass(reader, c);
        if (status)
            return status;
    }
    return pass_chunk(reader, c);
}

static png2bmp_status finish_header(const png_header_reader *reader, size_t first_idat)
{
    const png_file   *file = reader->file;
    png2bmp_png_info *info = reader->info;

    if (info->color_type == PNG2BMP_PALETTE && !reader->seen.plte)
        return report_error(file->report, PNG2BMP_ERR_PALETTE,
                            "a palette image has no PLTE before its IDAT at byte %zu", first_idat);
    if (info->color_type == PNG2BMP_GRAY_ALPHA || info->color_type == PNG2BMP_RGB_ALPHA)
        info->has_alpha = true;
    return PNG2BMP_OK;
}

png2bmp_status png_header_read(png_header_reader *reader, size_t *first_idat)
{
    const png_file *file = reader->file;
    png2bmp_status  status = read_signature(reader);

    while (!status) {
        mending mended;
        chunk   c;

        status = next_chunk(reader, &c, &mended);
        if (!status && file->salvage)
            status = check_salvaged(file, &c, mended);
        if (status || mended == MEND_SKIPPED)
            continue;
        if (c.type == IDAT && reader->seen.ihdr) {
            *first_idat = c.offset;
            return finish_header(reader, c.offset);
        }
        status = header_read(file, &c, reader->info, reader->about, &reader->seen);
        if (!status && file->fed)
            note_chunk(file, &c);
    }
    return status;
}

png2bmp_status png_parse_info(const png_file *file, png2bmp_png_info *info,
                              png2bmp_png_about *about, size_t *first_idat)
{
    png_header_reader reader;

    png_header_open(&reader, file, info, about);
    return png_header_read(&reader, first_idat);
}

png2bmp_status png_check_unused_chunks(const png_file *file, size_t first_idat)
{
    chunk c;
    bool  dropped;

    if (file->ignore_checksums || file->salvage)
        return PNG2BMP_OK;
    if (file->fed)
        return file->fed->damaged.type
                   ? chunk_check_ancillary_crc(file, &file->fed->damaged, &dropped)
                   : PNG2BMP_OK;
    for (size_t offset = SIGNATURE_LENGTH; offset < first_idat; offset = chunk_end(&c)) {
        png2bmp_status status = chunk_read(file, offset, &c);

        if (status == PNG2BMP_ERR_TRUNCATED) /* the bytes have changed since the plan */
            return chunk_report_truncated(file, offset);
        if (!status && !header_uses(c.type))
            status = chunk_check_ancillary_crc(file, &c, &dropped);
        if (status)
            return status;
    }
    return PNG2BMP_OK;
}
