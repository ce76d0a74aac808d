/* Counts the colours of an image: it is converted to R G B A, strip by strip, until there are too
 * many. */
#include <stdlib.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "plan/plan.h"
#include "plan/route.h"
#include "reduce/few_colors.h"
#include "run.h"

#define STRIP_BYTES (256 * 1024)

typedef struct counter {
    few_colors  *colors;
    cancel_check cancel; /* of counting alone */
    bool         has_many;
} counter;

static png2bmp_status count_piece(void *user, const uint8_t *rgba, size_t size, uint64_t offset)
{
    counter *c = user;

    (void)offset;
    c->has_many = few_colors_add(c->colors, rgba, size / 4, 4, FEW_COLORS, &c->cancel) < size / 4 &&
                  !c->cancel.is_cancelled;
    return c->has_many ? PNG2BMP_ERR_CANCELLED : cancel_status(&c->cancel); /* that is enough */
}

/* The conversion that is done; memory includes that of the set. */
static png2bmp_plan plan_of_pixels(const png2bmp_plan *plan)
{
    png2bmp_plan           pixels = *plan;
    png2bmp_options *const options = &pixels.options;

    options->alpha = PNG2BMP_ALPHA_BLEND;
    options->dither = PNG2BMP_DITHER_DEFAULT;
    options->top_down = true;
    options->colors = 0;
    options->palette_entries = 0;
    options->key_index = PNG2BMP_KEY_NONE;
    options->width = options->height = 0;
    pixels.turn = (image_turn){false, false, false};
    pixels.bmp = bmp_layout(PNG2BMP_FORMAT_RAW_RGBA, plan->png.width, plan->png.height, 8, options);
    pixels.memory = route_memory(&pixels) + sizeof(few_colors);
    return pixels;
}

/* Bytes of the rows that are in memory at a time. */
static uint64_t bytes_of_rows(const png2bmp_plan *pixels)
{
    const uint32_t rows =
        pixels->png.interlaced ? pixels->png.height : target_strip_rows(pixels, STRIP_BYTES);

    return rows * pixels->bmp.stride;
}

png2bmp_status png2bmp_count_colors(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                    const png2bmp_control *control, png2bmp_report *report)
{
    png2bmp_status status = plan_check_png(plan, report);
    counter        c = {.cancel = {control, report, 0, false}};
    png2bmp_plan   pixels;

    if (status)
        return status;
    pixels = plan_of_pixels(plan);
    status = plan_check_strip(&pixels, bytes_of_rows(&pixels), report);
    if (status)
        return status;
    c.colors = calloc(1, sizeof *c.colors);
    if (!c.colors)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = run_into(&pixels, &(run_source){.png = png, .size = size}, STRIP_BYTES,
                      (byte_sink){count_piece, &c}, control, report);
    if (c.has_many)
        status = PNG2BMP_OK;
    if (!status)
        plan->png.colors = c.has_many ? PNG2BMP_MANY_COLORS : c.colors->count;
    free(c.colors);
    return status;
}
