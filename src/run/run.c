/* The second step: from a plan and a destination of its size to a BMP. */
#include "bmp/bmp.h"
#include "convert.h"
#include "plan/halves.h"
#include "plan/profile.h"
#include "whole.h"

static png2bmp_status run_rows(const png2bmp_plan *plan, const uint8_t *png, size_t size,
                               uint8_t *bmp, const png2bmp_control *control, png2bmp_report *report)
{
    row_target target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);

    if (halves_are_needed(plan))
        return whole_run(plan, &(whole_source){.png = png, .size = size}, bmp, control, report);
    bmp_write_header(bmp, plan);
    return convert_rows(plan, png, size, &target, control, report);
}

png2bmp_status png2bmp_run(const png2bmp_plan *plan, const uint8_t *png, size_t size, uint8_t *bmp,
                           const png2bmp_control *control, png2bmp_report *report)
{
    const png2bmp_status status = run_rows(plan, png, size, bmp, control, report);

    return status ? status : profile_write_to(bmp, plan, png, size, control, report);
}

png2bmp_status png2bmp_run_pixels(const png2bmp_plan *plan, const png2bmp_pixels *pixels,
                                  uint8_t *bmp, const png2bmp_control *control,
                                  png2bmp_report *report)
{
    row_target target = target_at(bmp + plan->bmp.header_length, plan->png.height, plan);

    if (halves_are_needed(plan))
        return whole_run(plan, &(whole_source){.pixels = pixels}, bmp, control, report);
    bmp_write_header(bmp, plan);
    return encode_rows(plan, pixels, &target, control, report);
}
