#include "second_half.h"

#include <stdlib.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "encode.h"
#include "plan/halves.h"
#include "reduce/few_colors.h"
#include "reduce/quantize.h"

/* The different colours, if there are at most `most`, in order of appearance; *count is 0 if there
 * are more. *fit: the pixels before the first that is a colour too many. */
static png2bmp_status own_colors(uint8_t palette[256][3], unsigned *count, size_t *fit,
                                 const uint8_t *rgb, size_t pixels, unsigned most,
                                 cancel_check *cancel)
{
    few_colors *set = calloc(1, sizeof *set);

    if (!set)
        return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    *fit = few_colors_add(set, rgb, pixels, 3, most, cancel);
    *count = *fit == pixels ? set->count : 0;
    for (unsigned i = 0; i < *count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            palette[i][channel] = (uint8_t)(set->colors[i] >> (16 - 8 * channel));
    free(set);
    return cancel_status(cancel);
}

static png2bmp_status best_colors(uint8_t palette[256][3], unsigned *count, const uint8_t *rgb,
                                  size_t pixels, unsigned wanted, cancel_check *cancel)
{
    *count = quantize(palette, rgb, pixels, wanted, cancel);
    if (*count == 0 && !cancel->is_cancelled)
        return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    return cancel_status(cancel);
}

static png2bmp_status too_many_colors(const png2bmp_plan *plan, const uint8_t *rgb, size_t pixel,
                                      png2bmp_report *report)
{
    const uint8_t *const color = rgb + 3 * pixel;

    if (plan->options.exact)
        return report_error(report, PNG2BMP_ERR_NOT_EXACT,
                            "pixel (%zu, %zu) is #%02x%02x%02x, the first beyond %u colours",
                            pixel % plan->png.width, pixel / plan->png.width, color[0], color[1],
                            color[2], (unsigned)plan->options.colors);
    return report_error(report, PNG2BMP_ERR_FORMAT,
                        "the image has more than %u different colours: use 'colors' to "
                        "choose the best",
                        (unsigned)plan->bmp.palette_entries);
}

/* The image's own colours, or chosen ones if `colors` is set. */
static png2bmp_status choose_colors(png2bmp_options *options, const png2bmp_plan *plan,
                                    const uint8_t *rgb, cancel_check *cancel)
{
    const size_t   pixels = (size_t)plan->png.width * plan->png.height;
    const unsigned wanted = plan->options.colors;
    const unsigned most = wanted ? wanted : plan->bmp.palette_entries;
    unsigned       count = 0;
    size_t         fit = 0;
    png2bmp_status status = own_colors(options->palette, &count, &fit, rgb, pixels, most, cancel);

    if (!status && !count && (!wanted || options->exact))
        return too_many_colors(plan, rgb, fit, cancel->report);
    if (!status && !count)
        status = best_colors(options->palette, &count, rgb, pixels, wanted, cancel);
    if (!status)
        options->palette_entries = (uint16_t)count;
    return status;
}

png2bmp_status second_half(const png2bmp_plan *plan, const uint8_t *data, uint8_t *bmp,
                           const png2bmp_control *control, png2bmp_report *report)
{
    png2bmp_plan         second = halves_second(plan);
    row_target           target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);
    const png2bmp_plan   first = halves_first(plan);
    const png2bmp_pixels pixels = {.data = data,
                                   .size = (size_t)halves_bytes(plan),
                                   .width = plan->png.width,
                                   .height = plan->png.height,
                                   .channels = halves_meet_in_gray(plan) ? 1 : 3,
                                   .stride = (size_t)first.bmp.stride};

    if (halves_choose_colors(plan)) {
        cancel_check         cancel = {.control = control, .report = report};
        const png2bmp_status status = choose_colors(&second.options, plan, data, &cancel);

        if (status)
            return status;
    }
    bmp_write_header(bmp, &second);
    return encode_rows(&second, &pixels, &target, control, report);
}
