/* Section numbers are those of the PNG specification, third edition. */
#include "convert_colors.h"

#include <stdlib.h>

#include "base/report.h"
#include "colour/icc.h"
#include "colour/space.h"
#include "profile.h"

/* Up to here a gAMA is not worth a warning. */
#define NEAR_GAMMA 4000

/* ---- Samples stay ------------------------------------------------------------------ */

/* Displays treat these alike. */
static bool is_like_srgb(unsigned transfer)
{
    return transfer == TRANSFER_BT709 || transfer == TRANSFER_BT601 || transfer == TRANSFER_SRGB ||
           transfer == TRANSFER_BT2020_10 || transfer == TRANSFER_BT2020_12;
}

/* What the warning ends with, if it is true. */
static const char *remedy(const char *defect)
{
    return defect ? "" : "; colorSpace 'srgb' converts them";
}

static void warn_of_cicp(const png2bmp_plan *plan, const png_file *file)
{
    const png2bmp_png_about *about = &plan->about;
    color_space              space;

    if (about->is_hdr)
        report_warning(file->report, false, PNG2BMP_ERR_COLOR_SPACE,
                       "the picture is HDR (%s): a BMP shows its samples as sRGB",
                       about->cicp_transfer == TRANSFER_PQ ? "PQ" : "HLG");
    else if (about->cicp_primaries != PRIMARIES_BT709 || !is_like_srgb(about->cicp_transfer))
        report_warning(file->report, false, PNG2BMP_ERR_COLOR_SPACE,
                       "cICP says primaries %u and transfer function %u: a BMP shows the samples "
                       "as sRGB%s",
                       about->cicp_primaries, about->cicp_transfer,
                       remedy(space_of_cicp(&space, about)));
    else if (!about->cicp_full_range || about->cicp_matrix != MATRIX_RGB)
        report_warning(file->report, false, PNG2BMP_ERR_COLOR_SPACE,
                       "cICP says %s range and matrix %u, sRGB is full range and 0: a BMP shows "
                       "the samples as sRGB",
                       about->cicp_full_range ? "full" : "narrow", about->cicp_matrix);
}

/* Section 4.3: the first of these chunks that a file has takes precedence. The contents of a
 * profile are not read. */
static void warn_of_colors(const png2bmp_plan *plan, const png_file *file)
{
    const png2bmp_png_about *about = &plan->about;
    const uint32_t           gamma = about->gamma;
    color_space              space;

    if (about->has_cicp)
        warn_of_cicp(plan, file);
    else if (!about->icc_name_length && !about->is_srgb && gamma > 0 &&
             (gamma < SRGB_GAMMA - NEAR_GAMMA || gamma > SRGB_GAMMA + NEAR_GAMMA))
        report_warning(file->report, false, PNG2BMP_ERR_COLOR_SPACE,
                       "gAMA says %u.%05u, sRGB is 0.45455: a BMP shows the samples as sRGB%s",
                       (unsigned)gamma / 100000, (unsigned)gamma % 100000,
                       remedy(space_of_gamma(&space, about)));
}

/* ---- Samples are converted ----------------------------------------------------------- */

/* *is_there: the chunk counts, and what is wrong with it in *defect. */
static png2bmp_status space_of_profile(png2bmp_plan *plan, const png_file *file, bool *is_there,
                                       const char **defect)
{
    profile_bytes  profile;
    png2bmp_status status = profile_read(plan, file, &profile);

    *is_there = profile.bytes || profile.defect;
    *defect = profile.defect;
    if (profile.bytes)
        *defect = icc_read(&plan->space, profile.bytes, profile.size,
                           color_type_is_gray(plan->png.color_type));
    free(profile.bytes);
    return status;
}

/* The chunk that counts; what is wrong with it in *defect. */
static png2bmp_status read_space(png2bmp_plan *plan, const png_file *file,
                                 png2bmp_color_source *source, const char **defect)
{
    const png2bmp_png_about *about = &plan->about;
    png2bmp_status           status = PNG2BMP_OK;
    bool                     has_profile = false;

    *source = PNG2BMP_COLOR_SOURCE_NONE;
    *defect = NULL;
    if (about->has_cicp) {
        *source = PNG2BMP_COLOR_SOURCE_CICP;
        *defect = space_of_cicp(&plan->space, about);
        return PNG2BMP_OK;
    }
    if (about->icc_at != 0)
        status = space_of_profile(plan, file, &has_profile, defect);
    if (has_profile) {
        *source = PNG2BMP_COLOR_SOURCE_ICCP;
    } else if (!status && !about->is_srgb && about->gamma > 0) {
        *source = PNG2BMP_COLOR_SOURCE_GAMA;
        *defect = space_of_gamma(&plan->space, about);
    }
    return status;
}

static const char *chunk_of(png2bmp_color_source source)
{
    static const char *const names[] = {[PNG2BMP_COLOR_SOURCE_NONE] = "",
                                        [PNG2BMP_COLOR_SOURCE_CICP] = "cICP",
                                        [PNG2BMP_COLOR_SOURCE_ICCP] = "iCCP",
                                        [PNG2BMP_COLOR_SOURCE_GAMA] = "gAMA"};

    return names[source];
}

static png2bmp_status plan_conversion(png2bmp_plan *plan, const png_file *file)
{
    png2bmp_color_source source;
    const char          *defect;
    png2bmp_status       status = read_space(plan, file, &source, &defect);

    if (status)
        return status;
    plan->is_srgb = !defect;
    if (defect)
        return report_warning(
            file->report, false, PNG2BMP_ERR_COLOR_SPACE,
            "the colours are not converted to sRGB: %s says what they are, but %s",
            chunk_of(source), defect);
    if (source == PNG2BMP_COLOR_SOURCE_NONE ||
        space_is_srgb(&plan->space, color_type_is_gray(plan->png.color_type)))
        return PNG2BMP_OK;
    plan->space.is_used = true;
    plan->bmp.converted_from = source;
    space_store_colors(&plan->space, &plan->png);
    return PNG2BMP_OK;
}

png2bmp_status convert_colors_plan(png2bmp_plan *plan, const png_file *file)
{
    if (plan->options.color_space == PNG2BMP_COLOR_SPACE_SRGB)
        return plan_conversion(plan, file);
    warn_of_colors(plan, file);
    return PNG2BMP_OK;
}
