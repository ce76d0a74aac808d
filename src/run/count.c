/* Counts the colours of an image: it is converted to R G B A, strip by strip, until there are too
 * many. */
#include <stdlib.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "convert.h"
#include "plan/plan.h"
#include "plan/route.h"
#include "reduce/few_colors.h"

#define STRIP_BYTES (256 * 1024)

typedef struct counter {
    row_target   target; /* first: a row_target pointer is a counter pointer */
    uint32_t     width;
    few_colors  *colors;
    cancel_check cancel; /* of counting alone */
    bool         has_many;
} counter;

/* The rows are consecutive: top-down and without padding. */
static png2bmp_status count_rows(row_target *target, uint32_t first_row, uint32_t rows)
{
    counter *c = (counter *)target;

    (void)first_row;
    c->has_many = !few_colors_add(c->colors, target->top, (size_t)c->width * rows, 4, FEW_COLORS,
                                  &c->cancel) &&
                  !c->cancel.is_cancelled;
    return c->has_many ? PNG2BMP_ERR_CANCELLED : cancel_status(&c->cancel); /* that is enough */
}

/* The conversion that is done; memory includes that of its rows. */
static png2bmp_plan plan_of_pixels(const png2bmp_plan *plan, uint32_t *rows)
{
    png2bmp_plan           pixels = *plan;
    png2bmp_options *const options = &pixels.options;

    options->alpha = PNG2BMP_ALPHA_BLEND;
    options->dither = PNG2BMP_DITHER_DEFAULT;
    options->top_down = true;
    options->colors = 0;
    options->palette_entries = 0;
    pixels.bmp = bmp_layout(PNG2BMP_FORMAT_RAW_RGBA, plan->png.width, plan->png.height, 8, options);
    *rows = plan->png.interlaced ? plan->png.height : target_strip_rows(&pixels, STRIP_BYTES);
    pixels.memory = route_memory(&pixels) + *rows * pixels.bmp.stride + sizeof(few_colors);
    return pixels;
}

/* An interlaced image is there as a whole when its last pass is. */
static png2bmp_status count(counter *c, const png2bmp_plan *plan, const uint8_t *png, size_t size,
                            const png2bmp_control *control, png2bmp_report *report)
{
    png2bmp_status status;

    if (!plan->png.interlaced)
        c->target.flush = count_rows;
    status = convert_rows(plan, png, size, &c->target, control, report);
    if (!status && plan->png.interlaced)
        status = count_rows(&c->target, 0, plan->png.height);
    return c->has_many ? PNG2BMP_OK : status;
}

png2bmp_status png2bmp_count_colors(png2bmp_plan *plan, const uint8_t *png, size_t size,
                                    const png2bmp_control *control, png2bmp_report *report)
{
    uint32_t           rows;
    const png2bmp_plan pixels = plan_of_pixels(plan, &rows);
    counter            c = {.width = plan->png.width, .cancel = {control, report, 0, false}};
    png2bmp_status     status = plan_check_memory(&pixels, report);
    uint8_t           *base;

    if (status)
        return status;
    base = malloc((size_t)(rows * pixels.bmp.stride));
    c.colors = calloc(1, sizeof *c.colors);
    if (base && c.colors) {
        c.target = target_at(base, rows, &pixels);
        status = count(&c, &pixels, png, size, control, report);
        if (!status)
            plan->png.colors = c.has_many ? PNG2BMP_MANY_COLORS : c.colors->count;
    } else {
        status = report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    }
    free(c.colors);
    free(base);
    return status;
}
