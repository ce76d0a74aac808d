/* Section numbers are those of the PNG specification, third edition. */
#include "about.h"

/* A name and the zero after it; and the part of eXIf in which its first directory is looked for,
 * which is at its front: no more of a file that is fed is held. In a JPEG it is never longer. */
#define MOST_NAME 80
#define MOST_EXIF 65536

enum {
    GAMA = CHUNK_TYPE('g', 'A', 'M', 'A'),
    SRGB = CHUNK_TYPE('s', 'R', 'G', 'B'),
    CHRM = CHUNK_TYPE('c', 'H', 'R', 'M'),
    CICP = CHUNK_TYPE('c', 'I', 'C', 'P'),
    EXIF = CHUNK_TYPE('e', 'X', 'I', 'f'),
    ACTL = CHUNK_TYPE('a', 'c', 'T', 'L')
};

/* Section 11.3.2.3: a name of 1 to 79 bytes, then a zero. */
static void read_profile_name(const chunk *c, png2bmp_png_about *about)
{
    const size_t most = smaller(c->length, MOST_NAME);

    for (size_t i = 1; i < most; i++) {
        if (c->data[i] != 0)
            continue;
        about->icc_name_at = c->offset + 8;
        about->icc_name_length = (uint32_t)i;
        memcpy(about->icc_name, c->data, i);
        return;
    }
}

/* A TIFF number, in either byte order. */
static uint32_t tiff_number(const uint8_t *p, unsigned bytes, bool little)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v = v << 8 | p[little ? bytes - 1 - i : i];
    return v;
}

/* The orientation (tag 0x0112) in the first Exif directory: TIFF 6.0, section 2. */
static uint8_t read_orientation(const uint8_t *exif, size_t size)
{
    const bool little = size >= 8 && exif[0] == 'I';
    uint32_t   at, entries;

    if (size < 8 || (exif[0] != 'I' && exif[0] != 'M') || exif[1] != exif[0])
        return 0;
    at = tiff_number(exif + 4, 4, little);
    if (at > size - 2)
        return 0;
    entries = tiff_number(exif + at, 2, little);
    at += 2;
    for (; entries > 0 && size - at >= 12; entries--, at += 12) {
        if (tiff_number(exif + at, 2, little) == 0x0112) {
            const uint32_t value = tiff_number(exif + at + 8, 2, little);

            return value <= 8 ? (uint8_t)value : 0;
        }
    }
    return 0;
}

static void read_cicp(const uint8_t *data, png2bmp_png_about *about)
{
    about->has_cicp = true;
    about->cicp_primaries = data[0];
    about->cicp_transfer = data[1];
    about->cicp_matrix = data[2];
    about->cicp_full_range = data[3];
    about->is_hdr = data[1] == TRANSFER_PQ || data[1] == TRANSFER_HLG;
}

/* Section 11.3.2.1 */
static void read_chrm(const uint8_t *data, png2bmp_png_about *about)
{
    about->has_chromaticities = true;
    for (size_t i = 0; i < 8; i++)
        about->chromaticities[i] = load_be32(data + 4 * i);
}

bool about_is_color(uint32_t type)
{
    return type == CICP || type == SRGB || type == GAMA || type == CHRM;
}

bool about_is_exif(uint32_t type)
{
    return type == EXIF;
}

uint32_t about_needs(const chunk *c)
{
    switch (c->type) {
    case GAMA:
    case CICP:
        return c->length == 4 ? 4 : 0;
    case CHRM:
        return c->length == 32 ? 32 : 0;
    case SRGB:
        return c->length == 1 ? 1 : 0;
    case ICCP:
        return (uint32_t)smaller(c->length, MOST_NAME);
    case EXIF:
        return (uint32_t)smaller(c->length, MOST_EXIF);
    case ACTL:
        return c->length == 8 ? 8 : 0;
    default:
        return 0;
    }
}

void about_read(const chunk *c, png2bmp_png_about *about)
{
    switch (c->type) {
    case GAMA:
        if (c->length == 4)
            about->gamma = load_be32(c->data);
        break;
    case CHRM:
        if (c->length == 32)
            read_chrm(c->data, about);
        break;
    case SRGB:
        about->is_srgb |= c->length == 1;
        break;
    case ICCP:
        if (about->icc_at == 0) {
            about->icc_at = c->offset;
            read_profile_name(c, about);
        }
        break;
    case CICP:
        if (c->length == 4)
            read_cicp(c->data, about);
        break;
    case EXIF:
        about->orientation = read_orientation(c->data, about_needs(c));
        break;
    case ACTL:
        if (c->length == 8)
            about->frames = load_be32(c->data);
        break;
    default:
        break;
    }
}
