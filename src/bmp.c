/* The structures are those of Microsoft's "Bitmap Storage": BITMAPFILEHEADER, then
 * BITMAPINFOHEADER (40 bytes) or BITMAPV4HEADER (108), then the palette. */
#include "bmp.h"

#include <string.h>

#include "bytes.h"
#include "format.h"

#define FILE_HEADER 14
#define INFO_HEADER 40
#define V4_HEADER 108
#define MASKS 12 /* red, green, blue: behind a 40-byte header with BI_BITFIELDS */

#define BI_RGB 0
#define BI_BITFIELDS 3
#define LCS_SRGB 0x73524742u /* 'sRGB' */

static uint32_t header_bytes(header_kind kind)
{
    switch (kind) {
    case HEADER_NONE:
        return 0;
    case HEADER_INFO:
        return FILE_HEADER + INFO_HEADER;
    case HEADER_INFO_MASKS:
        return FILE_HEADER + INFO_HEADER + MASKS;
    case HEADER_V4:
        return FILE_HEADER + V4_HEADER;
    }
    return 0;
}

static uint32_t palette_entries(palette_kind kind, unsigned index_bits)
{
    switch (kind) {
    case PALETTE_NONE:
        return 0;
    case PALETTE_OF_IMAGE:
        return 1u << index_bits;
    case PALETTE_GRAYS:
        return 256;
    case PALETTE_BLACK_WHITE:
        return 2;
    }
    return 0;
}

png2bmp_bmp_info bmp_layout(png2bmp_format format, uint32_t width, uint32_t height,
                            unsigned index_bits)
{
    const format_row *row = format_of(format);
    png2bmp_bmp_info  bmp = {.format = format, .bits_per_pixel = row->bits_per_pixel};
    uint64_t          row_bytes;

    if (row->palette == PALETTE_OF_IMAGE && index_bits == 1)
        bmp.bits_per_pixel = 1;
    bmp.palette_entries = palette_entries(row->palette, index_bits);
    bmp.header_length = header_bytes(row->header) + 4 * bmp.palette_entries;
    /* At most (2^31-1) * 32 bits a row and 2^31-1 rows: below 2^64. */
    row_bytes = ((uint64_t)width * bmp.bits_per_pixel + 7) / 8;
    bmp.stride = row->header == HEADER_NONE ? row_bytes : round_up(row_bytes, 4);
    bmp.byte_length = bmp.header_length + bmp.stride * height;
    return bmp;
}

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

static uint8_t *put_info_header(uint8_t *p, const png2bmp_plan *plan, uint32_t size,
                                uint32_t compression)
{
    const png2bmp_bmp_info *bmp = &plan->bmp;
    const uint32_t          height = plan->png.height;

    p = put32(p, size);
    p = put32(p, plan->png.width);
    p = put32(p, plan->options.top_down ? 0u - height : height);
    p = put16(p, 1); /* biPlanes */
    p = put16(p, bmp->bits_per_pixel);
    p = put32(p, compression);
    p = put32(p, (uint32_t)(bmp->byte_length - bmp->header_length)); /* biSizeImage */
    p = put32(p, plan->png.x_pixels_per_meter);
    p = put32(p, plan->png.y_pixels_per_meter);
    p = put32(p, bmp->palette_entries); /* biClrUsed */
    return put32(p, 0);                 /* biClrImportant: all */
}

static uint8_t *put_masks(uint8_t *p, uint32_t red, uint32_t green, uint32_t blue)
{
    return put32(put32(put32(p, red), green), blue);
}

static void put_v4_fields(uint8_t *p)
{
    p = put_masks(p, 0x00ff0000, 0x0000ff00, 0x000000ff);
    p = put32(p, 0xff000000); /* alpha */
    p = put32(p, LCS_SRGB);
    memset(p, 0, 48); /* endpoints and gamma: not used with LCS_sRGB */
}

static void put_palette(uint8_t *p, uint8_t (*palette)[4], uint32_t entries)
{
    for (uint32_t i = 0; i < entries; i++, p += 4) {
        memcpy(p, palette[i], 3);
        p[3] = 0; /* rgbReserved */
    }
}

void bmp_write_header(uint8_t *dst, const png2bmp_plan *plan, uint8_t (*palette)[4])
{
    const header_kind kind = format_of(plan->bmp.format)->header;

    if (kind == HEADER_NONE)
        return;
    dst = put_file_header(dst, &plan->bmp);
    switch (kind) {
    case HEADER_NONE:
        break;
    case HEADER_INFO:
        put_palette(put_info_header(dst, plan, INFO_HEADER, BI_RGB), palette,
                    plan->bmp.palette_entries);
        break;
    case HEADER_INFO_MASKS:
        put_masks(put_info_header(dst, plan, INFO_HEADER, BI_BITFIELDS), 0xf800, 0x07e0, 0x001f);
        break;
    case HEADER_V4:
        put_v4_fields(put_info_header(dst, plan, V4_HEADER, BI_BITFIELDS));
        break;
    }
}
