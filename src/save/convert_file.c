#include "convert_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "failure.h"
#include "save.h"

/* As many bytes as are searched for a PNG that begins later: see src/png/signature.c. They show
 * what is no PNG, or one that is refused, before the rest is read. */
#define HEAD_BYTES 65536

static png2bmp_status read_failure(file_conversion *conversion, file_failure failed,
                                   png2bmp_report *report)
{
    char descriptor[32];

    if (!failed.code)
        return PNG2BMP_OK;
    snprintf(descriptor, sizeof descriptor, "descriptor %d", conversion->from.descriptor);
    conversion->is_of_input = true;
    return report_failure(report, failed,
                          conversion->from.path ? conversion->from.path : descriptor);
}

/* Whether the rest of the file can make a difference: chunks before the pixels may be long, the
 * size of the image is compared with that of the file, and what is damaged may be found later. */
static bool wants_more(png2bmp_status status, const png2bmp_options *options)
{
    return !status || status == PNG2BMP_ERR_TRUNCATED || status == PNG2BMP_ERR_BOMB ||
           options->salvage;
}

static png2bmp_status plan(file_conversion *conversion, const old_file *png, png2bmp_report *report)
{
    png2bmp_report_clear(report);
    return png2bmp_plan_make(&conversion->plan, png->bytes, png->size, &conversion->options,
                             report);
}

/* The whole PNG, with its plan. */
static png2bmp_status read_png(file_conversion *conversion, old_file *png, png2bmp_report *report)
{
    png2bmp_status status = read_failure(conversion, read_open(png, &conversion->from), report);

    if (!status)
        status = read_failure(conversion, read_until(png, HEAD_BYTES), report);
    if (status)
        return status;
    status = plan(conversion, png, report);
    if (png->ended || !wants_more(status, &conversion->options))
        return status;
    status = read_failure(conversion, read_until(png, READ_ALL), report);
    return status ? status : plan(conversion, png, report);
}

static void keep_profile_name(file_conversion *conversion, const old_file *png)
{
    const png2bmp_png_about *about = &conversion->plan.about;

    if (about->icc_name_length <= sizeof conversion->profile_name)
        memcpy(conversion->profile_name, png->bytes + about->icc_name_at, about->icc_name_length);
}

png2bmp_status convert_file(file_conversion *conversion, const png2bmp_control *control,
                            png2bmp_report *report)
{
    old_file       png;
    png2bmp_status status;

    if (control) {
        conversion->from.cancelled = control->cancelled;
        conversion->from.user = control->user;
    }
    status = read_png(conversion, &png, report);
    read_close(&png);
    if (!status)
        status = save_at(conversion->directory, conversion->to, &conversion->plan, png.bytes,
                         png.size, control, report);
    if (!status)
        keep_profile_name(conversion, &png);
    free(png.bytes);
    return status;
}
