#include "scanlines.h"

#include "base/report.h"
#include "pixels/unfilter.h"
#include "png/png_size.h"

static void next_span(void *user, const uint8_t **bytes, size_t *size)
{
    scanline_reader *reader = user;

    idat_next(&reader->idats, bytes, size);
}

png2bmp_status scanlines_open(scanline_reader *reader, const png2bmp_plan *plan, const uint8_t *png,
                              size_t size, size_t longest_row, bool fetches, const kernels *kernels,
                              cancel_check *cancel)
{
    png2bmp_report *report = cancel->report;
    inflate_config  config;

    *reader = (scanline_reader){
        .plan = plan, .cancel = cancel, .file = png_file_of(png, size, &plan->options, report)};
    reader->file.control = cancel->control;
    idat_open(&reader->idats, &reader->file, plan->first_idat, cancel);
    config = (inflate_config){.source = {next_span, reader},
                              .total_bytes = png_all_scanlines_bytes(&plan->png),
                              .longest_row = longest_row + 1,
                              .check_adler = !plan->options.ignore_checksums,
                              .is_raw = plan->png.is_cgbi,
                              .fetches = fetches,
                              .kernels = kernels};
    reader->inflater = inflate_open(&config);
    if (!reader->inflater)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    return png_check_unused_chunks(&reader->file, plan->first_idat);
}

void scanlines_close(scanline_reader *reader)
{
    inflate_close(reader->inflater);
}

/* The message for an error of the inflater. A damaged chunk first shows as invalid data: a wrong
 * CRC is the better explanation. */
static png2bmp_status inflate_error(scanline_reader *reader, inflate_status status)
{
    png2bmp_report *report = reader->file.report;
    uint32_t        stored, computed;
    png2bmp_status  known;

    if (cancel_ask(reader->cancel)) /* perhaps during a search for a chunk */
        return cancel_status(reader->cancel);
    known = idat_diagnose(&reader->idats);
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

/* As in inflate_error: a wrong CRC is the better explanation. */
png2bmp_status scanlines_filter_error(scanline_reader *reader, unsigned type,
                                      unsigned long long scanline)
{
    const png2bmp_status known = idat_diagnose(&reader->idats);

    if (known)
        return known;
    return report_error(reader->file.report, PNG2BMP_ERR_FILTER,
                        "scanline %llu has filter type %u: must be 0 to 4", scanline, type);
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
        reader->filter_failed = scanlines_filter_error(reader, type, (unsigned long long)first + i);
        *count = i;
        return i == 0 ? reader->filter_failed : PNG2BMP_OK;
    }
    return PNG2BMP_OK;
}

/* As inflate_rows. */
static png2bmp_status take(scanline_reader *reader, size_t row_bytes, size_t max_rows,
                           const uint8_t **rows, size_t *count)
{
    inflate_status status;

    *rows = NULL;
    *count = 0;
    if (cancel_ask(reader->cancel))
        return cancel_status(reader->cancel);
    status = inflate_rows(reader->inflater, row_bytes, max_rows, rows, count);
    if (status ||
        reader->cancel->is_cancelled) /* rows that came before the end of the input do not count */
        return inflate_error(reader, status);
    return PNG2BMP_OK;
}

png2bmp_status scanlines_next(scanline_reader *reader, size_t row_bytes, uint32_t max_rows,
                              uint32_t first, const uint8_t **rows, size_t *count)
{
    png2bmp_status status;

    if (reader->filter_failed)
        return reader->filter_failed;
    status = take(reader, row_bytes + 1, max_rows, rows, count);
    if (status)
        return status;
    return check_filter_types(reader, *rows, row_bytes + 1, count, first);
}

png2bmp_status scanlines_next_piece(scanline_reader *reader, size_t size, const uint8_t **bytes)
{
    size_t count;

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
    return report_warning(reader->file.report, reader->file.strict, PNG2BMP_ERR_STREAM_END,
                          "the IDAT chunks end at byte %zu, before the last block and the checksum "
                          "of the compressed data",
                          reader->idats.position);
}

png2bmp_status scanlines_finish(scanline_reader *reader)
{
    bool           extra_in_stream, extra_in_idats;
    inflate_status inflated = inflate_finish(reader->inflater, &extra_in_stream);
    png2bmp_status status;

    if (inflated == INFLATE_STARVED && !reader->cancel->is_cancelled)
        status = missing_end(reader);
    else if (inflated || reader->cancel->is_cancelled)
        status = inflate_error(reader, inflated);
    else
        status = PNG2BMP_OK;
    if (status)
        return status;
    status = png_parse_end(&reader->idats, &extra_in_idats);
    if (status || (!extra_in_stream && !extra_in_idats))
        return status;
    return report_warning(reader->file.report, reader->file.strict, PNG2BMP_ERR_EXTRA_DATA,
                          "the IDAT chunks hold more data than %u x %u pixels need",
                          (unsigned)reader->plan->png.width, (unsigned)reader->plan->png.height);
}
