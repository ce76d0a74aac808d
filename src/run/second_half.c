#include "second_half.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "encode.h"
#include "plan/halves.h"
#include "reduce/few_colors.h"
#include "reduce/quantize.h"
#include "rows.h"

/* The different colours, if there are at most `most`, in order of appearance. *fit: the pixels
 * before the first that is a colour too many. */
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

static png2bmp_status too_many_colors(const png2bmp_plan *plan, png2bmp_report *report)
{
    return report_error(report, PNG2BMP_ERR_FORMAT,
                        "the image has more than %u different colours: use 'colors' to "
                        "choose the best",
                        (unsigned)plan->bmp.palette_entries);
}

/* The pixels that colours are chosen for. */
typedef struct opaque_pixels {
    const uint8_t *rgb;
    size_t         count;
    const uint8_t *rgba; /* NULL: all are opaque */
    unsigned       threshold;
} opaque_pixels;

/* Which pixel of the image opaque pixel i is. */
static size_t pixel_of(const opaque_pixels *opaque, size_t i)
{
    size_t pixel = 0;

    for (size_t left = i + 1; opaque->rgba; pixel++)
        if (opaque->rgba[4 * pixel + 3] >= opaque->threshold && --left == 0)
            return pixel;
    return i;
}

static png2bmp_status not_exact(const png2bmp_plan *plan, const opaque_pixels *opaque, size_t i,
                                const char *why, png2bmp_report *report)
{
    const uint8_t *const color = opaque->rgb + 3 * i;
    const size_t         pixel = pixel_of(opaque, i);

    return report_error(report, PNG2BMP_ERR_NOT_EXACT, "pixel (%zu, %zu) is #%02x%02x%02x, %s",
                        pixel % plan->bmp.width, pixel / plan->bmp.width, color[0], color[1],
                        color[2], why);
}

/* The first of the colour of the key; otherwise `most`. */
static size_t first_of_key(const opaque_pixels *opaque, const png2bmp_options *options, size_t most,
                           cancel_check *cancel)
{
    size_t i = 0;

    while (i < most && memcmp(opaque->rgb + 3 * i, options->background, 3) != 0 &&
           !cancel_before(cancel, 1))
        i++;
    return i;
}

/* `fit` opaque pixels have few enough colours: are these all, and none that of the key? */
static png2bmp_status check_exact(const png2bmp_plan *plan, const opaque_pixels *opaque, size_t fit,
                                  cancel_check *cancel)
{
    const png2bmp_options *options = &plan->options;
    const size_t           right =
        options->key_index < 256 ? first_of_key(opaque, options, fit, cancel) : fit;
    char why[48];

    if (cancel->is_cancelled)
        return cancel_status(cancel);
    if (right < fit)
        return not_exact(plan, opaque, right, "which " ONLY_OF_HOLES, cancel->report);
    if (fit == opaque->count)
        return PNG2BMP_OK;
    snprintf(why, sizeof why, "the first beyond %u colours", (unsigned)options->colors);
    return not_exact(plan, opaque, fit, why, cancel->report);
}

/* The image's own colours, or chosen ones if `colors` is set: at most `most`. */
static png2bmp_status colors_for(png2bmp_options *options, const png2bmp_plan *plan,
                                 const opaque_pixels *opaque, unsigned most, cancel_check *cancel)
{
    unsigned       count = 0;
    size_t         fit = 0;
    png2bmp_status status =
        own_colors(options->palette, &count, &fit, opaque->rgb, opaque->count, most, cancel);

    if (!status && options->exact)
        status = check_exact(plan, opaque, fit, cancel);
    else if (!status && fit < opaque->count && !options->colors)
        status = too_many_colors(plan, cancel->report);
    else if (!status && fit < opaque->count)
        status = best_colors(options->palette, &count, opaque->rgb, opaque->count, most, cancel);
    options->palette_entries = (uint16_t)count;
    if (!plan->options.colors) /* all are there */
        options->dither = PNG2BMP_DITHER_NONE;
    return status;
}

/* Packs the opaque pixels. */
static void take_opaque(opaque_pixels *opaque, uint8_t *rgb, size_t pixels, cancel_check *cancel)
{
    opaque->rgb = rgb;
    for (size_t i = 0; i < pixels && !cancel_before(cancel, 1); i++)
        if (opaque->rgba[4 * i + 3] >= opaque->threshold)
            memcpy(rgb + 3 * opaque->count++, opaque->rgba + 4 * i, 3);
}

/* Makes room for the key among the colours. One of them that is the key's becomes its neighbour;
 * with `exact` there is none. An image of holes alone gets black, since a palette of no colours
 * stands for one that is not chosen yet. */
static void insert_key(png2bmp_options *options)
{
    const unsigned key = options->key_index;
    unsigned       count = options->palette_entries;

    for (unsigned i = 0; i < count; i++)
        if (memcmp(options->palette[i], options->background, 3) == 0)
            options->palette[i][2] ^= 1;
    if (count == 0)
        memset(options->palette[count++], 0, sizeof *options->palette);
    options->palette_entries = (uint16_t)count;
    if (key >= count)
        return;
    memmove(options->palette[key + 1], options->palette[key],
            sizeof *options->palette * (count - key));
    memcpy(options->palette[key], options->background, sizeof options->background);
    options->palette_entries++;
}

static png2bmp_status choose_colors(png2bmp_options *options, const png2bmp_plan *plan,
                                    const uint8_t *data, cancel_check *cancel)
{
    const size_t   pixels = (size_t)plan->bmp.width * plan->bmp.height;
    const bool     has_key = options->key_index < 256;
    const unsigned room = plan->options.colors ? plan->options.colors : plan->bmp.palette_entries;
    const unsigned most = room - (has_key ? 1 : 0);
    opaque_pixels  opaque = {.rgb = data, .count = pixels};
    uint8_t       *packed = NULL;
    png2bmp_status status;

    if (halves_meet_in_alpha(plan)) {
        opaque = (opaque_pixels){.rgba = data, .threshold = options->alpha_threshold};
        packed = malloc((size_t)halves_opaque_bytes(plan));
        if (!packed)
            return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
        take_opaque(&opaque, packed, pixels, cancel);
    }
    status = colors_for(options, plan, &opaque, most, cancel);
    free(packed);
    if (!status && has_key)
        insert_key(options);
    return status;
}

png2bmp_status second_half(const png2bmp_plan *plan, const uint8_t *data, uint8_t *bmp,
                           cancel_check *cancel)
{
    png2bmp_plan second = halves_second(plan);
    row_target   target = target_at(bmp + plan->bmp.header_length, plan->bmp.height, plan, false);
    const png2bmp_plan   first = halves_first(plan);
    const png2bmp_pixels pixels = {.data = data,
                                   .size = (size_t)halves_bytes(plan),
                                   .width = plan->bmp.width,
                                   .height = plan->bmp.height,
                                   .channels = halves_meet_in_gray(plan)    ? 1
                                               : halves_meet_in_alpha(plan) ? 4
                                                                            : 3,
                                   .stride = (size_t)first.bmp.stride};

    if (halves_choose_colors(plan)) {
        const png2bmp_status status = choose_colors(&second.options, plan, data, cancel);

        if (status)
            return status;
    }
    bmp_write_header(bmp, &second);
    return encode_rows(&second, &pixels, &target, cancel);
}
