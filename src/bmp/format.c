#include "format.h"

#define NO_DIRECT .direct_row = ROW_COUNT, .direct_unfilter = UNFILTER_COUNT

static const format_row formats[] = {
    [PNG2BMP_FORMAT_BGR24] = {.name = "bgr24",
                              .bits_per_pixel = 24,
                              .header = HEADER_RGB,
                              .takes_palette = true,
                              .direct_row = ROW_rgb8_to_bgr24,
                              .direct_unfilter = UNFILTER_swap3},
    [PNG2BMP_FORMAT_BGRA32] = {.name = "bgra32",
                               .bits_per_pixel = 32,
                               .header = HEADER_ALPHA,
                               .keeps_alpha = true,
                               .direct_row = ROW_rgba8_to_bgra32,
                               .direct_unfilter = UNFILTER_swap4},
    /* Never 2 bits: many readers refuse them. */
    [PNG2BMP_FORMAT_INDEXED] = {.name = "indexed",
                                .bits_per_pixel = 8,
                                .header = HEADER_RGB,
                                .palette = PALETTE_OF_IMAGE,
                                .direct_row = ROW_index8_to_index8,
                                .direct_unfilter = UNFILTER_1},
    /* Some of its BMPs have alpha. */
    [PNG2BMP_FORMAT_AUTO] = {.name = "auto", .header = HEADER_ALPHA, NO_DIRECT},
    [PNG2BMP_FORMAT_GRAY8] = {.name = "gray8",
                              .bits_per_pixel = 8,
                              .header = HEADER_RGB,
                              .palette = PALETTE_GRAYS,
                              .step = STEP_LUMA,
                              .direct_row = ROW_index8_to_index8,
                              .direct_unfilter = UNFILTER_1},
    [PNG2BMP_FORMAT_MONO1] = {.name = "mono1",
                              .bits_per_pixel = 1,
                              .header = HEADER_RGB,
                              .palette = PALETTE_BLACK_WHITE,
                              .step = STEP_BITS,
                              .dithers = true,
                              NO_DIRECT},
    [PNG2BMP_FORMAT_RGB565] = {.name = "rgb565",
                               .bits_per_pixel = 16,
                               .header = HEADER_MASKS,
                               .step = STEP_LEVELS,
                               .levels = {31, 63, 31},
                               .dithers = true,
                               NO_DIRECT},
    [PNG2BMP_FORMAT_RGB555] = {.name = "rgb555",
                               .bits_per_pixel = 16,
                               .header = HEADER_RGB,
                               .step = STEP_LEVELS,
                               .levels = {31, 31, 31},
                               .dithers = true,
                               NO_DIRECT},
    [PNG2BMP_FORMAT_RAW_RGB] = {.name = "raw-rgb",
                                .bits_per_pixel = 24,
                                .header = HEADER_NONE,
                                .step = STEP_SWAP_RGB,
                                .top_down = true,
                                .direct_row = ROW_rgb8_to_bgr24,
                                .direct_unfilter = UNFILTER_3},
    [PNG2BMP_FORMAT_RAW_RGBA] = {.name = "raw-rgba",
                                 .bits_per_pixel = 32,
                                 .header = HEADER_NONE,
                                 .step = STEP_SWAP_RGBA,
                                 .keeps_alpha = true,
                                 .top_down = true,
                                 .direct_row = ROW_rgba8_to_bgra32,
                                 .direct_unfilter = UNFILTER_4},
};

_Static_assert(sizeof formats / sizeof formats[0] == PNG2BMP_FORMAT_COUNT, "a row for each format");

const format_row *format_of(png2bmp_format format)
{
    return &formats[format];
}

const char *png2bmp_format_name(png2bmp_format format)
{
    return (unsigned)format < PNG2BMP_FORMAT_COUNT ? formats[format].name : NULL;
}
