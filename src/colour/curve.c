#include "curve.h"

#include <string.h>

#include "power.h"

/* What is not a number is 0, too. */
static double clamp(double x)
{
    return x > 0 ? x < 1 ? x : 1 : 0;
}

static double sampled_at(const color_curve *curve, double x)
{
    const double at = clamp(x) * 255;
    const int    i = at < 254 ? (int)at : 254;

    return (curve->samples[i] + (curve->samples[i + 1] - curve->samples[i]) * (at - i)) / 65535;
}

double curve_at(const color_curve *curve, double x)
{
    if (curve->is_sampled)
        return sampled_at(curve, x);
    if (x < curve->d)
        return clamp(curve->c * x + curve->f);
    return clamp(power(curve->a * x + curve->b, curve->g) + curve->e);
}

bool curve_equals(const color_curve *a, const color_curve *b)
{
    if (a->is_sampled || b->is_sampled)
        return a->is_sampled && b->is_sampled &&
               memcmp(a->samples, b->samples, sizeof a->samples) == 0;
    return a->g == b->g && a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d &&
           a->e == b->e && a->f == b->f;
}

color_curve curve_of_gamma(double gamma)
{
    return (color_curve){.g = gamma, .a = 1};
}

color_curve curve_srgb(void)
{
    return (color_curve){
        .g = 2.4, .a = 1 / 1.055, .b = 0.055 / 1.055, .c = 1 / 12.92, .d = 0.04045};
}

/* ITU-T H.273, table 3: alpha and beta with more digits than BT.709's 1.099 and 0.018. */
color_curve curve_bt709(void)
{
    const double alpha = 1.09929682680944, beta = 0.018053968510807;

    return (color_curve){
        .g = 1 / 0.45, .a = 1 / alpha, .b = (alpha - 1) / alpha, .c = 1 / 4.5, .d = 4.5 * beta};
}

double curve_to_srgb(double light)
{
    return light <= 0.0031308 ? clamp(light) * 12.92 : 1.055 * power(clamp(light), 1 / 2.4) - 0.055;
}
