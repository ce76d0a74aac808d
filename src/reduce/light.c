#include "light.h"

#include "base/srgb.h"

#define FULL 65535u

static int16_t linear_number(uint32_t light)
{
    return (int16_t)((light * LIGHT_WHITE + FULL / 2) / FULL);
}

/* Of two samples that are as near, the higher: as when sixteenths are rounded. */
static void fill_samples(light_scale *scale)
{
    unsigned sample = 0;

    for (int number = 0; number <= LIGHT_WHITE; number++) {
        while (sample < 255 && scale->of[sample + 1] - number <= number - scale->of[sample])
            sample++;
        scale->sample[number] = (uint8_t)sample;
    }
}

void light_fill(int16_t of[256], bool is_linear)
{
    for (unsigned i = 0; i < 256; i++)
        of[i] = is_linear ? linear_number(srgb_light[i]) : (int16_t)(16 * i);
}

void light_open(light_scale *scale, bool is_linear)
{
    scale->is_linear = is_linear;
    light_fill(scale->of, is_linear);
    fill_samples(scale);
}

/* In sixteenths of a sample, between samples in a straight line. */
static int16_t stored_number(uint32_t light)
{
    unsigned sample = 0;

    for (unsigned step = 128; step > 0; step /= 2)
        if (sample + step < 255 && srgb_light[sample + step] <= light)
            sample += step;
    const uint32_t low = srgb_light[sample], gap = srgb_light[sample + 1] - low;

    return (int16_t)(16 * sample + (16 * (light - low) + gap / 2) / gap);
}

/* Y of CIE 1931 for sRGB's primaries: IEC 61966-2-1. In 65536ths. */
static uint32_t luminance(const uint8_t rgb[3])
{
    return (13933 * (uint32_t)srgb_light[rgb[0]] + 46871 * (uint32_t)srgb_light[rgb[1]] +
            4732 * (uint32_t)srgb_light[rgb[2]]) >>
           16;
}

void light_fit(int16_t to[3][256], const light_scale *scale, const uint8_t (*colors)[3],
               unsigned count)
{
    unsigned black = 0, white = 0;

    for (unsigned i = 1; i < count; i++) {
        if (luminance(colors[i]) < luminance(colors[black]))
            black = i;
        if (luminance(colors[i]) > luminance(colors[white]))
            white = i;
    }
    for (unsigned channel = 0; channel < 3; channel++) {
        const uint32_t low = srgb_light[colors[black][2 - channel]];
        const uint32_t high = srgb_light[colors[white][2 - channel]];
        const uint32_t range = high > low ? high - low : 0;

        for (unsigned i = 0; i < 256; i++) {
            const uint32_t light = low + (srgb_light[i] * range + FULL / 2) / FULL;

            to[channel][i] = scale->is_linear ? linear_number(light) : stored_number(light);
        }
    }
}
