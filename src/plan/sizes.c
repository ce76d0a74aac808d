#include "sizes.h"

#include "background.h"
#include "base/bytes.h"
#include "bmp/bmp.h"
#include "bmp/format.h"
#include "bmp/pixel_way.h"
#include "steps.h"
#include "turn.h"

/* What is decoded at a time, so that it stays in the cache. */
#define STRIP_BYTES (128 * 1024)

bool sizes_differ(const png2bmp_plan *plan)
{
    return plan->options.width || plan->options.height;
}

static fit_sides sides_of(const png2bmp_plan *plan)
{
    return fit_of(turn_width(plan), turn_height(plan), &plan->options);
}

/* Whether rows that are missing are transparent, so that they still are when they are resized. */
static bool fills_holes(const png2bmp_plan *plan)
{
    return plan->options.salvage && background_is_hole(plan);
}

/* AUTO keeps alpha only where the image has some. */
static bool has_alpha(const png2bmp_plan *plan, bool has_bars)
{
    const png2bmp_options *options = &plan->options;

    if (format_of(options->format)->keeps_alpha)
        return plan->png.has_alpha || has_bars;
    if ((has_bars && pixel_way_has_holes(options)) || fills_holes(plan))
        return true;
    return plan->png.has_alpha && options->alpha != PNG2BMP_ALPHA_DROP;
}

static bool is_gray(const uint8_t rgb[3])
{
    return rgb[0] == rgb[1] && rgb[1] == rgb[2];
}

/* Whether rows that are missing have the colour of the background: in a palette of grays it is
 * one of them. */
static bool fills_color(const png2bmp_plan *plan)
{
    return plan->options.salvage && palette_kind_of(plan) != PALETTE_OF_IMAGE;
}

static png2bmp_color_type color_type_of(const png2bmp_plan *plan, bool has_bars)
{
    if (has_alpha(plan, has_bars))
        return PNG2BMP_RGB_ALPHA;
    if (plan->png.color_type != PNG2BMP_GRAY)
        return PNG2BMP_RGB;
    if ((has_bars || fills_color(plan)) && !is_gray(plan->options.background))
        return PNG2BMP_RGB;
    return PNG2BMP_GRAY;
}

void sizes_copy(png2bmp_options *options, const png2bmp_options *from)
{
    options->width = from->width;
    options->height = from->height;
    options->fit = from->fit;
    options->position = from->position;
    options->kernel = from->kernel;
}

static void forget_size(png2bmp_options *options)
{
    sizes_copy(options, &(png2bmp_options){.width = 0});
}

png2bmp_plan sizes_second(const png2bmp_plan *plan)
{
    const fit_sides   sides = sides_of(plan);
    png2bmp_plan      second = *plan;
    png2bmp_png_info *png = &second.png;

    forget_size(&second.options);
    turn_settle(&second);
    png->width = sides.x.canvas;
    png->height = sides.y.canvas;
    png->bit_depth = 8;
    png->color_type = color_type_of(plan, fit_has_bars(&sides));
    png->has_alpha = png->color_type == PNG2BMP_RGB_ALPHA;
    png->interlaced = png->is_cgbi = png->has_key = false;
    png->palette_entries = 0;
    second.space.is_used = false;
    return second;
}

static png2bmp_format format_between(png2bmp_color_type type)
{
    if (type == PNG2BMP_GRAY)
        return PNG2BMP_FORMAT_GRAY8;
    return type == PNG2BMP_RGB ? PNG2BMP_FORMAT_RAW_RGB : PNG2BMP_FORMAT_RAW_RGBA;
}

png2bmp_plan sizes_first(const png2bmp_plan *plan)
{
    const fit_sides          sides = sides_of(plan);
    const png2bmp_color_type type = color_type_of(plan, fit_has_bars(&sides));
    png2bmp_plan             first = *plan;
    png2bmp_options         *options = &first.options;

    forget_size(options);
    options->top_down = true;
    options->colors = 0;
    options->palette_entries = 0;
    if (!fills_holes(plan)) {
        options->key_index = PNG2BMP_KEY_NONE;
        if (options->alpha != PNG2BMP_ALPHA_DROP)
            options->alpha = PNG2BMP_ALPHA_BLEND;
    }
    options->has_seen = options->exact = options->uncached = false;
    options->dither = PNG2BMP_DITHER_DEFAULT;
    first.bmp = bmp_layout(format_between(type), turn_width(plan), turn_height(plan), 8, options);
    return first;
}

static unsigned channels_of(png2bmp_color_type type)
{
    return type == PNG2BMP_GRAY ? 1 : type == PNG2BMP_RGB ? 3 : 4;
}

/* Around an image with alpha nothing is. */
resize_spec sizes_spec(const png2bmp_plan *plan)
{
    const fit_sides sides = sides_of(plan);
    resize_spec     spec = {.sides = sides,
                            .channels = channels_of(color_type_of(plan, fit_has_bars(&sides))),
                            .kernel = plan->options.kernel};

    if (spec.channels < 4)
        memcpy(spec.bar, plan->options.background, 3);
    return spec;
}

static uint32_t rows_of(const png2bmp_plan *first)
{
    const uint64_t rows = STRIP_BYTES / first->bmp.stride, height = first->bmp.height;

    if (!turn_keeps_order(first) || rows >= height || height <= 2)
        return (uint32_t)height;
    return rows < 2 ? 2 : (uint32_t)rows;
}

sizes_layout sizes_layout_of(const png2bmp_plan *plan, const png2bmp_plan *written)
{
    const png2bmp_plan first = sizes_first(plan);
    const resize_spec  spec = sizes_spec(plan);
    sizes_layout       l = {.resizer = round_up(resize_memory(&spec), 16),
                            .writer = round_up(steps_of(written).memory, 16),
                            .rows = rows_of(&first)};

    l.strip = round_up(first.bmp.stride * l.rows, 16);
    return l;
}

uint64_t sizes_layout_bytes(const sizes_layout *layout)
{
    return layout->resizer + layout->writer + layout->strip;
}
