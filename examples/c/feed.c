/*
 * Converts a PNG that comes in through a pipe, 4 KiB at a time, and writes the rows as they come:
 *
 *     cc -o feed feed.c $(pkg-config --cflags --libs png2bmp)
 *     curl -s https://example.com/photo.png | ./feed > photo.bmp
 *
 * Neither the PNG nor the BMP is ever in memory as a whole, unless the PNG is interlaced. The BMP
 * is a top-down one, since a pipe takes its bytes in their order only.
 */
#include <png2bmp.h>

#include <stdio.h>
#include <unistd.h>

/* A top-down BMP comes in the order of the file, so `offset` says nothing new. */
static png2bmp_status write_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    (void)offset;
    return fwrite(bytes, 1, size, user) == size && fflush(user) == 0 ? PNG2BMP_OK
                                                                     : PNG2BMP_ERR_FILE;
}

static png2bmp_status convert(int from, png2bmp_feed *feed)
{
    png2bmp_status status = PNG2BMP_OK;
    uint8_t        bytes[4096];
    ssize_t        size;

    while (status == PNG2BMP_OK && (size = read(from, bytes, sizeof bytes)) > 0)
        status = png2bmp_feed_bytes(feed, bytes, (size_t)size);
    if (status != PNG2BMP_OK)
        return status;
    return size < 0 ? PNG2BMP_ERR_FILE : png2bmp_feed_finish(feed);
}

static void print_findings(png2bmp_status status, const png2bmp_report *report)
{
    const png2bmp_finding *finding;

    for (unsigned i = 0; (finding = png2bmp_report_warning(report, i)) != NULL; i++)
        fprintf(stderr, "warning: %s\n", finding->message);
    finding = png2bmp_report_error(report);
    if (finding->status != PNG2BMP_OK)
        fprintf(stderr, "%s: %s\n", png2bmp_status_code(status), finding->message);
    else if (status == PNG2BMP_ERR_FILE)
        perror("standard input or output");
}

int main(void)
{
    const png2bmp_sink sink = {.write = write_piece, .user = stdout};
    png2bmp_report    *report = png2bmp_report_new();
    png2bmp_options    options;
    png2bmp_feed      *feed;
    png2bmp_status     status = PNG2BMP_ERR_OUT_OF_MEMORY;

    png2bmp_options_init(&options);
    options.top_down = true;
    feed = report ? png2bmp_feed_new(&options, 0, &sink, NULL, report) : NULL;
    if (feed) {
        status = convert(STDIN_FILENO, feed);
        print_findings(status, report);
    } else {
        fputs("out of memory\n", stderr);
    }
    png2bmp_feed_free(feed);
    png2bmp_report_free(report);
    return status == PNG2BMP_OK ? 0 : 1;
}
