/*
 * Raw pixels of any announced size, channels and stride: refused, or a BMP every
 * byte of which is written, the same at every CPU level, in strips, and by way of a
 * PNG that holds the same pixels.
 *
 * Input: the options, then width, height (2 bytes each), channels and kind of
 * sizes, stride beyond the row; the rest are samples, used in turn.
 */
#include "../test/c/png_writer.h"
#include "fuzz.h"

#define HEAD (FUZZ_OPTION_BYTES + 6)

static unsigned load_le16(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

/* Most of these fields contradict each other. The data are then not read, or only as far as `size`
 * says. */
static void lie(png2bmp_pixels *pixels, const uint8_t *samples, size_t size)
{
    uint32_t words[5] = {0};

    memcpy(words, samples, size < sizeof words ? size : sizeof words);
    switch (words[0] % 6) {
    case 0:
        pixels->width = words[1];
        break;
    case 1:
        pixels->height = words[1];
        break;
    case 2:
        pixels->stride = (size_t)words[1] << (words[2] % 33);
        break;
    case 3:
        pixels->channels = words[1];
        break;
    case 4:
        pixels->size = words[1] % (pixels->size + 1);
        break;
    default:
        pixels->width = words[1];
        pixels->height = words[2];
        pixels->stride = (size_t)words[3] << (words[4] % 33);
        break;
    }
}

static uint8_t *encode(const png2bmp_pixels *pixels, const png2bmp_options *options, int fill,
                       png2bmp_plan *plan)
{
    png2bmp_report report;
    png2bmp_status status;
    uint8_t       *bmp;

    png2bmp_report_clear(&report);
    status = png2bmp_plan_pixels(plan, pixels, options, &report);
    fuzz_check_report(&report, status, options->strict);
    if (status)
        return NULL;
    bmp = fuzz_output((size_t)plan->bmp.byte_length, fill);
    status = png2bmp_run_pixels(plan, pixels, bmp, NULL, &report);
    if ((status == PNG2BMP_ERR_FORMAT && plan->bmp.format == PNG2BMP_FORMAT_INDEXED) ||
        status == PNG2BMP_ERR_NOT_EXACT ||
        (options->strict && status == PNG2BMP_ERR_KEY_COLLISION)) {
        free(bmp); /* too many colours, or others, or the key's, which is only detected now */
        return NULL;
    }
    FUZZ_CHECK(status == PNG2BMP_OK, "%s", png2bmp_status_code(status));
    fuzz_check_written(bmp, (size_t)plan->bmp.byte_length);
    return bmp;
}

static byte_buffer png_of(const png2bmp_plan *plan, const png2bmp_pixels *pixels)
{
    const size_t row = (size_t)pixels->width * pixels->channels;
    byte_buffer  scanlines = {0}, png = {0}, stream;

    for (uint32_t y = 0; y < pixels->height; y++) {
        put_bytes(&scanlines, "", 1);
        put_bytes(&scanlines, pixels->data + y * pixels->stride, row);
    }
    stream = zlib_stream(scanlines.bytes, scanlines.size, 0);
    put_signature(&png);
    put_ihdr(&png, &plan->png);
    put_idats(&png, stream.bytes, stream.size, 5000);
    put_chunk(&png, "IEND", "", 0);
    free(scanlines.bytes);
    free(stream.bytes);
    return png;
}

static void check_png(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                      const png2bmp_options *options, const uint8_t *bmp)
{
    byte_buffer    png = png_of(plan, pixels);
    png2bmp_plan   other;
    png2bmp_status status = png2bmp_plan_make(&other, png.bytes, png.size, options, NULL);
    uint8_t       *again;

    FUZZ_CHECK(!status && other.bmp.byte_length == plan->bmp.byte_length, "%s",
               png2bmp_status_code(status));
    again = fuzz_output((size_t)other.bmp.byte_length, 0x11);
    status = png2bmp_run(&other, png.bytes, png.size, again, NULL, NULL);
    FUZZ_CHECK(!status, "%s", png2bmp_status_code(status));
    FUZZ_CHECK(memcmp(again, bmp, (size_t)plan->bmp.byte_length) == 0, "PNG and pixels differ");
    free(again);
    free(png.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    png2bmp_options options;
    png2bmp_pixels  pixels;
    png2bmp_plan    plan, scalar_plan;
    uint8_t        *samples, *bmp, *scalar;
    size_t          row;

    if (size < HEAD + 1)
        return 0;
    fuzz_options(&options, data);
    options.strict = options.ignore_checksums = false;
    options.profile = PNG2BMP_PROFILE_SRGB; /* pixels have none */
    if (options.rotate == PNG2BMP_ROTATE_EXIF)
        options.rotate = PNG2BMP_ROTATE_90;
    data += FUZZ_OPTION_BYTES;
    size -= HEAD;
    pixels = (png2bmp_pixels){.width = 1 + load_le16(data) % 400,
                              .height = 1 + load_le16(data + 2) % 200,
                              .channels = 1 + (data[4] & 3)};
    row = (size_t)pixels.width * pixels.channels;
    pixels.stride = row + data[5] % 80;
    pixels.size = pixels.stride * (pixels.height - 1) + row;
    samples = fuzz_alloc(pixels.size);
    for (size_t i = 0; i < pixels.size; i++)
        samples[i] = data[6 + i % size];
    if (data[4] & 0x80)
        lie(&pixels, data + 6, size);
    samples = realloc(samples, pixels.size ? pixels.size : 1);
    pixels.data = samples;

    bmp = encode(&pixels, &options, 0xAA, &plan);
    if (bmp) {
        options.cpu = PNG2BMP_CPU_SCALAR;
        scalar = encode(&pixels, &options, 0x55, &scalar_plan);
        FUZZ_CHECK(scalar && memcmp(bmp, scalar, (size_t)plan.bmp.byte_length) == 0,
                   "CPU levels differ");
        check_png(&plan, &pixels, &options, bmp);
        free(scalar);
        free(bmp);
    }
    free(samples);
    return 0;
}
