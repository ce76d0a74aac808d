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

KERNEL void unfilter_rows(pixel_shape shape, wave_pair waves, uint8_t *dst, ptrdiff_t dst_stride,
                          const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t rows)
{
    const size_t pitch = row_bytes + 1;
    const size_t width = row_bytes / shape.bpp;

    while (rows > 0) {
        int    mode = WAVE_MIXED;
        size_t n = wave_length(&waves, src, pitch, rows, width, &mode);

        if (!has_wave(mode, shape.bpp))
            mode = WAVE_MIXED;
        if (n < 2)
            single_row(shape, dst, src, row_bytes, prior);
        else if (is_for_narrow(&waves, n))
            call_wave(waves.narrow, mode, shape, dst, dst_stride, src, row_bytes, prior, n);
        else
            call_wave(waves.wave, mode, shape, dst, dst_stride, src, row_bytes, prior, n);
        prior = dst + (ptrdiff_t)(n - 1) * dst_stride;
        src += n * pitch;
        rows -= n;
        if (rows)
            dst += (ptrdiff_t)n * dst_stride;
    }
}

/* WAVES_slot: the wave_pair of the level for pixels in slots of that size. */
#define DEFINE_UNFILTER(name, level, bpp, swap, slot)                                              \
    ALIGNED TARGET void unfilter_##name##_##level(uint8_t *dst, ptrdiff_t dst_stride,              \
                                                  const uint8_t *src, size_t row_bytes,            \
                                                  const uint8_t *prior, size_t rows)               \
    {                                                                                              \
        const pixel_shape shape = {bpp, swap};                                                     \
        const wave_pair   waves = WAVES_##slot;                                                    \
                                                                                                   \
        unfilter_rows(shape, waves, dst, dst_stride, src, row_bytes, prior, rows);                 \
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
