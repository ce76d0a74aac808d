#include "rows.h"

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/bmp.h"
#include "bmp/colors.h"
#include "pixels/pixel.h"
#include "plan/cache.h"
#include "png/png_size.h"

/* ---- Memory ------------------------------------------------------------------------- */

/* Pixels are compared with what is seen of a colour. */
static const uint8_t (*colors_seen(const png2bmp_options *options))[3]
{
    return options->has_seen ? options->seen : options->palette;
}

/* No opaque pixel gets the key, nor another entry of its colour. */
static void leave_out_key(nearest *n, const png2bmp_options *options)
{
    bool left_out[256] = {false};

    for (unsigned i = 0; i < options->palette_entries; i++)
        left_out[i] = memcmp(options->palette[i], options->background, 3) == 0;
    nearest_leave_out(n, options->palette_entries, left_out);
}

/* The numbers of the picture are brought into the range of what is seen of the colours that pixels
 * may get. */
static void fit_numbers(dither_numbers *numbers, const nearest *n)
{
    uint8_t rgb[256][3];

    for (unsigned i = 0; i < n->count; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            rgb[i][channel] = n->bgr[n->all[i]][2 - channel];
    dither_numbers_fit(numbers, (const uint8_t(*)[3])rgb, n->count);
}

static void open_match(row_writer *writer, const dither_setup *setup, void *memory)
{
    const pixel_way       *way = &writer->steps.way;
    const png2bmp_options *options = &writer->plan->options;
    const unsigned         entries = options->palette_entries;
    const uint8_t(*const seen)[3] = colors_seen(options);
    const dither_palette palette = {.nearest =
                                        nearest_open(memory, seen, entries, &setup->numbers->scale),
                                    .entries = entries,
                                    .gray_step = way->gray_step,
                                    .is_chosen = options->colors != 0,
                                    .is_seen = options->has_seen};

    if (way->has_key)
        leave_out_key(palette.nearest, options);
    if (options->has_seen && options->tone != PNG2BMP_TONE_NONE)
        fit_numbers(setup->numbers, palette.nearest);
    dither_open_palette(&writer->dither, setup, &palette, writer->kernels->diffuse);
    writer->dither.has_holes = way->has_key && way->needs_alpha;
    writer->dither.hole = (uint8_t)options->key_index;
}

static void open_dither(row_writer *writer, void *numbers, void *nearest, void *errors)
{
    const pixel_way   *way = &writer->steps.way;
    const dither_setup setup = {.rule = way->dither,
                                .numbers = numbers,
                                .errors = errors,
                                .width = writer->plan->bmp.width};

    dither_numbers_open(setup.numbers, way->is_linear);
    if (way->second == STEP_MATCH)
        open_match(writer, &setup, nearest);
    else
        dither_open_levels(&writer->dither, &setup, way->format->levels);
    writer->dither.cancel = writer->cancel;
}

/* The margins are read, and what is in them has no effect. */
static void open_group(row_writer *writer, uint8_t *rows, uint8_t *indices, const row_layout *l)
{
    const size_t pixels = 3 * ((size_t)writer->plan->bmp.width + DITHER_MARGIN);

    for (uint8_t *row = rows; row < rows + l->group; row += l->group_pitch) {
        memset(row, 0, (size_t)3 * DITHER_MARGIN);
        memset(row + pixels, 0, (size_t)l->group_pitch - pixels);
    }
    writer->group = (dither_rows){.bgr = rows + 3 * DITHER_MARGIN,
                                  .pitch = (size_t)l->group_pitch,
                                  .indices = indices + DITHER_MARGIN,
                                  .index_pitch = (size_t)l->index_pitch};
}

static void open_watch(row_writer *writer, uint8_t *holes)
{
    const pixel_way *way = &writer->steps.way;

    memcpy(writer->key, writer->context.background, sizeof writer->key);
    if (way->format->step == STEP_LEVELS)
        panel_levels(writer->key, writer->context.background, 1, way->format->levels);
    writer->holes = holes;
    writer->is_watched = true;
    writer->dither.has_holes = way->needs_alpha;
}

/* The parts of the memory, which may be absent, and their users. */
static void open_scratch(row_writer *writer, uint8_t *memory)
{
    const png2bmp_plan *plan = writer->plan;
    const row_steps    *steps = &writer->steps;
    const row_layout   *l = &steps->layout;
    uint8_t            *group, *indices, *numbers, *nearest;
    void               *errors;

    if (steps->way.converts)
        writer->srgb = srgb_open(plan, steps->way.to_srgb, memory);
    writer->samples = memory + l->srgb;
    writer->colors = writer->samples + l->samples;
    writer->line = writer->colors + l->colors;
    group = writer->line + l->line;
    indices = group + l->group;
    numbers = indices + l->indices;
    nearest = numbers + l->numbers;
    if (l->group > 0)
        open_group(writer, group, indices, l);
    errors = nearest + l->nearest;
    if (steps->way.second == STEP_BITS)
        mono_open(&writer->mono, steps->way.dither, &plan->options, steps->way.is_linear, errors,
                  plan->bmp.width);
    else if (steps->way.second == STEP_MATCH || steps->way.second == STEP_DITHER)
        open_dither(writer, numbers, nearest, errors);
    if (steps->way.watches_key)
        open_watch(writer, indices);
}

void rows_open(row_writer *writer, const png2bmp_plan *plan, const row_steps *steps,
               const kernels *kernels, void *memory, cancel_check *cancel)
{
    writer->plan = plan;
    writer->cancel = cancel;
    writer->kernels = kernels;
    writer->steps = *steps;
    writer->row = kernels->row[steps->way.first];
    writer->waiting = 0;
    writer->above = 0;
    writer->failed = PNG2BMP_OK;
    writer->is_watched = false;
    writer->holes = NULL;
    writer->bypasses =
        steps->way.second == STEP_NONE && cache_is_bypassed(plan) && kernels->bypass != NULL;
    colors_prepare(&writer->context, plan, &steps->way);
    if (steps->memory > 0)
        open_scratch(writer, memory);
}

/* ---- Pieces --------------------------------------------------------------------------- */

/* Pixels of samples, by the first step; at most STEPS_PIECE of them if they are converted. */
static void make_pixels(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const pixel_way *way = &writer->steps.way;

    if (way->converts) {
        writer->kernels->srgb[way->to_srgb](writer->samples, samples, width, &writer->srgb);
        samples = writer->samples;
    }
    writer->row(dst, samples, width, &writer->context);
}

/* The row kinds for luma keep one byte per pixel. */
static bool gives_luma(const row_writer *writer)
{
    return writer->steps.way.first == ROW_index8_to_index8 ||
           writer->steps.way.first == ROW_gray16_to_index8;
}

/* Writes a piece of a row: at most STEPS_PIECE pixels. */
typedef void (*piece_fn)(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width);

/* piece: pixels, a multiple of 8. bits: per pixel in dst. */
static void write_pieces_of(row_writer *writer, size_t piece, piece_fn write, uint8_t *dst,
                            size_t bits, const uint8_t *samples, size_t width)
{
    const size_t source_bits = png_bits_per_pixel(&writer->plan->png);

    for (size_t x = 0; x < width; x += piece) {
        const size_t count = smaller(width - x, piece);

        if (cancel_before(writer->cancel, count))
            return;
        write(writer, dst + x / 8 * bits, samples + x / 8 * source_bits, count);
    }
}

static void write_in_pieces(row_writer *writer, piece_fn write, uint8_t *dst, size_t bits,
                            const uint8_t *samples, size_t width)
{
    write_pieces_of(writer, STEPS_PIECE, write, dst, bits, samples, width);
}

/* What needs no memory for a piece takes whole rows, unless they are very long; samples that are
 * converted need some. Most rows are short, and those of an icon cost little more than the steps
 * around them: hence no loop for one piece. */
static void write_at_once(row_writer *writer, piece_fn write, uint8_t *dst, const uint8_t *samples,
                          size_t width)
{
    const size_t piece = writer->steps.way.converts ? STEPS_PIECE : CANCEL_PIXELS;

    if (width > piece)
        write_pieces_of(writer, piece, write, dst, writer->plan->bmp.bits_per_pixel, samples,
                        width);
    else if (!cancel_before(writer->cancel, width))
        write(writer, dst, samples, width);
}

static void write_premultiplied(row_writer *writer, uint8_t *dst, const uint8_t *samples,
                                size_t width)
{
    make_pixels(writer, dst, samples, width);
    panel_premultiply(dst, width);
}

/* B G R pixels. */
static const uint8_t *color_piece(row_writer *writer, const uint8_t *samples, size_t width)
{
    uint8_t *with_alpha = writer->colors + STEPS_PIECE_BYTES;

    if (!writer->steps.way.needs_alpha) {
        make_pixels(writer, writer->colors, samples, width);
        return writer->colors;
    }
    make_pixels(writer, with_alpha, samples, width);
    panel_key(writer->colors, with_alpha, width, writer->plan->options.alpha_threshold,
              writer->context.background);
    return writer->colors;
}

static void write_colors(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    memcpy(dst, color_piece(writer, samples, width), 3 * width);
}

static void write_past_cache(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    make_pixels(writer, writer->colors, samples, width);
    writer->kernels->bypass(dst, writer->colors, (size_t)bmp_row_bytes(writer->plan, width));
}

static void write_luma(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    if (gives_luma(writer))
        make_pixels(writer, dst, samples, width);
    else
        panel_luma(dst, color_piece(writer, samples, width), width);
}

static void write_bits(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    write_luma(writer, writer->line, samples, width);
    mono_write(&writer->mono, dst, writer->line, width);
}

/* Which pixels of a piece that color_piece has made are holes. */
static void mark_holes(row_writer *writer, uint8_t *holes, size_t width)
{
    const uint8_t *const with_alpha = writer->colors + STEPS_PIECE_BYTES;
    const unsigned       threshold = writer->plan->options.alpha_threshold;

    for (size_t x = 0; x < width; x++)
        holes[x] = writer->steps.way.needs_alpha && with_alpha[4 * x + 3] < threshold;
}

/* The first opaque pixel that would be taken for a hole is a warning. first: of these pixels, in
 * writer->holes. */
static void watch_key(row_writer *writer, const uint8_t *dst, size_t first, size_t width)
{
    const size_t         bytes = writer->plan->bmp.bits_per_pixel / 8;
    const uint8_t *const key = writer->context.background;
    size_t               x = 0;

    if (!writer->is_watched)
        return;
    while (x < width &&
           (writer->holes[first + x] || memcmp(dst + bytes * x, writer->key, bytes) != 0))
        x++;
    if (x == width)
        return;
    writer->is_watched = false;
    writer->failed = report_warning(writer->cancel->report, writer->plan->options.strict,
                                    PNG2BMP_ERR_KEY_COLLISION,
                                    "an opaque pixel has the colour of the key, #%02x%02x%02x: "
                                    "choose another 'background', or 'colors', which keeps them "
                                    "apart",
                                    key[2], key[1], key[0]);
}

/* Of a piece that color_piece has made, as it is written. */
static void watch_piece(row_writer *writer, const uint8_t *dst, size_t width)
{
    if (!writer->is_watched)
        return;
    mark_holes(writer, writer->holes, width);
    watch_key(writer, dst, 0, width);
}

static void write_piece_of_key(row_writer *writer, uint8_t *dst, const uint8_t *samples,
                               size_t width)
{
    write_colors(writer, dst, samples, width);
    watch_piece(writer, dst, width);
}

static void write_levels(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    panel_levels(dst, color_piece(writer, samples, width), width, writer->steps.way.format->levels);
    watch_piece(writer, dst, width);
}

/* Swapping R and B is its own inverse, so the row functions for PNG's order do both. */
static void write_rgb(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const row_fn swap = writer->kernels->row[ROW_rgb8_to_bgr24];

    swap(dst, color_piece(writer, samples, width), width, &writer->context);
}

static void write_rgba(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const row_fn swap = writer->kernels->row[ROW_rgba8_to_bgra32];

    swap(dst, color_piece(writer, samples, width), width, &writer->context);
}

static void write_packed(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const unsigned bits = writer->plan->bmp.bits_per_pixel;

    make_pixels(writer, writer->colors, samples, width);
    for (size_t x = 0; x < width; x++) /* without an entry: see indices_highest */
        writer->colors[x] &= (uint8_t)((1u << bits) - 1);
    panel_pack(dst, writer->colors, width, bits);
}

/* ---- Whole rows ------------------------------------------------------------------------- */

/* palette: R G B. */
static void write_entries(uint8_t *dst, const uint8_t (*palette)[3], const uint8_t *indices,
                          size_t width)
{
    for (size_t x = 0; x < width; x++, dst += 3) {
        const uint8_t *rgb = palette[indices[x]];

        store3(dst, (const uint8_t[3]){rgb[2], rgb[1], rgb[0]});
    }
}

static void write_index_piece(const row_writer *writer, uint8_t *dst, const uint8_t *indices,
                              size_t width)
{
    const unsigned bits = writer->plan->bmp.bits_per_pixel;

    if (bits < 8)
        panel_pack(dst, indices, width, bits);
    else if (bits == 8)
        memcpy(dst, indices, width);
    else
        write_entries(dst, writer->plan->options.palette, indices, width);
}

static void write_indices(const row_writer *writer, uint8_t *dst, const uint8_t *indices)
{
    const size_t bits = writer->plan->bmp.bits_per_pixel, width = writer->plan->bmp.width;

    for (size_t x = 0; x < width; x += CANCEL_PIXELS) {
        const size_t count = smaller(width - x, CANCEL_PIXELS);

        if (cancel_before(writer->cancel, count))
            return;
        write_index_piece(writer, dst + x / 8 * bits, indices + x, count);
    }
}

static bool is_key_color(const row_writer *writer, const uint8_t bgr[3])
{
    return writer->steps.way.has_key && memcmp(bgr, writer->context.background, 3) == 0;
}

/* Whether the colours of row y are those of their indices. */
static png2bmp_status check_exact(const row_writer *writer, const uint8_t *bgr,
                                  const uint8_t *indices, uint32_t y)
{
    const size_t width = writer->plan->bmp.width;

    for (size_t x = 0; x < width; x++, bgr += 3) {
        if (x % CANCEL_PIXELS == 0 &&
            cancel_before(writer->cancel, smaller(width - x, CANCEL_PIXELS)))
            break;
        if (writer->steps.way.has_key && indices[x] == writer->dither.hole)
            continue;
        if (memcmp(bgr, nearest_color(writer->dither.palette, indices[x]), 3) != 0)
            return report_error(
                writer->cancel->report, PNG2BMP_ERR_NOT_EXACT,
                "pixel (%zu, %u) is #%02x%02x%02x, which %s", x, (unsigned)y, bgr[2], bgr[1],
                bgr[0], is_key_color(writer, bgr) ? ONLY_OF_HOLES : "is not in the palette");
    }
    return PNG2BMP_OK;
}

static void write_waiting(row_writer *writer)
{
    const dither_rows *group = &writer->group;
    const uint32_t     y = writer->above + writer->dither.y;

    if (was_cancelled(writer->cancel)) {
        writer->waiting = 0;
        return;
    }
    dither_to_indices(&writer->dither, group, writer->waiting);
    for (unsigned i = 0; i < writer->waiting && !writer->failed; i++) {
        const uint8_t *const indices = group->indices + i * group->index_pitch;

        if (writer->steps.way.is_exact)
            writer->failed = check_exact(writer, group->bgr + i * group->pitch, indices, y + i);
        write_indices(writer, writer->group_dst[i], indices);
    }
    writer->waiting = 0;
}

png2bmp_status rows_flush(row_writer *writer)
{
    if (writer->waiting > 0)
        write_waiting(writer);
    if (writer->bypasses)
        writer->kernels->bypass_end();
    return writer->failed;
}

png2bmp_status rows_hand_on(row_writer *writer, row_target *target, uint32_t end)
{
    const uint32_t gone = target->gone;
    png2bmp_status status;

    if (target_is_due(target, end))
        rows_flush(writer);
    if (was_cancelled(writer->cancel))
        return cancel_status(writer->cancel);
    if (writer->failed)
        return writer->failed;
    status = target_leave(target, end - writer->waiting);
    if (!status && target->gone != gone) /* else the rows may still be read */
        target_poison(target, writer->row == NULL);
    return status;
}

/* Between grays, distance says nothing of how light a colour is, and no gray can carry what is left
 * of its hue: so they are chosen by luma. */
static void write_grays(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    write_colors(writer, dst, samples, width);
    panel_gray(dst, width);
}

static void write_to_match(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    if (writer->steps.way.in_gray)
        write_grays(writer, dst, samples, width);
    else
        write_colors(writer, dst, samples, width);
    if (!writer->dither.has_holes)
        return;
    mark_holes(writer, writer->holes, width);
    writer->holes += width;
}

static void write_matched(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const size_t at = writer->waiting * writer->group.pitch;

    writer->holes = writer->group.indices + writer->waiting * writer->group.index_pitch;
    write_in_pieces(writer, write_to_match, writer->group.bgr + at, 24, samples, width);
    writer->group_dst[writer->waiting++] = dst;
    if ((writer->dither.y + writer->waiting) % DITHER_GROUP == 0)
        rows_flush(writer);
}

static void write_to_dither(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    const size_t x = (size_t)(dst - writer->line) / 3;

    write_colors(writer, dst, samples, width);
    if (writer->steps.way.watches_key)
        mark_holes(writer, writer->holes + x, width);
}

static void write_dithered(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    write_in_pieces(writer, write_to_dither, writer->line, 24, samples, width);
    dither_row_of_levels(&writer->dither, writer->line, writer->holes);
    for (size_t x = 0; x < width && !cancel_before(writer->cancel, STEPS_PIECE); x += STEPS_PIECE) {
        const size_t count = smaller(width - x, STEPS_PIECE);

        panel_levels(dst + 2 * x, writer->line + 3 * x, count, writer->steps.way.format->levels);
        watch_key(writer, dst + 2 * x, x, count);
    }
}

void rows_write(row_writer *writer, uint8_t *dst, const uint8_t *samples, size_t width)
{
    if (was_cancelled(writer->cancel)) /* perhaps while the samples were made */
        return;
    switch (writer->steps.way.second) {
    case STEP_NONE:
        if (writer->bypasses)
            write_in_pieces(writer, write_past_cache, dst, writer->plan->bmp.bits_per_pixel,
                            samples, width);
        else
            write_at_once(writer, make_pixels, dst, samples, width);
        break;
    case STEP_PREMULTIPLY:
        write_at_once(writer, write_premultiplied, dst, samples, width);
        break;
    case STEP_KEY:
        write_in_pieces(writer, write_piece_of_key, dst, 24, samples, width);
        break;
    case STEP_PACK:
        write_in_pieces(writer, write_packed, dst, writer->plan->bmp.bits_per_pixel, samples,
                        width);
        break;
    case STEP_LUMA:
        write_in_pieces(writer, write_luma, dst, 8, samples, width);
        break;
    case STEP_BITS:
        write_in_pieces(writer, write_bits, dst, 1, samples, width);
        mono_end_row(&writer->mono);
        break;
    case STEP_LEVELS:
        write_in_pieces(writer, write_levels, dst, 16, samples, width);
        break;
    case STEP_SWAP_RGB:
        write_in_pieces(writer, write_rgb, dst, 24, samples, width);
        break;
    case STEP_SWAP_RGBA:
        write_in_pieces(writer, write_rgba, dst, 32, samples, width);
        break;
    case STEP_MATCH:
        write_matched(writer, dst, samples, width);
        break;
    case STEP_DITHER:
        write_dithered(writer, dst, samples, width);
        break;
    }
}
