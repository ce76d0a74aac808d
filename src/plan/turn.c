#include "turn.h"

#include "base/report.h"

/* What turns the image upright, by its orientation: Exif 2.32, tag 0x0112. */
static const image_turn upright[] = {
    [2] = {.flops = true},
    [3] = {.flips = true, .flops = true},
    [4] = {.flips = true},
    [5] = {.transposes = true},
    [6] = {.transposes = true, .flops = true},
    [7] = {.transposes = true, .flips = true, .flops = true},
    [8] = {.transposes = true, .flips = true},
};

/* The orientation that is turned upright by so much. */
static unsigned orientation_of(png2bmp_rotate rotate, unsigned exif)
{
    switch (rotate) {
    case PNG2BMP_ROTATE_90:
        return 6;
    case PNG2BMP_ROTATE_180:
        return 3;
    case PNG2BMP_ROTATE_270:
        return 8;
    case PNG2BMP_ROTATE_EXIF:
        return exif;
    case PNG2BMP_ROTATE_DEFAULT:
    case PNG2BMP_ROTATE_0:
    case PNG2BMP_ROTATE_COUNT:
        break;
    }
    return 1;
}

void turn_plan(png2bmp_plan *plan)
{
    const png2bmp_options  *options = &plan->options;
    const png2bmp_png_info *png = &plan->png;
    const pixel_density     stored = {png->x_pixels_per_meter, png->y_pixels_per_meter};

    plan->turn = upright[orientation_of(options->rotate, plan->about.orientation)];
    plan->turn.flips ^= options->flip;
    plan->turn.flops ^= options->flop;
    plan->density = plan->turn.transposes ? (pixel_density){stored.y, stored.x} : stored;
}

png2bmp_status turn_warn(const png2bmp_plan *plan, png2bmp_report *report)
{
    const unsigned orientation = plan->about.orientation;

    if (plan->options.rotate != PNG2BMP_ROTATE_DEFAULT || orientation <= 1)
        return PNG2BMP_OK;
    return report_warning(report, plan->options.strict, PNG2BMP_ERR_ORIENTATION,
                          "Exif asks for the image to be turned (orientation %u), and it was not: "
                          "rotate 'exif' turns it, rotate 0 leaves it",
                          orientation);
}

bool turn_scatters(const png2bmp_plan *plan)
{
    return plan->png.interlaced || plan->turn.transposes;
}

bool turn_keeps_order(const png2bmp_plan *plan)
{
    if (plan->has_all_pixels)
        return true;
    return !plan->png.interlaced && !plan->turn.transposes && !plan->turn.flips;
}

uint32_t turn_width(const png2bmp_plan *plan)
{
    return plan->turn.transposes ? plan->png.height : plan->png.width;
}

uint32_t turn_height(const png2bmp_plan *plan)
{
    return plan->turn.transposes ? plan->png.width : plan->png.height;
}

void turn_settle(png2bmp_plan *plan)
{
    const png2bmp_png_info stored = plan->png;
    png2bmp_png_info      *png = &plan->png;

    if (plan->turn.transposes) {
        png->width = stored.height;
        png->height = stored.width;
    }
    plan->turn = (image_turn){false, false, false};
}
