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

/* Kinds of pixels with waves for rows of a single filter. WebAssembly is downloaded, so there the
 * rare kinds use the wave for any mix. */
#if defined(__wasm__)
#define HAS_WAVES_OF_ONE_FILTER(bpp) ((bpp) == 1 || (bpp) == 3 || (bpp) == 4)
#else
#define HAS_WAVES_OF_ONE_FILTER(bpp) true
#endif

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
    STEP_COST_16_ROWS = 18,
    STEP_COST_ALL_AVERAGE = 8,
};

/* Whether a wave takes less time than its rows one by one. Its first and last blocks, where rows
 * start and end, are expensive: about 4 pixels for each lane. */
KERNEL bool wave_pays(size_t paeth, size_t average, size_t width, size_t lanes)
{
    const size_t step = lanes > 8 ? STEP_COST_16_ROWS : paeth ? STEP_COST : STEP_COST_ALL_AVERAGE;

    return (paeth * SINGLE_PAETH_COST + average * SINGLE_AVERAGE_COST) * width >
           step * (width + 4 * lanes);
}

/*
 * How many of the next rows go together, at most `limit`: from a row that needs a wave to the last
 * one that does; 1: none. A row that does not need it costs less inside a wave than a second start.
 * *mode: their filters.
 */
KERNEL size_t wave_length(const uint8_t *src, size_t pitch, size_t limit, size_t width,
                          size_t lanes, int *mode)
{
    size_t length = 0, average = 0, paeth = 0;

    if (!is_serial(src[0]))
        return 1;
    for (size_t k = 0; k < limit; k++) {
        average += src[k * pitch] == FILTER_AVERAGE;
        paeth += src[k * pitch] == FILTER_PAETH;
        if (is_serial(src[k * pitch]))
            length = k + 1;
    }
    *mode = paeth == length ? WAVE_ALL_PAETH : average == length ? WAVE_ALL_AVERAGE : WAVE_MIXED;
    return wave_pays(paeth, average, width, lanes) ? length : 1;
}

KERNEL void unfilter_rows(pixel_shape shape, wave_fn wave, size_t lanes, uint8_t *dst,
                          ptrdiff_t dst_stride, const uint8_t *src, size_t row_bytes,
                          const uint8_t *prior, size_t rows)
{
    const size_t pitch = row_bytes + 1;
    const size_t width = row_bytes / shape.bpp;

    while (rows > 0) {
        int    mode = WAVE_MIXED;
        size_t n = wave_length(src, pitch, rows < lanes ? rows : lanes, width, lanes, &mode);

        if (!HAS_WAVES_OF_ONE_FILTER(shape.bpp))
            mode = WAVE_MIXED;
        if (n < 2) {
            single_row(shape, dst, src, row_bytes, prior);
        } else if (mode == WAVE_ALL_PAETH) {
            wave(WAVE_ALL_PAETH, shape, dst, dst_stride, src, row_bytes, prior, n);
        } else if (mode == WAVE_ALL_AVERAGE) {
            wave(WAVE_ALL_AVERAGE, shape, dst, dst_stride, src, row_bytes, prior, n);
        } else {
            wave(WAVE_MIXED, shape, dst, dst_stride, src, row_bytes, prior, n);
        }
        prior = dst + (ptrdiff_t)(n - 1) * dst_stride;
        src += n * pitch;
        rows -= n;
        if (rows)
            dst += (ptrdiff_t)n * dst_stride;
    }
}

#define DEFINE_UNFILTER(name, level, bpp, swap, wave, lanes)                                       \
    ALIGNED TARGET void unfilter_##name##_##level(uint8_t *dst, ptrdiff_t dst_stride,              \
                                                  const uint8_t *src, size_t row_bytes,            \
                                                  const uint8_t *prior, size_t rows)               \
    {                                                                                              \
        const pixel_shape shape = {bpp, swap};                                                     \
                                                                                                   \
        unfilter_rows(shape, wave, lanes, dst, dst_stride, src, row_bytes, prior, rows);           \
    }
