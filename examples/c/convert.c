/*
 * Converts one PNG to one BMP with the installed library:
 *
 *     cc -o convert convert.c $(pkg-config --cflags --libs png2bmp)
 *     ./convert logo.png logo.bmp
 *
 * It takes two steps: the plan computes the size of the BMP, the run fills a block of that size.
 * png2bmp_save() instead of png2bmp_run() would write the file itself, completely or not at all,
 * without ever holding the BMP in memory.
 */
#include <png2bmp.h>

#include <stdio.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

typedef struct bytes {
    uint8_t *data;
    size_t   size;
} bytes;

/* Reads the whole file; data is NULL if it cannot be read, and the caller frees it. */
static bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    bytes content = {NULL, 0};
    long  size;

    if (!file)
        return content;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0) {
        content.size = (size_t)size;
        content.data = malloc(content.size);
        rewind(file);
        if (content.data && fread(content.data, 1, content.size, file) != content.size) {
            free(content.data);
            content.data = NULL;
        }
    }
    fclose(file);
    return content;
}

static int write_file(const char *path, bytes content)
{
    FILE  *file = fopen(path, "wb");
    size_t written;

    if (!file)
        return 0;
    written = fwrite(content.data, 1, content.size, file);
    return fclose(file) == 0 && written == content.size;
}

/* Memory for a BMP. Linux is asked for pages of 2 MiB where one fits, which takes less time than a
 * page fault for each 4 KiB. */
static uint8_t *new_block(size_t size)
{
#ifdef MADV_HUGEPAGE
    const size_t page = 2 << 20, in_pages = size & ~(page - 1);
    uint8_t     *block;

    if (in_pages > 0 && size <= SIZE_MAX - page) {
        block = aligned_alloc(page, in_pages + page);
        if (block)
            madvise(block, in_pages, MADV_HUGEPAGE);
        return block;
    }
#endif
    return malloc(size);
}

/* Makes the BMP; data is NULL on failure, and the report says why. The caller frees it. */
static bytes convert(bytes png, png2bmp_report *report)
{
    png2bmp_options options;
    png2bmp_plan   *plan = png2bmp_plan_new();
    bytes           bmp = {NULL, 0};

    png2bmp_options_init(&options);
    if (plan && png2bmp_plan_make(plan, png.data, png.size, &options, report) == PNG2BMP_OK) {
        bmp.size = (size_t)png2bmp_plan_bmp(plan)->byte_length;
        bmp.data = new_block(bmp.size);
    }
    if (bmp.data && png2bmp_run(plan, png.data, png.size, bmp.data, NULL, report) != PNG2BMP_OK) {
        free(bmp.data);
        bmp.data = NULL;
    }
    png2bmp_plan_free(plan);
    return bmp;
}

static void print_warnings(const char *path, const png2bmp_report *report)
{
    const png2bmp_finding *warning;

    for (unsigned i = 0; (warning = png2bmp_report_warning(report, i)) != NULL; i++)
        fprintf(stderr, "%s: warning: %s\n", path, warning->message);
}

static int convert_file(const char *from, const char *to)
{
    png2bmp_report *report = png2bmp_report_new();
    bytes           png = read_file(from);
    bytes           bmp = {NULL, 0};
    int             done = 0;

    if (!png.data || !report) {
        perror(from);
    } else {
        const png2bmp_finding *error = png2bmp_report_error(report);

        bmp = convert(png, report);
        print_warnings(from, report);
        if (error->status != PNG2BMP_OK)
            fprintf(stderr, "%s: %s: %s\n", from, png2bmp_status_code(error->status),
                    error->message);
        else if (!bmp.data || !(done = write_file(to, bmp)))
            perror(to);
    }
    png2bmp_report_free(report);
    free(bmp.data);
    free(png.data);
    return done;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s IN.png OUT.bmp\n", argv[0]);
        return 2;
    }
    return convert_file(argv[1], argv[2]) ? 0 : 1;
}
