/*
 * What the waves of unfilter_wave.h have in common, whatever their registers and slots: their rows,
 * masks, and the blocks in which rows begin or end. Included by each level after unfilter_rows.h,
 * with WAVE_MOST_ROWS, the most rows of its waves.
 */
/* The rows of a wave, each where it is when the first is at its first pixel: WAVE_LAG pixels for
 * each row before it ahead of its own first. So one offset serves all. */
typedef struct wave_rows {
    const uint8_t *from[WAVE_MOST_ROWS];
    uint8_t       *to[WAVE_MOST_ROWS];
    size_t         count;
} wave_rows;

/* `lanes` rows: those without one of their own read what the first reads, and write where the last
 * does. */
KERNEL void wave_fill_rows(wave_rows *table, size_t lanes, size_t bpp, uint8_t *dst,
                           ptrdiff_t dst_stride, const uint8_t *src, size_t pitch, size_t rows)
{
    table->count = rows;
    for (size_t k = 0; k < lanes; k++) {
        const size_t row = k < rows ? k : rows - 1;

        table->from[k] = src + 1 + (k < rows ? k * (pitch - WAVE_LAG * bpp) : 0);
        table->to[k] = dst + (ptrdiff_t)row * (dst_stride - (ptrdiff_t)(WAVE_LAG * bpp));
    }
}

/* The masks of wave_lanes: slots of -1 or 0. What is after the last row does not matter. */
typedef struct wave_masks {
    uint8_t keep_above[2 * WAVE_MOST_ROWS], flat[2 * WAVE_MOST_ROWS], twice[2 * WAVE_MOST_ROWS];
} wave_masks;

/* Called, not inlined: once a wave, and only if its filters are mixed. */
TARGET __attribute__((noinline)) static void
wave_fill_masks(wave_masks *masks, size_t slot, const uint8_t *src, size_t pitch, size_t rows)
{
    memset(masks, 0, sizeof *masks);
    for (size_t k = 0; k < rows; k++) {
        const uint8_t filter = src[k * pitch];
        const bool    is_up = filter == FILTER_UP || filter == FILTER_NONE || filter > FILTER_PAETH;
        const uint64_t keep = filter >= FILTER_UP && filter <= FILTER_PAETH ? UINT64_MAX : 0;
        const uint64_t flat = is_up || filter == FILTER_AVERAGE ? UINT64_MAX : 0;
        const uint64_t twice = is_up ? UINT64_MAX : 0;

        /* The next row overwrites what is after a slot. */
        memcpy(masks->keep_above + k * slot, &keep, 8);
        memcpy(masks->flat + k * slot, &flat, 8);
        memcpy(masks->twice + k * slot, &twice, 8);
    }
}

/* ---- Blocks in which some rows have not started or have ended ---------------------------------
 */

/*
 * Copies of the blocks of all rows, and the rows that have them as their first blocks: so the
 * wave's one block function, which is most of its code, serves these as well.
 */
typedef struct wave_edge {
    uint8_t   blocks[WAVE_MOST_ROWS][BLOCK];
    uint8_t   prior[BLOCK];
    wave_rows rows;
} wave_edge;

KERNEL void wave_edge_init(wave_edge *edge, size_t lanes)
{
    for (size_t k = 0; k < lanes; k++) {
        /* cppcheck-suppress uninitvar ; an address, not what is there */
        edge->rows.to[k] = edge->blocks[k];
        edge->rows.from[k] = edge->blocks[k];
    }
}

/* Pixels before a row are 0. */
KERNEL void wave_edge_load_rows(wave_edge *edge, const wave_rows *rows, size_t lanes, size_t bpp,
                                size_t pixel)
{
    static const uint8_t ramp[2 * BLOCK] = {0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                            0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

    for (size_t k = 0; k < lanes; k++) {
        const size_t lag = WAVE_LAG * k;
        __m128i      v = load_block(rows->from[k] + pixel * bpp);

        if (pixel < lag) {
            const size_t absent = (lag - pixel) * bpp;

            v = _mm_and_si128(v, load_block(ramp + BLOCK - (absent < BLOCK ? absent : BLOCK)));
        }
        store_block(edge->blocks[k], v);
    }
}

/* Also gives the block of the prior row, BLOCK bytes which may be read: itself, or a copy, or
 * zeros. */
KERNEL const uint8_t *wave_edge_load(wave_edge *edge, const wave_rows *rows, size_t lanes,
                                     size_t bpp, size_t pixel, const uint8_t *prior,
                                     size_t row_bytes)
{
    const size_t at = pixel * bpp;

    wave_edge_load_rows(edge, rows, lanes, bpp, pixel);
    if (prior && at + BLOCK <= row_bytes)
        return prior + at;
    memset(edge->prior, 0, BLOCK);
    if (prior && at < row_bytes)
        copy_part(edge->prior, prior + at, row_bytes - at);
    return edge->prior;
}

/* The blocks, of `steps` pixels, are unfiltered now: what is in the rows, which have `width`
 * pixels, goes there. */
KERNEL void wave_edge_store(const wave_edge *edge, const wave_rows *rows, size_t steps, size_t bpp,
                            size_t pixel, size_t width)
{
    for (size_t k = 0; k < rows->count; k++) {
        const size_t lag = WAVE_LAG * k;
        const size_t skip = pixel < lag ? lag - pixel : 0;
        const size_t first = pixel + skip - lag;

        if (skip < steps && first < width) {
            const size_t room = width - first, have = steps - skip;

            copy_part(rows->to[k] + (pixel + skip) * bpp, edge->blocks[k] + skip * bpp,
                      (room < have ? room : have) * bpp);
        }
    }
}
