/* Chunks before the pixels. Section numbers are those of the PNG specification, third edition. */
#include "png.h"

#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "base/report.h"
#include "chunk.h"
#include "mend.h"
#include "signature.h"

static bool depth_is_allowed(unsigned color_type, unsigned depth)
{
    switch (color_type) { /* table 11.1 */
    case PNG2BMP_GRAY:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case PNG2BMP_PALETTE:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case PNG2BMP_RGB:
    case PNG2BMP_GRAY_ALPHA:
    case PNG2BMP_RGB_ALPHA:
        return depth == 8 || depth == 16;
    default:
        return false;
    }
}

/* Section 11.2.1 */
static png2bmp_status read_ihdr(const png_file *file, const chunk *c, png2bmp_png_info *info)
{
    png2bmp_report *report = file->report;
    png2bmp_status  status;
    uint8_t         ihdr[13];

    if (c->type != IHDR)
        return report_error(report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu is out of place: before IHDR", c->name, c->offset);
    if (c->length != sizeof ihdr)
        return report_error(report, PNG2BMP_ERR_HEADER, "IHDR has %u bytes, not 13",
                            (unsigned)c->length);
    status = chunk_check_crc(file, c);
    if (status)
        return status;
    memcpy(ihdr, c->data, sizeof ihdr);
    info->width = load_be32(ihdr);
    info->height = load_be32(ihdr + 4);
    info->bit_depth = ihdr[8];
    info->color_type = (png2bmp_color_type)ihdr[9];
    info->interlaced = ihdr[12] == 1;
    if (info->width - 1 >= PNG_MAX_NUMBER || info->height - 1 >= PNG_MAX_NUMBER)
        return report_error(report, PNG2BMP_ERR_HEADER,
                            "the image is %u x %u: each side must be 1 to 2147483647",
                            (unsigned)info->width, (unsigned)info->height);
    if (!depth_is_allowed(ihdr[9], ihdr[8]))
        return report_error(report, PNG2BMP_ERR_HEADER,
                            "PNG has no colour type %u with bit depth %u", ihdr[9], ihdr[8]);
    if (ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] > 1)
        return report_error(report, PNG2BMP_ERR_HEADER,
                            "compression %u, filter %u, interlace %u: must be 0, 0, and 0 or 1",
                            ihdr[10], ihdr[11], ihdr[12]);
    return PNG2BMP_OK;
}

/* Section 11.2.2. RGB images may have a palette as a suggestion, gray ones may not; neither changes
 * a pixel, so there only its CRC is checked. */
static png2bmp_status read_plte(const png_file *file, const chunk *c, png2bmp_png_info *info)
{
    const unsigned max_entries = 1u << (info->bit_depth > 8 ? 8 : info->bit_depth);
    png2bmp_status status = chunk_check_crc(file, c);
    unsigned       entries;

    if (status || info->color_type != PNG2BMP_PALETTE)
        return status;
    if (c->length == 0 || c->length > 768 || c->length % 3)
        return report_error(file->report, PNG2BMP_ERR_PALETTE,
                            "PLTE at byte %zu has %u bytes: must be a multiple of 3, up to 768",
                            c->offset, (unsigned)c->length);
    entries = c->length / 3;
    info->palette_entries = entries < max_entries ? entries : max_entries;
    for (unsigned i = 0; i < info->palette_entries; i++)
        memcpy(info->palette[i], c->data + 3 * i, 3);
    return PNG2BMP_OK;
}

/* If there is a PLTE, tRNS must come after it (section 5.6), even in an RGB image, where the
 * palette is only a suggestion. */
static png2bmp_status forget_early_key(const png_file *file, const chunk *plte,
                                       png2bmp_png_info *info)
{
    if (info->color_type != PNG2BMP_RGB || !info->has_key)
        return PNG2BMP_OK;
    info->has_key = false;
    info->has_alpha = false;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_TRANSPARENCY,
                          "tRNS is ignored: it comes before PLTE at byte %zu", plte->offset);
}

/* Section 11.3.1.1 */
static const char *trns_defect(const chunk *c, const png2bmp_png_info *info, bool second)
{
    if (second)
        return "it is not the first";
    switch (info->color_type) {
    case PNG2BMP_GRAY:
        return c->length == 2 ? NULL : "a gray image needs 2 bytes";
    case PNG2BMP_RGB:
        return c->length == 6 ? NULL : "an RGB image needs 6 bytes";
    case PNG2BMP_PALETTE:
        if (info->palette_entries == 0)
            return "it comes before PLTE";
        if (c->length == 0)
            return "it is empty";
        return c->length <= info->palette_entries ? NULL : "it has more entries than PLTE";
    default:
        return "the image has an alpha channel";
    }
}

static void read_key(const chunk *c, png2bmp_png_info *info)
{
    const unsigned mask = (1u << info->bit_depth) - 1;

    for (unsigned i = 0; i < 3; i++) {
        const size_t sample = info->color_type == PNG2BMP_RGB ? i : 0;

        info->key[i] = (uint16_t)(load_be16(c->data + 2 * sample) & mask);
    }
    info->has_key = true;
    info->has_alpha = true;
}

static void read_palette_alpha(const chunk *c, png2bmp_png_info *info)
{
    for (unsigned i = 0; i < c->length; i++) {
        const uint8_t alpha = c->data[i];

        info->palette[i][3] = alpha;
        if (alpha != 255)
            info->has_alpha = true;
    }
}

static png2bmp_status read_trns(const png_file *file, const chunk *c, png2bmp_png_info *info,
                                bool second)
{
    const char    *defect = trns_defect(c, info, second);
    png2bmp_status status = chunk_check_crc(file, c);

    if (status)
        return status;
    if (defect)
        return report_warning(file->report, file->strict, PNG2BMP_ERR_TRANSPARENCY,
                              "tRNS at byte %zu is ignored: %s", c->offset, defect);
    if (info->color_type == PNG2BMP_PALETTE)
        read_palette_alpha(c, info);
    else
        read_key(c, info);
    return PNG2BMP_OK;
}

/* Section 11.3.4.3. A unit other than metres, or a value that a BMP's signed field cannot hold, is
 * treated as absent. */
static png2bmp_status read_phys(const png_file *file, const chunk *c, png2bmp_png_info *info)
{
    bool           dropped;
    png2bmp_status status = chunk_check_ancillary_crc(file, c, &dropped);
    uint32_t       x, y;

    if (status || dropped || c->length != 9 || c->data[8] != 1)
        return status;
    x = load_be32(c->data);
    y = load_be32(c->data + 4);
    info->x_pixels_per_meter = x <= PNG_MAX_NUMBER ? x : 0;
    info->y_pixels_per_meter = y <= PNG_MAX_NUMBER ? y : 0;
    return PNG2BMP_OK;
}

static void clear_info(png2bmp_png_info *info)
{
    memset(info, 0, sizeof *info);
    for (unsigned i = 0; i < 256; i++)
        info->palette[i][3] = 255;
}

/* IHDR, or Apple's chunk before it. */
static png2bmp_status read_first_chunk(const png_file *file, const chunk *c, png2bmp_png_info *info,
                                       seen_chunks *seen)
{
    if (c->type == CGBI && !info->is_cgbi) {
        info->is_cgbi = true;
        return report_warning(file->report, file->strict, PNG2BMP_ERR_CGBI,
                              "CgBI at byte %zu: this is Apple's variant of PNG for iOS",
                              c->offset);
    }
    seen->ihdr = true;
    return read_ihdr(file, c, info);
}

/* The bytes of a name will have passed. */
static void keep_name(const png_file *file, const chunk *c, const png2bmp_png_about *about)
{
    if (file->fed && c->type == ICCP && about->icc_at == c->offset && about->icc_name_length > 0)
        memcpy(file->fed->profile_name, c->data, about->icc_name_length);
}

/* Of chunks that the conversion uses, the CRC is compared first. */
static png2bmp_status read_about(const png_file *file, const chunk *c, png2bmp_png_about *about)
{
    bool           dropped = false;
    png2bmp_status status = PNG2BMP_OK;

    if (file->converts_colors && about_is_color(c->type))
        status = chunk_check_ancillary_crc(file, c, &dropped);
    if (!status && !dropped && c->data) { /* else it was read before it passed */
        about_read(c, about);
        keep_name(file, c, about);
    }
    return status;
}

static png2bmp_status read_early_chunk(const png_file *file, const chunk *c, png2bmp_png_info *info,
                                       png2bmp_png_about *about, seen_chunks *seen)
{
    png2bmp_status status;

    switch (c->type) {
    case IHDR:
        return report_error(file->report, PNG2BMP_ERR_CHUNK, "a second IHDR at byte %zu",
                            c->offset);
    case PLTE:
        if (seen->plte)
            return report_error(file->report, PNG2BMP_ERR_CHUNK, "a second PLTE at byte %zu",
                                c->offset);
        seen->plte = true;
        status = read_plte(file, c, info);
        return status ? status : forget_early_key(file, c, info);
    case IEND:
        return report_error(file->report, PNG2BMP_ERR_TRUNCATED,
                            "there is no IDAT chunk before IEND at byte %zu", c->offset);
    case TRNS:
        status = read_trns(file, c, info, seen->trns);
        seen->trns = true;
        return status;
    case PHYS:
        if (seen->phys)
            return PNG2BMP_OK;
        seen->phys = true;
        return read_phys(file, c, info);
    default:
        if (chunk_is_critical(c->type))
            return chunk_report_unknown(file, c);
        return read_about(file, c, about);
    }
}

/* Whether the plan compares its CRC. */
static bool is_used(uint32_t type)
{
    return chunk_is_known_critical(type) || type == TRNS || type == PHYS;
}

/* With `salvage`: the warnings about a chunk. The CRCs of all are compared here, since run does not
 * find the chunks that were mended. */
static png2bmp_status check_salvaged(const png_file *file, const chunk *c, mending mended)
{
    bool dropped;

    if (mended != MEND_NOTHING)
        return mend_report(file, c, mended);
    return is_used(c->type) ? PNG2BMP_OK : chunk_check_ancillary_crc(file, c, &dropped);
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
    clear_info(info);
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

/* Whether the data of a chunk is needed in one piece: it is small. Longer ones of these types are
 * invalid or have no meaning, so that they may pass. */
static bool is_read_whole(const chunk *c)
{
    switch (c->type) {
    case IHDR:
        return c->length <= 13;
    case PLTE:
        return c->length <= 768;
    case TRNS:
        return c->length <= 256;
    case PHYS:
        return c->length <= 9;
    default:
        return about_needs(c) == c->length;
    }
}

static size_t bytes_needed(const chunk *c)
{
    return is_read_whole(c) ? CHUNK_OVERHEAD + (size_t)c->length : 8 + (size_t)about_needs(c);
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
    if (file_left(reader->file, c->offset) < bytes_needed(c))
        return STATUS_WAITING;
    if (reader->seen.ihdr) {
        about_read(c, reader->about);
        keep_name(reader->file, c, reader->about);
    }
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
    if (!fed->damaged.type && !is_used(c->type) &&
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

static png2bmp_status use_chunk(png_header_reader *reader, const chunk *c)
{
    if (!reader->seen.ihdr)
        return read_first_chunk(reader->file, c, reader->info, &reader->seen);
    return read_early_chunk(reader->file, c, reader->info, reader->about, &reader->seen);
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
        status = use_chunk(reader, &c);
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
        if (!status && !is_used(c.type))
            status = chunk_check_ancillary_crc(file, &c, &dropped);
        if (status)
            return status;
    }
    return PNG2BMP_OK;
}
