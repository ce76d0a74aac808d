#include "mend.h"

#include <libdeflate.h>

#include "base/report.h"

/* How often the bytes of the file may be looked at, on average: once in their order, more often
 * where a chunk is damaged. */
#define PASSES 8

/* How often a search asks whether the conversion was cancelled. */
#define SEARCH_PIECE 65536u

mender mend_open(const png_file *file)
{
    return (mender){.file = file, .budget = ((uint64_t)file->size + SEARCH_PIECE) * PASSES};
}

/* Whether `bytes` more may be looked at. If not, nothing more is mended. */
static bool spend(mender *m, uint64_t bytes)
{
    const bool enough = m->budget >= bytes;

    m->budget = enough ? m->budget - bytes : 0;
    return enough;
}

/* Whether the chunk has the CRC that is stored after it, if it is of this type. */
static bool has_right_crc(mender *m, const chunk *c, uint32_t type)
{
    const uint8_t *stored = c->data + c->length;
    uint8_t        name[4];

    if (!spend(m, c->length))
        return false;
    store_be32(name, type);
    return chunk_crc(m->file, libdeflate_crc32(0, name, sizeof name), c->data, c->length) ==
           load_be32(stored);
}

static bool is_plausible(mender *m, size_t offset)
{
    chunk c;

    return !chunk_read_quietly(m->file, offset, &c) && has_right_crc(m, &c, c.type);
}

/* Four letters, of which the third is a capital one: section 5.4. */
static bool looks_like_type(const uint8_t *type)
{
    return chunk_is_letter(type[0]) && chunk_is_letter(type[1]) && type[2] >= 'A' &&
           type[2] <= 'Z' && chunk_is_letter(type[3]);
}

/* The offset of the next plausible chunk before `end`; 0: there is none. */
static size_t find_chunk_before(mender *m, size_t from, size_t end)
{
    for (size_t at = from; at < end; at++) {
        if (looks_like_type(m->file->bytes + at + 4) && is_plausible(m, at))
            return at;
    }
    return 0;
}

/* The offset of the next plausible chunk, as far away as a chunk may be long; 0: there is none. */
static size_t find_chunk(mender *m, size_t from)
{
    const size_t size = from + smaller(m->file->size - from, PNG_MAX_NUMBER);
    size_t       found = 0;

    while (!found && from + CHUNK_OVERHEAD <= size && !cancel_ask(m->file->cancel) &&
           spend(m, SEARCH_PIECE)) {
        const size_t piece = smaller(size - CHUNK_OVERHEAD + 1 - from, SEARCH_PIECE);

        found = find_chunk_before(m, from, from + piece);
        from += piece;
    }
    return found;
}

/* Whether a chunk may end at `offset`: at the end of the file, before a plausible chunk, or before
 * an IDAT, whose data may be damaged as well. */
static bool is_end(mender *m, size_t offset)
{
    return offset == m->file->size || chunk_begins_idat(m->file, offset) || is_plausible(m, offset);
}

/* Where the chunk really ends; 0: unknown. has_room: the file is as long as its length says. */
static size_t true_end(mender *m, const chunk *c, bool has_room)
{
    if (has_room && is_end(m, chunk_end(c)))
        return chunk_end(c);
    return find_chunk(m, c->offset + CHUNK_OVERHEAD);
}

/* The type with which the CRC of the chunk is right, of those that matter; 0: none. */
static uint32_t true_type(mender *m, const chunk *c)
{
    static const struct {
        uint32_t type, longest;
    } types[] = {{IDAT, PNG_MAX_NUMBER}, {IHDR, 13}, {PLTE, 768}, {TRNS, 256}, {PHYS, 9}};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (c->length <= types[i].longest && has_right_crc(m, c, types[i].type))
            return types[i].type;
    }
    return 0;
}

static void set_type(chunk *c, uint32_t type)
{
    c->type = type;
    for (unsigned i = 0; i < 4; i++)
        c->name[i] = (char)(type >> (24 - 8 * i) & 0xff);
    c->name[4] = 0;
}

/* The chunk in the place of a damaged one, which was read with `status`. */
static png2bmp_status mend(mender *m, png2bmp_status status, chunk *c, mending *what)
{
    const bool   has_room = c->length <= m->file->size - c->offset - CHUNK_OVERHEAD;
    const size_t end = true_end(m, c, has_room);
    chunk        mended = *c;

    if (end == 0)
        return status;
    mended.length = (uint32_t)(end - c->offset - CHUNK_OVERHEAD);
    set_type(&mended, true_type(m, &mended));
    *what = mended.type ? MEND_REPAIRED : MEND_SKIPPED;
    /* Data that is damaged may still hold rows; and a chunk whose header is right is no mystery. */
    if (*what == MEND_SKIPPED && (c->type == IDAT || (!status && chunk_end(c) == end &&
                                                      !chunk_is_unknown_critical(c->type))))
        *what = MEND_NOTHING;
    if (*what == MEND_NOTHING)
        return status;
    *c = mended;
    return PNG2BMP_OK;
}

png2bmp_status mend_read(mender *m, size_t offset, chunk *c, mending *what)
{
    const png_file *file = m->file;
    png2bmp_status  status = chunk_read_quietly(file, offset, c);

    *what = MEND_NOTHING;
    if (!file->salvage || m->budget == 0 || file->size - offset < CHUNK_OVERHEAD)
        return status;
    if (!status && (file->ignore_checksums || has_right_crc(m, c, c->type)))
        return PNG2BMP_OK;
    status = mend(m, status, c, what);
    return cancel_status(file->cancel) ? PNG2BMP_ERR_CANCELLED : status;
}

png2bmp_status mend_report(const png_file *file, const chunk *c, mending what)
{
    return what == MEND_REPAIRED
               ? report_warning(file->report, file->strict, PNG2BMP_ERR_DAMAGED_CHUNK,
                                "the length or type of the chunk at byte %zu is damaged: by its "
                                "CRC it is %s of %u bytes",
                                c->offset, c->name, (unsigned)c->length)
               : report_warning(file->report, file->strict, PNG2BMP_ERR_DAMAGED_CHUNK,
                                "the length or type of the chunk at byte %zu is damaged: it is "
                                "skipped, up to byte %zu",
                                c->offset, chunk_end(c));
}
