#include "scanlines.h"

#include "base/report.h"
#include "pixels/unfilter.h"
#include "png/png_size.h"

static void next_span(void *user, const uint8_t **bytes, size_t *size)
{
    scanline_reader *reader = user;

    idat_next(&reader->idats, bytes, size);
}

static bool source_pauses(void *user)
{
    const scanline_reader *reader = user;

    return idat_is_waiting(&reader->idats);
}

png2bmp_status scanlines_open(scanline_reader *reader, const png2bmp_plan *plan,
                              const png_file *file, size_t longest_row, bool fetches,
                              const kernels *kernels)
{
    inflate_config config;

    *reader = (scanline_reader){.plan = plan, .file = file};
    idat_open(&reader->idats, file, plan->first_idat);
    config = (inflate_config){.source = {next_span, reader, source_pauses},
                              .total_bytes = png_all_scanlines_bytes(&plan->png),
                              .longest_row = longest_row + 1,
                              .check_adler = !plan->options.ignore_checksums,
                              .is_raw = plan->png.is_cgbi,
                              .fetches = fetches,
                              .kernels = kernels};
    reader->inflater = inflate_open(&config);
    if (!reader->inflater)
        return report_plain_error(file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    return png_check_unused_chunks(file, plan->first_idat);
}

void scanlines_close(scanline_reader *reader)
{
    inflate_close(reader->inflater);
}

/* Whether the inflater has only what there is so far. */
static bool waits(const scanline_reader *reader, inflate_status status)
{
    return status == INFLATE_STARVED && idat_is_waiting(&reader->idats);
}

/* The message for an error of the inflater. A damaged chunk first shows as invalid data: a wrong
 * CRC is the better explanation. */
static png2bmp_status inflate_error(scanline_reader *reader, inflate_status status)
{
    png2bmp_report *report = reader->file->report;
    uint32_t        stored, computed;
    png2bmp_status  known = idat_diagnose(&reader->idats);
    if (!known && status == INFLATE_STARVED)
        known = png_find_late_idat(&reader->idats);
    if (known)
        return known;
    switch (status) {
    case INFLATE_STARVED:
        return report_error(report, PNG2BMP_ERR_TRUNCATED,
                            "the IDAT chunks end at byte %zu, before the compressed data does",
                            reader->idats.position);
    case INFLATE_SHORT:
        return report_error(report, PNG2BMP_ERR_TRUNCATED,
                            "the compressed data ends before the last scanline does");
    case INFLATE_BAD_HEADER:
        return report_plain_error(report, PNG2BMP_ERR_ZLIB);
    case INFLATE_BAD_ADLER:
        inflate_adler(reader->inflater, &stored, &computed);
        return report_error(report, PNG2BMP_ERR_ADLER32,
                            "the pixel data is damaged: Adler-32 is %08x, computed %08x",
                            (unsigned)stored, (unsigned)computed);
    default:
        return report_error(report, PNG2BMP_ERR_DEFLATE,
                            "IDAT at byte %zu: the compressed data is not valid",
                            reader->idats.chunk);
    }
}

/* As in inflate_error: a wrong CRC is the better explanation. In memory it may be that of a chunk
 * after the scanline, which was inflated with it. */
png2bmp_status scanlines_filter_error(scanline_reader *reader, unsigned type,
                                      unsigned long long scanline)
{
    png2bmp_status known;

    if (waits(reader, inflate_catch_up(reader->inflater)))
        return STATUS_WAITING;
    known = idat_diagnose(&reader->idats);
    if (known)
        return known;
    return report_error(reader->file->report, PNG2BMP_ERR_FILTER,
                        "scanline %llu has filter type %u: must be 0 to 4", scanline, type);
}

static png2bmp_status failed_filter(scanline_reader *reader)
{
    return scanlines_filter_error(reader, reader->failed_type, reader->failed_scanline);
}

/* *count: reduced to the scanlines before one with an unknown filter type, which is an error if it
 * is the first. */
static png2bmp_status check_filter_types(scanline_reader *reader, const uint8_t *rows, size_t pitch,
                                         size_t *count, uint32_t first)
{
    for (size_t i = 0; i < *count; i++) {
        const unsigned type = rows[i * pitch];

        if (type <= FILTER_PAETH)
            continue;
        reader->filter_failed = true;
        reader->failed_type = type;
        reader->failed_scanline = (unsigned long long)first + i;
        *count = i;
        return i == 0 ? failed_filter(reader) : PNG2BMP_OK;
    }
    return PNG2BMP_OK;
}

/* As inflate_rows. */
static png2bmp_status take(scanline_reader *reader, size_t row_bytes, size_t max_rows,
                           const uint8_t **rows, size_t *count)
{
    inflate_status status;

    if (cancel_ask(reader->file->cancel))
        return cancel_status(reader->file->cancel);
    status = inflate_rows(reader->inflater, row_bytes, max_rows, rows, count);
    if (waits(reader, status))
        return STATUS_WAITING;
    return status ? inflate_error(reader, status) : PNG2BMP_OK;
}

png2bmp_status scanlines_next(scanline_reader *reader, size_t row_bytes, uint32_t max_rows,
                              uint32_t first, const uint8_t **rows, size_t *count)
{
    png2bmp_status status;

    *rows = NULL;
    *count = 0;
    if (reader->filter_failed)
        return failed_filter(reader);
    status = take(reader, row_bytes + 1, max_rows, rows, count);
    if (status)
        return status;
    return check_filter_types(reader, *rows, row_bytes + 1, count, first);
}

png2bmp_status scanlines_next_piece(scanline_reader *reader, size_t size, const uint8_t **bytes)
{
    size_t count;

    *bytes = NULL;
    return take(reader, size, 1, bytes, &count);
}

/* All scanlines are there and all chunks are intact, but the stream stops before its last block or
 * its checksum: Ghostscript and others have written such files. */
static png2bmp_status missing_end(scanline_reader *reader)
{
    png2bmp_status known = idat_diagnose(&reader->idats);

    if (!known)
        known = png_find_late_idat(&reader->idats);
    if (known)
        return known;
    return report_warning(reader->file->report, reader->file->strict, PNG2BMP_ERR_STREAM_END,
                          "the IDAT chunks end at byte %zu, before the last block and the checksum "
                          "of the compressed data",
                          reader->idats.position);
}

static png2bmp_status finish_stream(scanline_reader *reader)
{
    const inflate_status inflated = inflate_finish(reader->inflater, &reader->has_surplus);

    if (waits(reader, inflated))
        return STATUS_WAITING;
    if (inflated == INFLATE_STARVED)
        return missing_end(reader);
    return inflated ? inflate_error(reader, inflated) : PNG2BMP_OK;
}

png2bmp_status scanlines_finish(scanline_reader *reader)
{
    bool           has_extra;
    png2bmp_status status = reader->stream_is_read ? PNG2BMP_OK : finish_stream(reader);

    if (status)
        return status;
    reader->stream_is_read = true;
    status = png_parse_end(&reader->idats, &has_extra);
    if (status || (!reader->has_surplus && !has_extra))
        return status;
    return report_warning(reader->file->report, reader->file->strict, PNG2BMP_ERR_EXTRA_DATA,
                          "the IDAT chunks hold more data than %u x %u pixels need",
                          (unsigned)reader->plan->png.width, (unsigned)reader->plan->png.height);
}
