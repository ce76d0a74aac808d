/* Section numbers are those of the PNG specification, third edition. */
#include "header_chunks.h"

#include <string.h>

#include "about.h"

void header_clear(png2bmp_png_info *info)
{
    memset(info, 0, sizeof *info);
    for (unsigned i = 0; i < 256; i++)
        info->palette[i][3] = 255;
}

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

/* Of chunks that the conversion uses, the CRC is compared first. */
static png2bmp_status read_about(const png_file *file, const chunk *c, png2bmp_png_about *about)
{
    bool           dropped = false;
    png2bmp_status status = PNG2BMP_OK;

    if ((file->converts_colors && about_is_color(c->type)) ||
        (file->uses_exif && about_is_exif(c->type)))
        status = chunk_check_ancillary_crc(file, c, &dropped);
    if (!status && !dropped && c->data) /* else it was read before it passed */
        about_read(c, about);
    if (dropped && about_is_exif(c->type)) /* a long one was read before it passed */
        about->orientation = 0;
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

bool header_uses(uint32_t type)
{
    return chunk_is_known_critical(type) || type == TRNS || type == PHYS;
}

png2bmp_status header_read(const png_file *file, const chunk *c, png2bmp_png_info *info,
                           png2bmp_png_about *about, seen_chunks *seen)
{
    return seen->ihdr ? read_early_chunk(file, c, info, about, seen)
                      : read_first_chunk(file, c, info, seen);
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

size_t header_bytes_needed(const chunk *c)
{
    return is_read_whole(c) ? CHUNK_OVERHEAD + (size_t)c->length : 8 + (size_t)about_needs(c);
}
