/*
 * A program as users write it, on the public header alone: test/c-growth.test.js builds it with
 * today's header, and runs it with a library that has more options, facts, errors and warnings.
 * What it allocates is exactly as large as this header says, so valgrind sees every byte past it.
 */
#include <png2bmp.h>

#include <stdio.h>
#include <stdlib.h>

static uint8_t bytes[1 << 17];

static void print_warnings(const png2bmp_report *report)
{
    const png2bmp_finding *warning;

    for (unsigned i = 0; (warning = png2bmp_report_warning(report, i)) != NULL; i++)
        printf("%s %d %s\n", png2bmp_status_code(warning->status),
               warning->status == PNG2BMP_ERR_EXTRA_DATA, warning->message);
}

static void convert(png2bmp_plan *plan, size_t size, const png2bmp_options *options)
{
    png2bmp_report *report = png2bmp_report_new();
    png2bmp_status  status = png2bmp_plan_make(plan, bytes, size, options, report);
    uint8_t        *bmp = NULL;
    unsigned long   sum = 0;

    if (status == PNG2BMP_OK) {
        const png2bmp_png_info *png = png2bmp_plan_png(plan);
        const png2bmp_bmp_info *info = png2bmp_plan_bmp(plan);

        bmp = malloc((size_t)info->byte_length);
        status = png2bmp_run(plan, bytes, size, bmp, NULL, report);
        for (size_t i = 0; status == PNG2BMP_OK && i < info->byte_length; i++)
            sum = sum * 31 + bmp[i];
        printf("%u %u %u %u %u %lu\n", (unsigned)png->width, (unsigned)png->height,
               (unsigned)png2bmp_plan_about(plan)->gamma, (unsigned)info->bits_per_pixel,
               (unsigned)info->profile_intent, sum & 0xffffffff);
    }
    print_warnings(report);
    printf("%d %s %s\n", (int)status, png2bmp_status_code(status),
           png2bmp_report_error(report)->message);
    free(bmp);
    png2bmp_report_free(report);
}

int main(int argc, char **argv)
{
    png2bmp_options *options = malloc(sizeof *options);
    png2bmp_plan    *plan = png2bmp_plan_new();

    png2bmp_options_init(options);
    for (int i = 1; i < argc; i++) {
        FILE  *file = fopen(argv[i], "rb");
        size_t size = fread(bytes, 1, sizeof bytes, file);

        fclose(file);
        convert(plan, size, options);
        convert(plan, size, NULL);
        convert(plan, size / 2, options);
    }
    png2bmp_plan_free(plan);
    free(options);
    return 0;
}
