#include "whole.h"

#include <stdlib.h>
#include <string.h>

#include "bmp.h"
#include "colors.h"
#include "convert.h"
#include "encode.h"
#include "few_colors.h"
#include "header.h"
#include "quantize.h"
#include "report.h"
#include "rows.h"

static bool must_choose(const png2bmp_plan *plan)
{
    return colors_kind(plan) == PALETTE_GIVEN && plan->options.palette_entries == 0;
}

bool whole_is_needed(const png2bmp_plan *plan)
{
    return must_choose(plan) || (plan->png.interlaced && rows_need_order(plan));
}

static bool goes_through_gray(const png2bmp_plan *plan)
{
    return format_of(plan->bmp.format)->step == STEP_BITS;
}

png2bmp_plan whole_first(const png2bmp_plan *plan)
{
    png2bmp_plan         first = *plan;
    const png2bmp_format format =
        goes_through_gray(plan) ? PNG2BMP_FORMAT_GRAY8 : PNG2BMP_FORMAT_RAW_RGB;

    first.options.top_down = true;
    first.options.colors = 0;
    first.options.palette_entries = 0;
    first.options.uncached = false;
    first.bmp = bmp_layout(format, plan->png.width, plan->png.height, 8, &first.options);
    return first;
}

png2bmp_plan whole_second(const png2bmp_plan *plan)
{
    png2bmp_plan      second = *plan;
    png2bmp_png_info *png = &second.png;

    png->bit_depth = 8;
    png->color_type = goes_through_gray(plan) ? PNG2BMP_GRAY : PNG2BMP_RGB;
    png->interlaced = png->has_key = png->has_alpha = false;
    png->palette_entries = 0;
    if (must_choose(plan))
        second.options.palette_entries = (uint16_t)plan->bmp.palette_entries;
    return second;
}

uint64_t whole_bytes(const png2bmp_plan *plan)
{
    const png2bmp_plan first = whole_first(plan);

    return first.bmp.stride * plan->png.height;
}

/* ---- Run ---------------------------------------------------------------------- */

static png2bmp_status run_first(const png2bmp_plan *plan, const whole_source *source, uint8_t *data,
                                const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_plan first = whole_first(plan);
    row_target         rows = target_at(data, plan->png.height, &first);

    if (source->pixels)
        return encode_rows(&first, source->pixels, &rows, control, report);
    return convert_rows(&first, source->png, source->size, &rows, control, report);
}

/* The different colours, if there are at most `most`, in order of appearance; 0: there are more. */
static unsigned own_colors(uint8_t palette[256][3], const uint8_t *rgb, size_t pixels,
                           unsigned most)
{
    few_colors set = {.count = 0};

    if (!few_colors_add(&set, rgb, pixels, 3, most))
        return 0;
    for (unsigned i = 0; i < set.count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            palette[i][channel] = (uint8_t)(set.colors[i] >> (16 - 8 * channel));
    return set.count;
}

/* The image's own colours, or chosen ones if `colors` is set. */
static png2bmp_status choose_colors(png2bmp_options *options, const png2bmp_plan *plan,
                                    const uint8_t *rgb, png2bmp_report *report)
{
    const size_t   pixels = (size_t)plan->png.width * plan->png.height;
    const unsigned wanted = plan->options.colors;
    const unsigned most = wanted ? wanted : plan->bmp.palette_entries;
    unsigned       count = own_colors(options->palette, rgb, pixels, most);

    if (!count && !wanted)
        return report_error(report, PNG2BMP_ERR_FORMAT,
                            "the image has more than %u different colours: use 'colors' to "
                            "choose the best",
                            most);
    if (!count)
        count = quantize(options->palette, rgb, pixels, wanted);
    if (!count)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    options->palette_entries = (uint16_t)count;
    return PNG2BMP_OK;
}

static png2bmp_status run_second(const png2bmp_plan *plan, const uint8_t *data, uint8_t *bmp,
                                 const png2bmp_control *control, png2bmp_report *report)
{
    png2bmp_plan         second = whole_second(plan);
    row_target           target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);
    const png2bmp_plan   first = whole_first(plan);
    const png2bmp_pixels pixels = {.data = data,
                                   .size = (size_t)whole_bytes(plan),
                                   .width = plan->png.width,
                                   .height = plan->png.height,
                                   .channels = goes_through_gray(plan) ? 1 : 3,
                                   .stride = (size_t)first.bmp.stride};

    if (must_choose(plan)) {
        const png2bmp_status status = choose_colors(&second.options, plan, data, report);

        if (status)
            return status;
    }
    header_write(bmp, &second);
    return encode_rows(&second, &pixels, &target, control, report);
}

png2bmp_status whole_run(const png2bmp_plan *plan, const whole_source *source, uint8_t *bmp,
                         const png2bmp_control *control, png2bmp_report *report)
{
    uint8_t       *data = malloc((size_t)whole_bytes(plan));
    png2bmp_status status;

    if (!data)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = run_first(plan, source, data, control, report);
    if (!status)
        status = run_second(plan, data, bmp, control, report);
    free(data);
    return status;
}
