/* The structures are those of Microsoft's "Bitmap Storage": BITMAPFILEHEADER, then
 * BITMAPINFOHEADER (40 bytes), BITMAPV4HEADER (108) or BITMAPV5HEADER (124), then the palette. */
#include "bmp.h"

#include <string.h>

#include "base/bytes.h"
#include "colors.h"

#define FILE_HEADER 14
#define MASKS 12 /* red, green, blue: after a 40-byte header with BI_BITFIELDS */

#define BI_RGB 0
#define BI_BITFIELDS 3
#define LCS_SRGB 0x73524742u         /* 'sRGB' */
#define PROFILE_EMBEDDED 0x4d424544u /* 'MBED' */
#define LCS_GM_IMAGES 4u

/* ---- Sizes ---------------------------------------------------------------------- */

static const uint32_t header_sizes[] = {
    [PNG2BMP_HEADER_INFO] = 40, [PNG2BMP_HEADER_V4] = 108, [PNG2BMP_HEADER_V5] = 124};

_Static_assert(FILE_HEADER + 124 + 4 * 256 == BMP_MAX_HEADER, "the longest header");

static png2bmp_header header_of(const format_row *row, const png2bmp_options *options)
{
    if (options->header != PNG2BMP_HEADER_DEFAULT)
        return options->header;
    if (options->profile == PNG2BMP_PROFILE_EMBED)
        return PNG2BMP_HEADER_V5;
    return row->header == HEADER_ALPHA ? PNG2BMP_HEADER_V4 : PNG2BMP_HEADER_INFO;
}

static uint32_t file_header_bytes(const png2bmp_options *options)
{
    const bool is_dib = options->container == PNG2BMP_CONTAINER_DIB || !options->file_header;

    return is_dib ? 0 : FILE_HEADER;
}

static uint32_t header_bytes(const format_row *row, const png2bmp_options *options)
{
    const png2bmp_header header = header_of(row, options);
    const bool           has_masks = row->header == HEADER_MASKS && header == PNG2BMP_HEADER_INFO;

    return file_header_bytes(options) + header_sizes[header] + (has_masks ? MASKS : 0);
}

/* Nothing around the rows. */
static bool is_bare(const format_row *row, const png2bmp_options *options)
{
    return row->header == HEADER_NONE || options->container == PNG2BMP_CONTAINER_ROWS;
}

/* The multiple of bytes that a row has. */
static unsigned alignment_of(const format_row *row, const png2bmp_options *options)
{
    if (row->header == HEADER_NONE)
        return 1;
    return is_bare(row, options) ? options->row_align : 4;
}

png2bmp_bmp_info bmp_layout(png2bmp_format format, uint32_t width, uint32_t height,
                            unsigned index_bits, const png2bmp_options *options)
{
    const format_row *row = format_of(format);
    png2bmp_bmp_info  bmp = {
         .format = format, .bits_per_pixel = row->bits_per_pixel, .width = width, .height = height};
    uint64_t row_bytes;

    if (row->palette == PALETTE_OF_IMAGE)
        bmp.bits_per_pixel = (uint8_t)index_bits;
    /* Always of full length: UEFI firmware and other programs refuse shorter palettes. */
    if (row->palette != PALETTE_NONE)
        bmp.palette_entries = 1u << bmp.bits_per_pixel;
    if (!is_bare(row, options))
        bmp.header_length = header_bytes(row, options) + 4 * bmp.palette_entries;
    /* At most (2^31-1) * 32 bits a row and 2^31-1 rows: below 2^64. */
    row_bytes = ((uint64_t)width * bmp.bits_per_pixel + 7) / 8;
    bmp.stride = round_up(row_bytes, alignment_of(row, options));
    bmp.byte_length = bmp.header_length + bmp.stride * height;
    return bmp;
}

uint64_t bmp_row_bytes(const png2bmp_plan *plan, size_t width)
{
    return ((uint64_t)width * plan->bmp.bits_per_pixel + 7) / 8;
}

void bmp_clear_padding(const png2bmp_plan *plan, uint8_t *row)
{
    for (uint64_t i = bmp_row_bytes(plan, plan->bmp.width); i < plan->bmp.stride; i++)
        row[i] = 0;
}

/* ---- Bytes ---------------------------------------------------------------------- */

static uint8_t *put16(uint8_t *p, unsigned v)
{
    store_le16(p, (uint16_t)v);
    return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    store_le32(p, v);
    return p + 4;
}

static uint8_t *put_file_header(uint8_t *p, const png2bmp_bmp_info *bmp)
{
    *p++ = 'B';
    *p++ = 'M';
    p = put32(p, (uint32_t)bmp->byte_length);
    p = put32(p, 0); /* bfReserved1, bfReserved2 */
    return put32(p, bmp->header_length);
}

/* That of the options is what is written. */
static pixel_density density_of(const png2bmp_plan *plan)
{
    const png2bmp_options *options = &plan->options;

    if (options->x_pixels_per_meter || options->y_pixels_per_meter)
        return (pixel_density){options->x_pixels_per_meter, options->y_pixels_per_meter};
    return plan->density;
}

static uint8_t *put_info_header(uint8_t *p, const png2bmp_plan *plan, uint32_t size,
                                uint32_t compression)
{
    const png2bmp_bmp_info *bmp = &plan->bmp;
    const png2bmp_options  *options = &plan->options;
    const pixel_density     density = density_of(plan);

    p = put32(p, size);
    p = put32(p, bmp->width);
    p = put32(p, options->top_down ? 0u - bmp->height : bmp->height);
    p = put16(p, 1); /* biPlanes */
    p = put16(p, bmp->bits_per_pixel);
    p = put32(p, compression);
    p = put32(p, (uint32_t)(bmp->stride * bmp->height)); /* biSizeImage */
    p = put32(p, density.x);
    p = put32(p, density.y);
    p = put32(p, bmp->palette_entries); /* biClrUsed */
    return put32(p, 0);                 /* biClrImportant: all */
}

typedef struct color_masks {
    uint32_t red, green, blue, alpha;
} color_masks;

static color_masks masks_of(const format_row *row)
{
    const uint32_t green = row->levels[0] + 1u, red = green * (row->levels[1] + 1u);

    switch (row->header) {
    case HEADER_NONE:
    case HEADER_RGB: /* what they are follows from the bits */
        break;
    case HEADER_MASKS:
        return (color_masks){red * row->levels[2], green * row->levels[1], row->levels[0], 0};
    case HEADER_ALPHA:
        return (color_masks){0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000};
    }
    return (color_masks){0, 0, 0, 0};
}

static uint8_t *put_masks(uint8_t *p, color_masks masks)
{
    return put32(put32(put32(p, masks.red), masks.green), masks.blue);
}

/* The fields that V4 adds after the first 40 bytes. */
static uint8_t *put_v4_fields(uint8_t *p, color_masks masks, const png2bmp_bmp_info *bmp)
{
    p = put_masks(p, masks);
    p = put32(p, masks.alpha);
    p = put32(p, bmp->profile_length ? PROFILE_EMBEDDED : LCS_SRGB);
    memset(p, 0, 48); /* endpoints and gamma: used with neither */
    return p + 48;
}

/* The fields that V5 adds after V4: the rendering intent; where the profile is, counted from the
 * start of this header, and its length, or zeros. */
static uint8_t *put_v5_fields(uint8_t *p, const png2bmp_plan *plan)
{
    const png2bmp_bmp_info *bmp = &plan->bmp;
    const uint64_t at = bmp->byte_length - bmp->profile_length - file_header_bytes(&plan->options);

    p = put32(p, bmp->profile_length ? bmp->profile_intent : LCS_GM_IMAGES);
    p = put32(p, bmp->profile_length ? (uint32_t)at : 0);
    return put32(put32(p, bmp->profile_length), 0);
}

static void put_palette(uint8_t *p, const png2bmp_plan *plan)
{
    const pixel_way way = pixel_way_of(plan);
    uint8_t         palette[256][4];

    colors_palette(palette, plan, &way);
    for (uint32_t i = 0; i < plan->bmp.palette_entries; i++, p += 4) {
        memcpy(p, palette[i], 3);
        p[3] = 0; /* rgbReserved */
    }
}

void bmp_write_header(uint8_t *dst, const png2bmp_plan *plan)
{
    const format_row    *row = format_of(plan->bmp.format);
    const png2bmp_header header = header_of(row, &plan->options);
    const bool           is_long = header != PNG2BMP_HEADER_INFO;
    const bool has_masks = row->header == HEADER_MASKS || (row->header == HEADER_ALPHA && is_long);

    if (is_bare(row, &plan->options))
        return;
    if (file_header_bytes(&plan->options) > 0)
        dst = put_file_header(dst, &plan->bmp);
    dst = put_info_header(dst, plan, header_sizes[header], has_masks ? BI_BITFIELDS : BI_RGB);
    if (is_long)
        dst = put_v4_fields(dst, masks_of(row), &plan->bmp);
    else if (has_masks)
        dst = put_masks(dst, masks_of(row));
    if (header == PNG2BMP_HEADER_V5)
        dst = put_v5_fields(dst, plan);
    if (plan->bmp.palette_entries > 0)
        put_palette(dst, plan);
}
