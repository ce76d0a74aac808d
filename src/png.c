/* Section numbers are those of the PNG specification, third edition. */
#include "png.h"

#include <libdeflate.h>
#include <string.h>

#include "report.h"
#include "signature.h"

#define CHUNK_OVERHEAD 12 /* length, type, CRC: section 5.3 */
#define MAX_LENGTH 0x7fffffffu

/* CRCs are computed on pieces that stay in the cache for the inflater. */
#define IDAT_PIECE 65536u

/* The chunk types this file knows by name, as big-endian numbers. */
#define TYPE(a, b, c, d)                                                                           \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
enum {
    IHDR = TYPE('I', 'H', 'D', 'R'),
    PLTE = TYPE('P', 'L', 'T', 'E'),
    IDAT = TYPE('I', 'D', 'A', 'T'),
    IEND = TYPE('I', 'E', 'N', 'D'),
    CGBI = TYPE('C', 'g', 'B', 'I'),
    TRNS = TYPE('t', 'R', 'N', 'S'),
    PHYS = TYPE('p', 'H', 'Y', 's')
};

/* A chunk whose header was read once, and whose bytes all lie in the file. */
typedef struct chunk {
    size_t         offset; /* of the length field */
    uint32_t       type;
    uint32_t       length;
    const uint8_t *data;
    char           name[5];
} chunk;

static uint32_t load32(const uint8_t *p)
{
    return TYPE(p[0], p[1], p[2], p[3]);
}

static unsigned load16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

png_file png_file_of(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                     png2bmp_report *report)
{
    return (png_file){.bytes = bytes,
                      .size = size,
                      .strict = options->strict,
                      .ignore_checksums = options->ignore_checksums,
                      .report = report};
}

/* ---- Chunks -------------------------------------------------------------- */

static bool is_letter(uint32_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Bit 5 of the first letter: section 5.4. */
static bool is_critical(uint32_t type)
{
    return !(type >> 24 & 0x20);
}

static bool is_known_critical(uint32_t type)
{
    return type == IHDR || type == PLTE || type == IDAT || type == IEND;
}

/* Reads the header of the chunk at `offset`. PNG2BMP_ERR_TRUNCATED is returned
 * without a word: what it means depends on where the file ends. */
static png2bmp_status read_chunk(const png_file *file, size_t offset, chunk *c)
{
    const size_t left = file->size - offset;

    c->offset = offset;
    if (left < CHUNK_OVERHEAD)
        return PNG2BMP_ERR_TRUNCATED;
    c->length = load32(file->bytes + offset);
    c->type = load32(file->bytes + offset + 4);
    c->data = file->bytes + offset + 8;
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t letter = c->type >> (24 - 8 * i) & 0xff;

        if (!is_letter(letter))
            return report_error(file->report, PNG2BMP_ERR_CHUNK,
                                "invalid chunk type at byte %zu: %08x is not four letters",
                                offset + 4, (unsigned)c->type);
        c->name[i] = (char)letter;
    }
    c->name[4] = 0;
    if (c->length > MAX_LENGTH)
        return report_error(file->report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu: length %u is more than PNG allows", c->name, offset,
                            (unsigned)c->length);
    if (c->length > left - CHUNK_OVERHEAD)
        return PNG2BMP_ERR_TRUNCATED;
    return PNG2BMP_OK;
}

static size_t chunk_end(const chunk *c)
{
    return c->offset + CHUNK_OVERHEAD + c->length;
}

static png2bmp_status report_truncated(const png_file *file, size_t offset)
{
    return report_error(file->report, PNG2BMP_ERR_TRUNCATED,
                        "the file ends at byte %zu, inside the chunk that begins at byte %zu",
                        file->size, offset);
}

static bool crc_is_right(const png_file *file, const chunk *c, uint32_t *stored, uint32_t *computed)
{
    *stored = *computed = 0;
    if (file->ignore_checksums)
        return true;
    *stored = load32(c->data + c->length);
    *computed = libdeflate_crc32(0, c->data - 4, (size_t)c->length + 4);
    return *stored == *computed;
}

#define CRC_MESSAGE "%s at byte %zu: CRC is %08x, computed %08x"

static png2bmp_status check_crc(const png_file *file, const chunk *c)
{
    uint32_t stored, computed;

    if (crc_is_right(file, c, &stored, &computed))
        return PNG2BMP_OK;
    return report_error(file->report, PNG2BMP_ERR_CRC, CRC_MESSAGE, c->name, c->offset,
                        (unsigned)stored, (unsigned)computed);
}

/* An ancillary chunk with a wrong CRC is dropped: *dropped. */
static png2bmp_status check_ancillary_crc(const png_file *file, const chunk *c, bool *dropped)
{
    uint32_t stored, computed;

    *dropped = !crc_is_right(file, c, &stored, &computed);
    if (!*dropped)
        return PNG2BMP_OK;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_ANCILLARY_CRC, CRC_MESSAGE,
                          c->name, c->offset, (unsigned)stored, (unsigned)computed);
}

static png2bmp_status report_unknown(const png_file *file, const chunk *c)
{
    if (c->type == CGBI)
        return report_error(file->report, PNG2BMP_ERR_UNKNOWN_CHUNK,
                            "CgBI at byte %zu: this is Apple's variant of PNG for iOS; convert it "
                            "to PNG first (pngcrush -revert-iphone-optimizations)",
                            c->offset);
    return report_error(file->report, PNG2BMP_ERR_UNKNOWN_CHUNK,
                        "%s at byte %zu: unknown critical chunk", c->name, c->offset);
}

/* ---- Before the pixels ---------------------------------------------------- */

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

    if (c->type == CGBI) /* where Apple puts it */
        return report_unknown(file, c);
    if (c->type != IHDR)
        return report_error(report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu is out of place: before IHDR", c->name, c->offset);
    if (c->length != sizeof ihdr)
        return report_error(report, PNG2BMP_ERR_HEADER, "IHDR has %u bytes, not 13",
                            (unsigned)c->length);
    status = check_crc(file, c);
    if (status)
        return status;
    memcpy(ihdr, c->data, sizeof ihdr);
    info->width = load32(ihdr);
    info->height = load32(ihdr + 4);
    info->bit_depth = ihdr[8];
    info->color_type = (png2bmp_color_type)ihdr[9];
    info->interlaced = ihdr[12] == 1;
    if (info->width - 1 >= MAX_LENGTH || info->height - 1 >= MAX_LENGTH)
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

/* Section 11.2.2. Colour images may have a palette as a suggestion, gray ones may
 * not; neither changes a pixel, so there it is only looked at for its CRC. */
static png2bmp_status read_plte(const png_file *file, const chunk *c, png2bmp_png_info *info)
{
    const unsigned max_entries = 1u << (info->bit_depth > 8 ? 8 : info->bit_depth);
    png2bmp_status status = check_crc(file, c);
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

/* Where there is a PLTE, tRNS stands behind it (section 5.6): also in an RGB image,
 * where the palette is but a suggestion. */
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

        info->key[i] = (uint16_t)(load16(c->data + 2 * sample) & mask);
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
    png2bmp_status status = check_crc(file, c);

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

/* Section 11.3.4.3. A unit other than metres, or a value that a BMP's signed
 * field cannot hold, counts as not said. */
static png2bmp_status read_phys(const png_file *file, const chunk *c, png2bmp_png_info *info)
{
    bool           dropped;
    png2bmp_status status = check_ancillary_crc(file, c, &dropped);
    uint32_t       x, y;

    if (status || dropped || c->length != 9 || c->data[8] != 1)
        return status;
    x = load32(c->data);
    y = load32(c->data + 4);
    info->x_pixels_per_meter = x <= MAX_LENGTH ? x : 0;
    info->y_pixels_per_meter = y <= MAX_LENGTH ? y : 0;
    return PNG2BMP_OK;
}

static void clear_info(png2bmp_png_info *info)
{
    memset(info, 0, sizeof *info);
    for (unsigned i = 0; i < 256; i++)
        info->palette[i][3] = 255;
}

typedef struct seen_chunks {
    bool plte, trns, phys;
} seen_chunks;

static png2bmp_status read_early_chunk(const png_file *file, const chunk *c, png2bmp_png_info *info,
                                       seen_chunks *seen)
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
        return is_critical(c->type) ? report_unknown(file, c) : PNG2BMP_OK;
    }
}

png2bmp_status png_parse_info(const png_file *file, png2bmp_png_info *info, size_t *first_idat)
{
    png2bmp_status status = signature_check(file->bytes, file->size, file->report);
    seen_chunks    seen = {false, false, false};
    chunk          c;

    if (status)
        return status;
    clear_info(info);
    for (size_t offset = SIGNATURE_LENGTH;; offset = chunk_end(&c)) {
        status = read_chunk(file, offset, &c);
        if (status == PNG2BMP_ERR_TRUNCATED && offset > SIGNATURE_LENGTH &&
            file->size - offset >= 8 && load32(file->bytes + offset + 4) == IDAT)
            break; /* the facts are there; run says where the data ends */
        if (status == PNG2BMP_ERR_TRUNCATED)
            return report_truncated(file, offset);
        if (status)
            return status;
        if (offset == SIGNATURE_LENGTH)
            status = read_ihdr(file, &c, info);
        else if (c.type == IDAT)
            break;
        else
            status = read_early_chunk(file, &c, info, &seen);
        if (status)
            return status;
    }
    *first_idat = c.offset;
    if (info->color_type == PNG2BMP_PALETTE && !seen.plte)
        return report_error(file->report, PNG2BMP_ERR_PALETTE,
                            "a palette image has no PLTE before its IDAT at byte %zu", c.offset);
    if (info->color_type == PNG2BMP_GRAY_ALPHA || info->color_type == PNG2BMP_RGB_ALPHA)
        info->has_alpha = true;
    return PNG2BMP_OK;
}

/* Whether the plan compared its CRC. */
static bool is_used(uint32_t type)
{
    return is_known_critical(type) || type == TRNS || type == PHYS;
}

png2bmp_status png_check_unused_chunks(const png_file *file, size_t first_idat)
{
    chunk c;
    bool  dropped;

    if (file->ignore_checksums)
        return PNG2BMP_OK;
    for (size_t offset = SIGNATURE_LENGTH; offset < first_idat; offset = chunk_end(&c)) {
        png2bmp_status status = read_chunk(file, offset, &c);

        if (status == PNG2BMP_ERR_TRUNCATED) /* the bytes changed since the plan */
            return report_truncated(file, offset);
        if (!status && !is_used(c.type))
            status = check_ancillary_crc(file, &c, &dropped);
        if (status)
            return status;
    }
    return PNG2BMP_OK;
}

/* ---- The pixels' bytes ---------------------------------------------------- */

void idat_open(idat_reader *reader, const png_file *file, size_t first_idat)
{
    memset(reader, 0, sizeof *reader);
    reader->file = file;
    reader->position = first_idat;
}

static void idat_fail(idat_reader *reader, png2bmp_status status)
{
    reader->ended = true;
    reader->status = status;
}

/* Enters the chunk at reader->position, if it is an IDAT. */
static void enter_chunk(idat_reader *reader)
{
    const png_file      *file = reader->file;
    chunk                c;
    const png2bmp_status status = read_chunk(file, reader->position, &c);

    if (status == PNG2BMP_ERR_TRUNCATED) {
        const bool in_idat = file->size - reader->position >= 8 &&
                             load32(file->bytes + reader->position + 4) == IDAT;

        if (in_idat)
            idat_fail(reader, report_truncated(file, reader->position));
        else
            reader->ended = true;
    } else if (status) {
        idat_fail(reader, status);
    } else if (c.type != IDAT) {
        reader->ended = true;
    } else {
        reader->chunk = c.offset;
        reader->position += 8;
        reader->left = c.length;
        reader->crc = libdeflate_crc32(0, c.data - 4, 4);
        reader->in_chunk = true;
    }
}

/* At the end of a chunk's data: compares the CRC and steps over it. */
static void leave_chunk(idat_reader *reader)
{
    const uint32_t stored = load32(reader->file->bytes + reader->position);

    reader->in_chunk = false;
    if (!reader->file->ignore_checksums && stored != reader->crc)
        idat_fail(reader, report_error(reader->file->report, PNG2BMP_ERR_CRC, CRC_MESSAGE, "IDAT",
                                       reader->chunk, (unsigned)stored, (unsigned)reader->crc));
    else
        reader->position += 4;
}

void idat_next(idat_reader *reader, const uint8_t **bytes, size_t *size)
{
    *size = 0;
    *bytes = NULL;
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
    if (reader->in_chunk && !reader->file->ignore_checksums) {
        const uint8_t *bytes;
        size_t         size;

        while (reader->left > 0)
            idat_next(reader, &bytes, &size);
        leave_chunk(reader);
    }
    return reader->status;
}

/* ---- After the pixels ----------------------------------------------------- */

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
    if (!crc_is_right(file, c, &stored, &computed))
        return report_end(file, "IEND has a wrong CRC", c->offset);
    return PNG2BMP_OK;
}

static png2bmp_status read_late_chunk(const png_file *file, const chunk *c)
{
    bool dropped;

    switch (c->type) {
    case IEND:
        return read_iend(file, c);
    case IDAT:
        return report_error(file->report, PNG2BMP_ERR_CHUNK,
                            "IDAT at byte %zu is out of place: not right after the other IDATs",
                            c->offset);
    case IHDR:
    case PLTE:
        return report_error(file->report, PNG2BMP_ERR_CHUNK,
                            "%s at byte %zu is out of place: after IDAT", c->name, c->offset);
    case TRNS:
        return report_warning(file->report, file->strict, PNG2BMP_ERR_TRANSPARENCY,
                              "tRNS at byte %zu is ignored: it comes after IDAT", c->offset);
    default:
        if (is_critical(c->type))
            return report_unknown(file, c);
        return check_ancillary_crc(file, c, &dropped);
    }
}

png2bmp_status png_find_late_idat(const idat_reader *reader)
{
    const png_file *file = reader->file;
    chunk           c;

    for (size_t offset = reader->position;; offset = chunk_end(&c)) {
        const png2bmp_status status = read_chunk(file, offset, &c);

        if (status == PNG2BMP_ERR_TRUNCATED)
            return PNG2BMP_OK;
        if (status)
            return status;
        if (c.type == IDAT)
            return read_late_chunk(file, &c);
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

/* Bytes after IEND are nobody's business, unless they are another image: programs that
 * write PNGs one after the other into a pipe expect all of them to be read. */
static png2bmp_status check_what_follows(const png_file *file, size_t end)
{
    if (!signature_is_png(file->bytes + end, file->size - end))
        return PNG2BMP_OK;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_SECOND_IMAGE,
                          "another PNG begins at byte %zu: only the first is converted", end);
}

png2bmp_status png_parse_end(idat_reader *reader, bool *extra)
{
    const png_file *file = reader->file;
    png2bmp_status  status = drain_idats(reader, extra);
    chunk           c;

    if (status)
        return status;
    for (size_t offset = reader->position;; offset = chunk_end(&c)) {
        status = read_chunk(file, offset, &c);
        if (status == PNG2BMP_ERR_TRUNCATED)
            return report_end(file,
                              file->size == offset ? "IEND is missing: the file ends"
                                                   : "the file ends inside the chunk",
                              offset);
        if (!status)
            status = read_late_chunk(file, &c);
        if (status)
            return status;
        if (c.type == IEND)
            return check_what_follows(file, chunk_end(&c));
    }
}
