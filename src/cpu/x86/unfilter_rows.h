/*
 * Many scanlines: which of the next ones go together in a wave, and which alone. Included by each
 * level after unfilter_single.h, before its waves.
 */
/* How the lanes of a wave are filtered. */
enum {
    WAVE_ALL_PAETH,
    WAVE_ALL_AVERAGE,
    WAVE_MIXED
};

#define WAVE_LAG 2

/* Waves for rows of a single filter do without the masks of a mix. For small pixels, whose blocks
 * have many steps, a wave of Paeth alone takes 7 kB and gains 1 %; in WebAssembly 40 %. WebAssembly
 * is downloaded, so there the rare kinds have none. */
KERNEL bool has_wave(int mode, size_t bpp)
{
#if defined(__wasm__)
    return mode == WAVE_MIXED || bpp == 1 || bpp == 3 || bpp == 4;
#else
    return mode != WAVE_ALL_PAETH || bpp > 2;
#endif
}

typedef void (*wave_fn)(int mode, pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride,
                        const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t rows);

KERNEL bool is_serial(uint8_t filter)
{
    return filter == FILTER_AVERAGE || filter == FILTER_PAETH;
}

/* Cycles per pixel on Zen 4: of a single row, and of a step of a wave. Only their ratio matters. */
enum {
    SINGLE_PAETH_COST = 7,
    SINGLE_AVERAGE_COST = 3,
    STEP_COST = 12,
    STEP_COST_MANY_ROWS = 18,
    STEP_COST_ALL_AVERAGE = 8,
    ZEROS_OTHER_COST = 8, /* of zeros_paeth where bytes are not 0 */
};

/* Whether a wave takes less time than its rows one by one. Its first and last blocks, where rows
 * start and end, are expensive: about 4 pixels for each lane. */
KERNEL bool wave_pays(size_t paeth, size_t average, size_t width, size_t lanes)
{
    const size_t step = lanes > 8 ? STEP_COST_MANY_ROWS : paeth ? STEP_COST : STEP_COST_ALL_AVERAGE;

    return (paeth * SINGLE_PAETH_COST + average * SINGLE_AVERAGE_COST) * width >
           step * (width + 4 * lanes);
}

/* The waves for one size of pixel. The narrow one has half the lanes, or is absent (NULL). */
typedef struct wave_pair {
    wave_fn wave, narrow;
    size_t  lanes; /* of `wave` */
} wave_pair;

KERNEL bool is_for_narrow(const wave_pair *waves, size_t rows)
{
    return waves->narrow && rows <= waves->lanes / 2;
}

/*
 * How many of the next `rows` go together: from a row that needs a wave to the last one that does;
 * 1: none. A row that does not need it costs less inside a wave than a second start. *mode: their
 * filters.
 */
KERNEL size_t wave_length(const wave_pair *waves, const uint8_t *src, size_t pitch, size_t rows,
                          size_t width, int *mode)
{
    const size_t most = rows < waves->lanes ? rows : waves->lanes;
    size_t       length = 0, average = 0, paeth = 0, lanes;

    if (!is_serial(src[0]))
        return 1;
    for (size_t k = 0; k < most; k++) {
        average += src[k * pitch] == FILTER_AVERAGE;
        paeth += src[k * pitch] == FILTER_PAETH;
        if (is_serial(src[k * pitch]))
            length = k + 1;
    }
    *mode = paeth == length ? WAVE_ALL_PAETH : average == length ? WAVE_ALL_AVERAGE : WAVE_MIXED;
    lanes = is_for_narrow(waves, length) ? waves->lanes / 2 : waves->lanes;
    return wave_pays(paeth, average, width, lanes) ? length : 1;
}

/* A scanline is judged by one block in so many of its bytes. Shorter ones than ZEROS_LEAST are not.
 */
enum {
    ZEROS_SAMPLE = 128,
    ZEROS_LEAST = 256
};

/* Cycles for a scanline alone. zeros_paeth takes half a cycle for a pixel where bytes are 0; None,
 * Sub and Up are not counted. */
KERNEL size_t zeros_cost(size_t bpp, const uint8_t *src, size_t row_bytes)
{
    const size_t width = row_bytes / bpp;
    size_t       others = 0;

    if (src[0] == FILTER_AVERAGE)
        return SINGLE_AVERAGE_COST * width;
    if (src[0] != FILTER_PAETH)
        return 0;
    for (size_t i = 1; i + BLOCK <= row_bytes; i += ZEROS_SAMPLE)
        others += !is_zero(load_block(src + i));
    return width / 2 + others * (ZEROS_SAMPLE / bpp) * ZEROS_OTHER_COST;
}

/* Whether the next `rows`, a wave or a single row, are so full of zeros that zeros_paeth, which
 * takes them one by one, needs less time. */
KERNEL bool zeros_pay(size_t bpp, const uint8_t *src, size_t row_bytes, size_t rows, size_t lanes)
{
    const size_t width = row_bytes / bpp;
    const size_t most = rows < 2 ? SINGLE_PAETH_COST * width : STEP_COST * (width + 4 * lanes);
    size_t       cost = 0;

    if (row_bytes < ZEROS_LEAST)
        return false;
    for (size_t k = 0; k < rows && cost < most; k++)
        cost += zeros_cost(bpp, src + k * (row_bytes + 1), row_bytes);
    return cost < most;
}

/* `mode` is a constant in each call, so that the compiler makes a function of each. */
KERNEL void call_wave(wave_fn wave, int mode, pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride,
                      const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t rows)
{
    if (mode == WAVE_ALL_PAETH)
        wave(WAVE_ALL_PAETH, shape, dst, dst_stride, src, row_bytes, prior, rows);
    else if (mode == WAVE_ALL_AVERAGE)
        wave(WAVE_ALL_AVERAGE, shape, dst, dst_stride, src, row_bytes, prior, rows);
    else
        wave(WAVE_MIXED, shape, dst, dst_stride, src, row_bytes, prior, rows);
}

/* A call for each row of an icon without filters would cost more than its bytes. */
KERNEL bool is_copy(pixel_shape shape, uint8_t filter)
{
    return filter == FILTER_NONE && !shape.swap;
}

/* As single_row. */
typedef void (*single_fn)(uint8_t *dst, const uint8_t *src, size_t row_bytes, const uint8_t *prior,
                          bool sparse);

KERNEL void unfilter_rows(pixel_shape shape, single_fn single, wave_pair waves, uint8_t *dst,
                          ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                          const uint8_t *prior, size_t rows)
{
    const size_t pitch = row_bytes + 1;
    const size_t width = row_bytes / shape.bpp;
    size_t       sparse = 0; /* of so many rows most bytes are 0 */

    while (rows > 0) {
        int    mode = WAVE_MIXED;
        size_t n = sparse ? 1 : wave_length(&waves, src, pitch, rows, width, &mode);

        if (!has_wave(mode, shape.bpp))
            mode = WAVE_MIXED;
        if (has_zeros(shape) && !sparse && src[0] == FILTER_PAETH &&
            zeros_pay(shape.bpp, src, row_bytes, n, waves.lanes)) {
            sparse = n;
            n = 1;
        }
        if (n < 2 && is_copy(shape, src[0]))
            memcpy(dst, src + 1, row_bytes);
        else if (n < 2)
            single(dst, src, row_bytes, prior, sparse > 0);
        else if (is_for_narrow(&waves, n))
            call_wave(waves.narrow, mode, shape, dst, dst_stride, src, row_bytes, prior, n);
        else
            call_wave(waves.wave, mode, shape, dst, dst_stride, src, row_bytes, prior, n);
        sparse -= sparse > 0;
        prior = dst + (ptrdiff_t)(n - 1) * dst_stride;
        src += n * pitch;
        rows -= n;
        if (rows)
            dst += (ptrdiff_t)n * dst_stride;
    }
}

/* WAVES_slot: the wave_pair of the level for pixels in slots of that size. Single rows have a
 * function of their own: all registers are theirs. */
#define DEFINE_UNFILTER(name, level, bpp, swap, slot)                                              \
    ALIGNED TARGET __attribute__((noinline)) static void single_##name(                            \
        uint8_t *dst, const uint8_t *src, size_t row_bytes, const uint8_t *prior, bool sparse)     \
    {                                                                                              \
        single_row((pixel_shape){bpp, swap}, dst, src, row_bytes, prior, sparse);                  \
    }                                                                                              \
                                                                                                   \
    ALIGNED TARGET void unfilter_##name##_##level(uint8_t *dst, ptrdiff_t dst_stride,              \
                                                  const uint8_t *src, size_t row_bytes,            \
                                                  const uint8_t *prior, size_t rows)               \
    {                                                                                              \
        const pixel_shape shape = {bpp, swap};                                                     \
        const wave_pair   waves = WAVES_##slot;                                                    \
                                                                                                   \
        unfilter_rows(shape, single_##name, waves, dst, dst_stride, src, row_bytes, prior, rows);  \
    }

#define DEFINE_UNFILTERS(level)                                                                    \
    DEFINE_UNFILTER(1, level, 1, false, 1)                                                         \
    DEFINE_UNFILTER(2, level, 2, false, 2)                                                         \
    DEFINE_UNFILTER(3, level, 3, false, 4)                                                         \
    DEFINE_UNFILTER(4, level, 4, false, 4)                                                         \
    DEFINE_UNFILTER(6, level, 6, false, 8)                                                         \
    DEFINE_UNFILTER(8, level, 8, false, 8)                                                         \
    DEFINE_UNFILTER(swap3, level, 3, true, 4)                                                      \
    DEFINE_UNFILTER(swap4, level, 4, true, 4)
