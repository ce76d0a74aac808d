#include "fit.h"

/* The most that a side can have: see check_size in plan/options.c. */
#define MOST_SIDE 0x7fffffffu

/* length * to / from, rounded, within 1 and MOST_SIDE. */
static uint32_t in_ratio(uint32_t length, uint32_t to, uint32_t from)
{
    const uint64_t scaled = ((uint64_t)length * to + from / 2) / from;

    return scaled < 1 ? 1 : scaled > MOST_SIDE ? MOST_SIDE : (uint32_t)scaled;
}

/* Where along a side. */
typedef enum part {
    AT_START,
    AT_MIDDLE,
    AT_END
} part;

static const struct {
    part x, y;
} parts_of[PNG2BMP_POSITION_COUNT] = {
    [PNG2BMP_POSITION_CENTER] = {AT_MIDDLE, AT_MIDDLE},
    [PNG2BMP_POSITION_TOP] = {AT_MIDDLE, AT_START},
    [PNG2BMP_POSITION_RIGHT_TOP] = {AT_END, AT_START},
    [PNG2BMP_POSITION_RIGHT] = {AT_END, AT_MIDDLE},
    [PNG2BMP_POSITION_RIGHT_BOTTOM] = {AT_END, AT_END},
    [PNG2BMP_POSITION_BOTTOM] = {AT_MIDDLE, AT_END},
    [PNG2BMP_POSITION_LEFT_BOTTOM] = {AT_START, AT_END},
    [PNG2BMP_POSITION_LEFT] = {AT_START, AT_MIDDLE},
    [PNG2BMP_POSITION_LEFT_TOP] = {AT_START, AT_START},
};

/* How much of the rest comes first. */
static uint32_t share_of(uint32_t rest, part part)
{
    return part == AT_START ? 0 : part == AT_MIDDLE ? rest / 2 : rest;
}

static fit_side side_of(uint32_t from, uint32_t to, uint32_t canvas, part part)
{
    fit_side side = {.from = from, .to = to, .count = to, .canvas = canvas};

    if (to > canvas) {
        side.first = share_of(to - canvas, part);
        side.count = canvas;
    } else {
        side.at = share_of(canvas - to, part);
    }
    return side;
}

fit_sides fit_of(uint32_t width, uint32_t height, const png2bmp_options *options)
{
    const uint32_t w = options->width ? options->width : in_ratio(width, options->height, height);
    const uint32_t h = options->height ? options->height : in_ratio(height, options->width, width);
    /* Whether the width that is asked for is, of the two, the larger change. */
    const bool is_wider = (uint64_t)w * height >= (uint64_t)h * width;
    uint32_t   to_w = w, to_h = h;

    if (options->fit == PNG2BMP_FIT_NONE) {
        to_w = width;
        to_h = height;
    } else if (options->fit != PNG2BMP_FIT_FILL && options->width && options->height) {
        if (is_wider == (options->fit == PNG2BMP_FIT_COVER))
            to_h = in_ratio(height, w, width);
        else
            to_w = in_ratio(width, h, height);
    }
    return (fit_sides){.x = side_of(width, to_w, w, parts_of[options->position].x),
                       .y = side_of(height, to_h, h, parts_of[options->position].y)};
}

bool fit_has_bars(const fit_sides *sides)
{
    return sides->x.count < sides->x.canvas || sides->y.count < sides->y.canvas;
}
