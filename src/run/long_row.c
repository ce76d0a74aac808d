/*
 * The kernels start at the left edge of a row, where the pixels to the left are zeros. For pieces
 * further to the right they get one more pixel, the one before the piece, filtered so that it comes
 * out unchanged: it is then the left neighbour of the first pixel of the piece.
 */
#include "long_row.h"

#include <string.h>

#include "base/bytes.h"
#include "pixels/unfilter.h"
#include "plan/route.h"

long_row_reader long_row_open(scanline_reader *scanlines, const kernels *kernels,
                              unfilter_kind unfilter, void *memory)
{
#define PIXEL_BYTES(name, bytes) [UNFILTER_##name] = bytes,
    static const uint8_t pixel_bytes[] = {UNFILTER_KINDS(PIXEL_BYTES)};
#undef PIXEL_BYTES

    return (long_row_reader){.scanlines = scanlines,
                             .unfilter = kernels->unfilter[unfilter],
                             .pixel_bytes = pixel_bytes[unfilter],
                             .swap = unfilter == UNFILTER_swap3 || unfilter == UNFILTER_swap4,
                             .filtered = memory,
                             .above = (uint8_t *)memory + LONG_ROW_FILTERED};
}

/* PNG specification, section 9.2, with nothing to the left, and `above` above. */
static uint8_t prediction(unsigned filter, uint8_t above)
{
    if (filter == FILTER_UP || filter == FILTER_PAETH)
        return above;
    return filter == FILTER_AVERAGE ? above / 2 : 0;
}

/* The pixel before a piece, filtered as the first of a row. */
static void filter_pixel(const long_row_reader *reader, uint8_t *to, unsigned filter,
                         const uint8_t *pixel, const uint8_t *above)
{
    for (size_t i = 0; i < reader->pixel_bytes; i++) {
        const size_t from = reader->swap && i < 3 ? 2 - i : i;

        to[i] = (uint8_t)(pixel[from] - prediction(filter, above ? above[from] : 0));
    }
}

/* `at`: the offset of the piece in the row. reader->above starts with the last pixel of the
 * previous piece, and keeps that of this one. */
static void undo_piece(const long_row_reader *reader, unsigned filter, uint8_t *row, size_t at,
                       const uint8_t *bytes, size_t size, const uint8_t *above)
{
    const size_t pixel = reader->pixel_bytes;
    const size_t before = at > 0 ? pixel : 0;
    uint8_t     *filtered = reader->filtered + pixel - before;
    uint8_t     *upper = reader->above + pixel - before;

    if (above)
        memcpy(reader->above + pixel, above + at, size);
    filtered[0] = (uint8_t)filter;
    if (before)
        filter_pixel(reader, filtered + 1, filter, row + at - pixel, above ? upper : NULL);
    memcpy(filtered + 1 + before, bytes, size);
    reader->unfilter(row + at - before, 0, filtered, before + size, above ? upper : NULL, 1);
    if (above)
        memmove(reader->above, reader->above + size, pixel);
}

static png2bmp_status read_filter(long_row_reader *reader)
{
    const uint8_t       *bytes;
    const png2bmp_status status = scanlines_next_piece(reader->scanlines, 1, &bytes);

    if (status)
        return status;
    reader->is_begun = true;
    reader->filter = *bytes;
    reader->at = 0;
    return PNG2BMP_OK;
}

static png2bmp_status read_piece(long_row_reader *reader, uint8_t *row, size_t row_bytes,
                                 const uint8_t *above)
{
    const size_t         size = smaller(row_bytes - reader->at, LONG_ROW_PIECE);
    const uint8_t       *bytes;
    const png2bmp_status status = scanlines_next_piece(reader->scanlines, size, &bytes);

    if (status)
        return status;
    if (reader->filter <= FILTER_PAETH)
        undo_piece(reader, reader->filter, row, reader->at, bytes, size, above);
    reader->at += size;
    return PNG2BMP_OK;
}

png2bmp_status long_row_read(long_row_reader *reader, uint8_t *row, size_t row_bytes,
                             const uint8_t *above, uint32_t number)
{
    png2bmp_status status = reader->is_begun ? PNG2BMP_OK : read_filter(reader);

    while (!status && reader->at < row_bytes)
        status = read_piece(reader, row, row_bytes, above);
    if (!status && reader->filter > FILTER_PAETH) /* reported when the row is complete, as for short
                                                     ones */
        status = scanlines_filter_error(reader->scanlines, reader->filter, number);
    if (!status)
        reader->is_begun = false;
    return status;
}
