/*
 * Every kernel of every CPU level against plain C, in buffers of exactly the size
 * that kernels.h promises, so that AddressSanitizer sees a byte too many.
 *
 * Input: which function (1), width or row bytes (2), rows (1), flags (1), gap
 * between rows or entries of the palette (1), then a context's key and background
 * (9), then samples, used in turn.
 */
#include "cpu/levels.h"
#include "fuzz.h"
#include "reduce/dither.h"
#include "resize/weigh.h"

#define HEAD 15

typedef struct source {
    const uint8_t *bytes;
    size_t         size;
} source;

static void fill_from(uint8_t *dst, size_t size, source from, size_t shift)
{
    for (size_t i = 0; i < size; i++)
        dst[i] = from.bytes[(i + shift) % from.size] ^ (uint8_t)(i / from.size);
}

/* The next table that is not the one of the level before, or NULL. */
static const kernels *next_table(unsigned *level)
{
    while (++*level < PNG2BMP_CPU_COUNT) {
        const kernels *table = kernels_for((png2bmp_cpu)*level);

        if (table != kernels_for((png2bmp_cpu)(*level - 1)))
            return table;
    }
    return NULL;
}

/* ---- Unfilter --------------------------------------------------------------- */

typedef struct unfilter_case {
    unfilter_kind kind;
    size_t        row_bytes, rows, stride;
    bool          upwards;
    uint8_t      *src, *prior;
} unfilter_case;

static const uint8_t pixel_bytes[] = {
#define PIXEL_BYTES(name, bpp) bpp,
    UNFILTER_KINDS(PIXEL_BYTES)
#undef PIXEL_BYTES
};

static uint8_t *run_unfilter(const unfilter_case *c, const kernels *table, uint8_t fill)
{
    const size_t    size = c->stride * (c->rows - 1) + c->row_bytes;
    const ptrdiff_t step = c->upwards ? -(ptrdiff_t)c->stride : (ptrdiff_t)c->stride;
    uint8_t        *out = fuzz_alloc(size);
    uint8_t        *first = out + (c->upwards ? c->stride * (c->rows - 1) : 0);

    memset(out, fill, size);
    table->unfilter[c->kind](first, step, c->src, c->row_bytes, c->prior, c->rows);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(i % c->stride < c->row_bytes || out[i] == fill, "between the rows, at %zu", i);
    return out;
}

static void check_unfilter(unsigned kind, unsigned width, const uint8_t *head, source from)
{
    unfilter_case  c = {.kind = (unfilter_kind)kind,
                        .row_bytes = (size_t)width * pixel_bytes[kind],
                        .rows = 1 + head[3] % 40,
                        .upwards = head[4] & 1};
    const kernels *table;
    unsigned       level = PNG2BMP_CPU_SCALAR;
    size_t         src_size = c.rows * (1 + c.row_bytes);
    uint8_t       *expected;

    c.stride = c.row_bytes + head[5] % 16;
    c.src = fuzz_alloc(src_size + KERNEL_SLACK);
    fill_from(c.src, src_size + KERNEL_SLACK, from, 0);
    for (size_t i = 0; i < c.rows; i++) {
        uint8_t *filter = c.src + i * (1 + c.row_bytes);

        *filter = (head[4] & 0x30) == 0x30 ? (uint8_t)(head[4] >> 6) + 1 : *filter % 5;
    }
    if (head[4] & 2) {
        c.prior = fuzz_alloc(c.row_bytes);
        fill_from(c.prior, c.row_bytes, from, 7);
    }
    expected = run_unfilter(&c, kernels_for(PNG2BMP_CPU_SCALAR), 0xAA);
    while ((table = next_table(&level)) != NULL) {
        uint8_t *out;

        memset(c.src + src_size, 0xCC, KERNEL_SLACK); /* their contents must not matter */
        out = run_unfilter(&c, table, 0x55);
        for (size_t y = 0; y < c.rows; y++)
            FUZZ_CHECK(memcmp(out + y * c.stride, expected + y * c.stride, c.row_bytes) == 0,
                       "unfilter %u, level %u, %zu bytes, %zu rows: row %zu", kind, level,
                       c.row_bytes, c.rows, y);
        free(out);
    }
    free(expected);
    free(c.prior);
    free(c.src);
}

/* ---- Rows ------------------------------------------------------------------- */

typedef struct row_shape {
    uint8_t src_bits, dst_bits; /* a pixel */
} row_shape;

static const row_shape shapes[] = {
#define ROW_SHAPE(name, from, to) {from, to},
    ROW_KINDS(ROW_SHAPE)
#undef ROW_SHAPE
};

static void fill_context(row_context *context, unsigned kind, const uint8_t *head, source from)
{
    const bool gray = kind == ROW_gray16_key_to_bgr24 || kind == ROW_gray16_key_to_bgra32;
    const bool deep = gray || kind == ROW_rgb16_key_to_bgr24 || kind == ROW_rgb16_key_to_bgra32;

    fill_from(context->lut[0], sizeof context->lut, from, 3);
    memcpy(context->background, head + 12, 3);
    context->truncate16 = head[4] >> 2 & 1;
    for (unsigned i = 0; i < 3; i++) {
        context->key[i] = (uint32_t)head[6 + 2 * i] << 8 | head[7 + 2 * i];
        if (!deep)
            context->key[i] &= 0xff;
        if (gray)
            context->key[i] = context->key[0];
        if (head[4] & 8)
            context->key[i] = 0x10000;
    }
}

static void check_row(unsigned kind, unsigned width, const uint8_t *head, source from)
{
    const size_t   src_size = ((size_t)width * shapes[kind].src_bits + 7) / 8;
    const size_t   dst_size = ((size_t)width * shapes[kind].dst_bits + 7) / 8;
    uint8_t       *src = fuzz_alloc(src_size + KERNEL_SLACK);
    uint8_t       *expected = fuzz_alloc(dst_size), *out = fuzz_alloc(dst_size);
    unsigned       level = PNG2BMP_CPU_SCALAR;
    const kernels *table;
    row_context    context;

    fill_context(&context, kind, head, from);
    fill_from(src, src_size + KERNEL_SLACK, from, 0);
    memset(expected, 0xAA, dst_size);
    kernels_for(PNG2BMP_CPU_SCALAR)->row[kind](expected, src, width, &context);
    while ((table = next_table(&level)) != NULL) {
        memset(src + src_size, 0xCC, KERNEL_SLACK);
        memset(out, 0x55, dst_size);
        table->row[kind](out, src, width, &context);
        FUZZ_CHECK(memcmp(out, expected, dst_size) == 0, "row %u, level %u, width %u", kind, level,
                   width);
    }
    free(src);
    free(expected);
    free(out);
}

/* ---- Error diffusion ----------------------------------------------------------- */

/* Rows from the top of an image on, group after group, so that each has the errors of the one above
 * it, and is walked the other way. */
typedef struct diffusion_case {
    size_t   width, rows;
    unsigned entries;
    bool     is_chosen, is_linear, is_fitted;
    uint8_t  palette[256][3];
    source   from;
} diffusion_case;

/* The next rows, each between margins. What is in those must not matter. */
static void fill_group(dither_rows *group, const diffusion_case *c, size_t y, unsigned count,
                       uint8_t fill)
{
    memset(group->bgr - 3 * DITHER_MARGIN, fill, DITHER_GROUP * group->pitch);
    for (size_t i = 0; i < count; i++)
        fill_from(group->bgr + i * group->pitch, 3 * c->width, c->from, (y + i) * 3 * c->width);
}

static uint8_t *run_diffusion(const diffusion_case *c, diffuse_fn diffuse, uint8_t fill)
{
    const png2bmp_dither rule = PNG2BMP_DITHER_FLOYD_STEINBERG;
    const size_t         pitch = c->width + 2 * (size_t)DITHER_MARGIN;
    uint8_t             *out = fuzz_alloc(c->rows * c->width);
    uint8_t             *memory = fuzz_alloc(nearest_memory(c->entries));
    uint8_t             *bgr = fuzz_alloc(DITHER_GROUP * 3 * pitch);
    uint8_t             *indices = fuzz_alloc(DITHER_GROUP * pitch);
    uint8_t             *errors = fuzz_alloc(dither_errors(rule, c->width));
    dither_numbers      *numbers = (void *)fuzz_alloc(sizeof *numbers);
    dither_rows  group = {bgr + 3 * DITHER_MARGIN, 3 * pitch, indices + DITHER_MARGIN, pitch};
    dither_state state;

    dither_numbers_open(numbers, c->is_linear);
    if (c->is_fitted)
        dither_numbers_fit(numbers, c->palette, c->entries);
    dither_open_palette(
        &state, &(dither_setup){rule, numbers, errors, c->width},
        &(dither_palette){nearest_open(memory, c->palette, c->entries, &numbers->scale), c->entries,
                          0, c->is_chosen, false},
        diffuse);
    for (size_t y = 0; y < c->rows; y += DITHER_GROUP) {
        const unsigned left = (unsigned)(c->rows - y);
        const unsigned count = left < DITHER_GROUP ? left : DITHER_GROUP;

        fill_group(&group, c, y, count, fill);
        dither_to_indices(&state, &group, count);
        for (size_t i = 0; i < count; i++)
            memcpy(out + (y + i) * c->width, group.indices + i * pitch, c->width);
    }
    free(numbers);
    free(errors);
    free(indices);
    free(bgr);
    free(memory);
    return out;
}

static void check_diffusion(unsigned width, const uint8_t *head, source from)
{
    diffusion_case c = {.width = width,
                        .rows = 1 + head[3] % (4 * DITHER_GROUP),
                        .entries = 2 + (head[4] & 2 ? head[5] % 15u : head[5] % 255u),
                        .is_chosen = head[4] & 1,
                        .is_linear = head[4] & 4,
                        .is_fitted = head[4] & 8,
                        .from = from};
    const kernels *table;
    unsigned       level = PNG2BMP_CPU_SCALAR;
    uint8_t       *expected;

    fill_from(c.palette[0], 3 * (size_t)c.entries, from, 11);
    expected = run_diffusion(&c, kernels_for(PNG2BMP_CPU_SCALAR)->diffuse, 0xAA);
    while ((table = next_table(&level)) != NULL) {
        uint8_t *out = run_diffusion(&c, table->diffuse, 0x55);

        for (size_t i = 0; i < c.rows * width; i++)
            FUZZ_CHECK(out[i] == expected[i],
                       "diffuse, level %u, %u entries, width %u: %zu in row %zu", level, c.entries,
                       width, i % width, i / width);
        free(out);
    }
    free(expected);
}

/* ---- Past the cache -------------------------------------------------------------- */

static void check_bypass(unsigned size, const uint8_t *head, source from)
{
    const size_t   at = head[3] % 64;
    uint8_t       *src = fuzz_alloc(size), *out = fuzz_alloc(at + size);
    const kernels *table;
    unsigned       level = PNG2BMP_CPU_SCALAR;

    fill_from(src, size, from, 0);
    while ((table = next_table(&level)) != NULL) {
        if (!table->bypass)
            continue;
        memset(out, 0x55, at + size);
        table->bypass(out + at, src, size);
        table->bypass_end();
        for (size_t i = 0; i < at; i++)
            FUZZ_CHECK(out[i] == 0x55, "bypass, level %u: before the place", level);
        FUZZ_CHECK(memcmp(out + at, src, size) == 0, "bypass, level %u, %u bytes", level, size);
    }
    free(src);
    free(out);
}

/* ---- Sums of resized rows ---------------------------------------------------------- */

static int16_t *samples_from(size_t count, source from, size_t shift)
{
    int16_t *samples = (void *)fuzz_alloc(count * sizeof *samples);

    fill_from((uint8_t *)samples, count * sizeof *samples, from, shift);
    return samples;
}

/* Without signs those of each pixel add up to less than 2^15. */
static int16_t *weights_from(size_t pixels, size_t taps, source from)
{
    int16_t *weights = samples_from(pixels * taps, from, 5);

    for (size_t i = 0; i < pixels * taps; i++)
        weights[i] = (int16_t)(weights[i] / (int)(taps + 1));
    return weights;
}

static void check_across(unsigned count, const uint8_t *head, source from)
{
    const kernels *plain = kernels_for(PNG2BMP_CPU_SCALAR), *table;
    const size_t   taps = WEIGH_TAPS * (1 + head[3] % 4u), length = taps + head[4];
    int16_t       *line = samples_from(length, from, 0);
    int16_t       *weights = weights_from(count, taps, from);
    int16_t       *expected = samples_from(count, from, 0), *out = samples_from(count, from, 0);
    weights_span  *columns = (void *)fuzz_alloc(count * sizeof *columns);
    unsigned       level = PNG2BMP_CPU_SCALAR;

    for (size_t i = 0; i < count; i++)
        columns[i] = (weights_span){(uint32_t)(i * 7 % (length - taps + 1)), (uint32_t)taps};
    plain->weigh_across(expected, line, columns, weights, taps, count);
    while ((table = next_table(&level)) != NULL) {
        table->weigh_across(out, line, columns, weights, taps, count);
        FUZZ_CHECK(memcmp(out, expected, count * sizeof *out) == 0,
                   "weigh_across, level %u, %zu taps, %u pixels", level, taps, count);
    }
    free(columns);
    free(out);
    free(expected);
    free(weights);
    free(line);
}

static void check_down(unsigned width, const uint8_t *head, source from)
{
    const kernels *plain = kernels_for(PNG2BMP_CPU_SCALAR), *table;
    const size_t   rows = WEIGH_ROWS * (1 + head[3] % 8u);
    const size_t   count = (width + WEIGH_COLUMNS - 1) / WEIGH_COLUMNS * WEIGH_COLUMNS;
    const size_t   pitch = count + head[4];
    int16_t       *samples = samples_from(pitch * (rows - 1) + count, from, 0);
    int16_t       *weights = weights_from(1, rows, from);
    int32_t       *expected = (void *)samples_from(2 * count, from, 0);
    int32_t       *out = (void *)samples_from(2 * count, from, 0);
    unsigned       level = PNG2BMP_CPU_SCALAR;

    plain->weigh_down(expected, samples, pitch, weights, rows, count);
    while ((table = next_table(&level)) != NULL) {
        table->weigh_down(out, samples, pitch, weights, rows, count);
        FUZZ_CHECK(memcmp(out, expected, count * sizeof *out) == 0,
                   "weigh_down, level %u, %zu rows, %zu columns", level, rows, count);
    }
    free(out);
    free(expected);
    free(weights);
    free(samples);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned kind, width;
    source   from;

    if (size < HEAD + 1)
        return 0;
    from = (source){data + HEAD, size - HEAD};
    kind = data[0] % (UNFILTER_COUNT + ROW_COUNT + 4);
    width = 1 + (data[1] | (unsigned)data[2] << 8) % 600;
    if (kind < UNFILTER_COUNT)
        check_unfilter(kind, width, data, from);
    else if (kind == UNFILTER_COUNT + ROW_COUNT)
        check_diffusion(width, data, from);
    else if (kind == UNFILTER_COUNT + ROW_COUNT + 1)
        check_bypass(width, data, from);
    else if (kind == UNFILTER_COUNT + ROW_COUNT + 2)
        check_across(width, data, from);
    else if (kind == UNFILTER_COUNT + ROW_COUNT + 3)
        check_down(width, data, from);
    else
        check_row(kind - UNFILTER_COUNT, width, data, from);
    return 0;
}
