#include "space.h"

#include <string.h>

#include "curve.h"
#include "primaries.h"

/* ---- cICP ------------------------------------------------------------------------ */

static const primaries *primaries_of(unsigned code)
{
    static const primaries bt470m = {{0.310, 0.316}, {{0.67, 0.33}, {0.21, 0.71}, {0.14, 0.08}}},
                           bt470bg = {{0.3127, 0.3290}, {{0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}}},
                           bt601 = {{0.3127, 0.3290},
                                    {{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}}},
                           bt2020 = {{0.3127, 0.3290},
                                     {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}},
                           dci_p3 = {{0.314, 0.351},
                                     {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}},
                           display_p3 = {{0.3127, 0.3290},
                                         {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}};

    switch (code) {
    case PRIMARIES_BT709:
        return &primaries_bt709;
    case PRIMARIES_BT470M:
        return &bt470m;
    case PRIMARIES_BT470BG:
        return &bt470bg;
    case PRIMARIES_BT601:
    case PRIMARIES_SMPTE240M:
        return &bt601;
    case PRIMARIES_BT2020:
        return &bt2020;
    case PRIMARIES_DCI_P3:
        return &dci_p3;
    case PRIMARIES_DISPLAY_P3:
        return &display_p3;
    default:
        return NULL;
    }
}

static bool curve_of_transfer(color_curve *curve, unsigned code)
{
    switch (code) {
    case TRANSFER_BT709:
    case TRANSFER_BT601:
    case TRANSFER_BT2020_10:
    case TRANSFER_BT2020_12:
        *curve = curve_bt709();
        return true;
    case TRANSFER_GAMMA22:
        *curve = curve_of_gamma(2.2);
        return true;
    case TRANSFER_GAMMA28:
        *curve = curve_of_gamma(2.8);
        return true;
    case TRANSFER_LINEAR:
        *curve = curve_of_gamma(1);
        return true;
    case TRANSFER_SRGB:
        *curve = curve_srgb();
        return true;
    default:
        return false;
    }
}

static void use_curve(color_space *space, const color_curve *curve)
{
    for (unsigned i = 0; i < 3; i++)
        space->curves[i] = *curve;
}

const char *space_of_cicp(color_space *space, const png2bmp_png_about *about)
{
    const primaries *from = primaries_of(about->cicp_primaries);
    color_curve      curve;

    if (about->is_hdr)
        return about->cicp_transfer == TRANSFER_PQ ? "it is HDR (PQ)" : "it is HDR (HLG)";
    if (about->cicp_matrix != MATRIX_RGB || !about->cicp_full_range)
        return "it is not for R G B of full range";
    if (!from)
        return "its primaries are unknown";
    if (!curve_of_transfer(&curve, about->cicp_transfer))
        return "its transfer function is unknown";
    use_curve(space, &curve);
    return primaries_matrix(&space->matrix, from) ? NULL : "its primaries are not colours";
}

/* ---- gAMA and cHRM ------------------------------------------------------------------- */

/* With sRGB's primaries, or none, a gAMA of SRGB_GAMMA means sRGB. Some encoders round otherwise:
 * 1/2.2 is 45454.54. */
#define NEAR_GAMMA 5

static bool means_srgb(const color_space *space, uint32_t gamma)
{
    const color_space plain = {.curves = {curve_srgb(), curve_srgb(), curve_srgb()},
                               .matrix = space->matrix};

    return gamma >= SRGB_GAMMA - NEAR_GAMMA && gamma <= SRGB_GAMMA + NEAR_GAMMA &&
           space_is_srgb(&plain, false);
}

static primaries primaries_of_chrm(const uint32_t numbers[8])
{
    primaries p;

    for (unsigned i = 0; i < 2; i++) {
        p.white[i] = numbers[i] / 100000.0;
        for (unsigned k = 0; k < 3; k++)
            p.rgb[k][i] = numbers[2 + 2 * k + i] / 100000.0;
    }
    return p;
}

const char *space_of_gamma(color_space *space, const png2bmp_png_about *about)
{
    const primaries given = primaries_of_chrm(about->chromaticities);
    color_curve     curve = curve_of_gamma(100000.0 / about->gamma);

    if (!primaries_matrix(&space->matrix, about->has_chromaticities ? &given : &primaries_bt709))
        return "cHRM does not have colours";
    if (means_srgb(space, about->gamma))
        curve = curve_srgb();
    use_curve(space, &curve);
    return NULL;
}

/* ---- Colours --------------------------------------------------------------------------- */

/* The samples of sRGB, 0 to 255, of those in the space, 0 to 1. */
static void to_srgb(double out[3], const color_space *space, const double in[3], bool is_gray)
{
    double light[3];

    for (unsigned i = 0; i < 3; i++)
        light[i] = curve_at(&space->curves[i], in[i]);
    for (unsigned i = 0; i < 3; i++) {
        const double *row = space->matrix.m[i];
        const double  sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];

        out[i] = 255 * curve_to_srgb(is_gray ? light[i] : sum);
    }
}

/* Whether no channel changes by `steps` of 8 bits. */
static bool stays(const color_space *space, const double in[3], bool is_gray, double steps)
{
    double out[3];

    to_srgb(out, space, in, is_gray);
    for (unsigned i = 0; i < 3; i++)
        if (!(out[i] - 255 * in[i] < steps && 255 * in[i] - out[i] < steps))
            return false;
    return true;
}

/* All colours of full and half channels, since what the matrix mixes is seen best in dark channels
 * beside light ones; then all grays. The matrices of sRGB's own profiles differ: colord's makes
 * green 1.41, 255, 0. */
bool space_is_srgb(const color_space *space, bool is_gray)
{
    for (unsigned i = 0; i < 27 && !is_gray; i++) {
        const unsigned halves[] = {i / 9, i / 3 % 3, i % 3};

        if (!stays(space, (double[]){halves[0] / 2.0, halves[1] / 2.0, halves[2] / 2.0}, false,
                   1.45))
            return false;
    }
    for (unsigned i = 0; i < 256; i++)
        if (!stays(space, (double[]){i / 255.0, i / 255.0, i / 255.0}, is_gray, 0.5))
            return false;
    return true;
}

bool space_is_stored(const png2bmp_png_info *png)
{
    return png->color_type == PNG2BMP_PALETTE ||
           (png->color_type == PNG2BMP_GRAY && png->bit_depth <= 8);
}

bool space_converts_samples(const png2bmp_plan *plan)
{
    return plan->space.is_used && !space_is_stored(&plan->png);
}

void space_store_colors(color_space *space, const png2bmp_png_info *png)
{
    const bool     is_gray = png->color_type == PNG2BMP_GRAY;
    const unsigned entries = space_is_stored(png) ? 1u << png->bit_depth : 0;

    memset(space->stored, 0, sizeof space->stored);
    for (unsigned i = 0; i < entries && (is_gray || i < png->palette_entries); i++) {
        double in[3], out[3];

        for (unsigned k = 0; k < 3; k++)
            in[k] = is_gray ? (double)i / (entries - 1) : png->palette[i][k] / 255.0;
        to_srgb(out, space, in, is_gray);
        for (unsigned k = 0; k < 3; k++)
            space->stored[i][k] = (uint8_t)(out[k] + 0.5);
    }
}
