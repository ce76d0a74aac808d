/*
 * What follows from a plan is decided once and handed on: how often the plan and the run of an icon
 * ask the table of formats. The linker replaces format_of with the function below (--wrap).
 */
#include <stdlib.h>

#include "base/opaque.h"
#include "bmp/format.h"
#include "check.h"
#include "png_writer.h"

static unsigned asked;

const format_row *__real_format_of(png2bmp_format format);
const format_row *__wrap_format_of(png2bmp_format format);
const format_row *__wrap_format_of(png2bmp_format format)
{
    asked++;
    return __real_format_of(format);
}

/* 16 x 16 pixels of R G B A. */
static byte_buffer make_icon(void)
{
    const png2bmp_png_info info = {
        .width = 16, .height = 16, .bit_depth = 8, .color_type = PNG2BMP_RGB_ALPHA};
    const size_t size = (size_t)png_all_scanlines_bytes(&info);
    uint8_t     *scanlines = calloc(size, 1);
    byte_buffer  png = {0}, stream;

    stream = zlib_stream(scanlines, size, 1);
    put_signature(&png);
    put_ihdr(&png, &info);
    put_idats(&png, stream.bytes, stream.size, SIZE_MAX);
    put_chunk(&png, "IEND", NULL, 0);
    free(stream.bytes);
    free(scanlines);
    return png;
}

static void convert(const byte_buffer *icon, png2bmp_options *options, const char *what,
                    unsigned most)
{
    png2bmp_plan plan;
    uint8_t     *bmp;

    asked = 0;
    check(!png2bmp_plan_make(&plan, icon->bytes, icon->size, options, NULL), "plan of %s", what);
    bmp = malloc((size_t)plan.bmp.byte_length);
    check(!png2bmp_run(&plan, icon->bytes, icon->size, bmp, NULL, NULL), "run of %s", what);
    check(asked > 0 && asked <= most, "%s: the table of formats is asked %u times, not %u", what,
          asked, most);
    free(bmp);
}

int main(void)
{
    const byte_buffer icon = make_icon();
    png2bmp_options   options;

    png2bmp_options_init(&options);
    convert(&icon, &options, "bgr24", 13);
    options.format = PNG2BMP_FORMAT_BGRA32;
    convert(&icon, &options, "bgra32", 13);
    free(icon.bytes);
    printf("# %d checks, %d failed\n", checks, failures);
    return failures > 0;
}
