/*
 * Several scanlines at once, for the filters that wait for their left neighbour.
 *
 * Along a row, Average and Paeth are one long chain of dependent instructions, however wide the
 * registers are. So a register holds one pixel of each of WAVE_ROWS rows, each WAVE_LAG pixels
 * after the row above it, and one step of the chain serves them all: lane k is at pixel (step -
 * WAVE_LAG * k). With a lag of one, the pixel above would be the result of the previous step; with
 * two, there is a whole step of time to move it over by one lane.
 *
 * Rows are read and written in blocks of WAVE_STEPS pixels, which take 16 bytes when spread to SLOT
 * bytes each, and are transposed on the way in and out.
 *
 * This file is a template: it is included once for each VECTOR_BYTES (16 or 32) and SLOT (1, 2, 4,
 * 8), which it undefines, and defines the function wave_of_rows, wave_SLOT_BITS for the including
 * file.
 */
#if VECTOR_BYTES == 16
#define VEC __m128i
#define V(op) _mm_##op
#define V_BITS(op) _mm_##op##_si128
#define WAVE_BITS 128
#else
#define VEC __m256i
#define V(op) _mm256_##op
#define V_BITS(op) _mm256_##op##_si256
#define WAVE_BITS 256
#endif

/* C has no templates: what this file defines is called wave_..._SLOT_BITS to the compiler. */
#define WAVE_PASTE(name, slot, bits) name##_##slot##_##bits
#define WAVE_EXPAND(name, slot, bits) WAVE_PASTE(name, slot, bits)
#define WAVE_NAME(name) WAVE_EXPAND(name, SLOT, WAVE_BITS)
#define wave_at_most WAVE_NAME(wave_at_most)
#define wave_block WAVE_NAME(wave_block)
#define wave_first WAVE_NAME(wave_first)
#define wave_lanes WAVE_NAME(wave_lanes)
#define wave_load_lanes WAVE_NAME(wave_load_lanes)
#define wave_move_down WAVE_NAME(wave_move_down)
#define wave_paeth WAVE_NAME(wave_paeth)
#define wave_select WAVE_NAME(wave_select)
#define wave_state WAVE_NAME(wave_state)
#define wave_transpose WAVE_NAME(wave_transpose)
#define wave_undo WAVE_NAME(wave_undo)
#define wave_of_rows WAVE_NAME(wave)

#define WAVE_ROWS (VECTOR_BYTES / SLOT)
#define WAVE_STEPS (BLOCK / SLOT)

#if SLOT == 1
#define UNPACK(half) V(unpack##half##_epi8)
#elif SLOT == 2
#define UNPACK(half) V(unpack##half##_epi16)
#elif SLOT == 4
#define UNPACK(half) V(unpack##half##_epi32)
#else
#define UNPACK(half) V(unpack##half##_epi64)
#endif

/* Masks of lanes with filters other than Paeth. Sub is Paeth with 0 above and to the upper left. */
typedef struct wave_lanes {
    VEC keep_above; /* 0: None, Sub */
    VEC flat;       /* -1: None, Up, Average: the candidate `average` is used */
    VEC twice;      /* -1: None, Up: average of above and above */
} wave_lanes;

KERNEL wave_lanes wave_load_lanes(const uint8_t *src, size_t pitch, size_t rows)
{
    wave_masks masks;
    wave_lanes lanes;

    wave_fill_masks(&masks, SLOT, src, pitch, rows);
    memcpy(&lanes.keep_above, masks.keep_above, VECTOR_BYTES);
    memcpy(&lanes.flat, masks.flat, VECTOR_BYTES);
    memcpy(&lanes.twice, masks.twice, VECTOR_BYTES);
    return lanes;
}

/*
 * Transposes a block: from a block of each row to one step of all rows, and back. Each stage
 * interleaves the first half of the vectors with the second, which after log2(n) stages gives the
 * transposed matrix. In 32 bytes the halves are two matrices.
 */
KERNEL void wave_transpose(VEC v[WAVE_STEPS])
{
    UNROLL
    for (size_t n = WAVE_STEPS; n > 1; n /= 2) {
        VEC w[WAVE_STEPS];

        UNROLL
        for (size_t i = 0; i < WAVE_STEPS / 2; i++) {
            w[2 * i] = UNPACK(lo)(v[i], v[i + WAVE_STEPS / 2]);
            w[2 * i + 1] = UNPACK(hi)(v[i], v[i + WAVE_STEPS / 2]);
        }
        UNROLL
        for (size_t i = 0; i < WAVE_STEPS; i++)
            v[i] = w[i];
    }
}

#if VECTOR_BYTES == 32
/* The pixel of the prior row in each lane. */
KERNEL VEC wave_first(const uint8_t *prior)
{
#if SLOT == 1
    return _mm256_set1_epi8((char)*prior);
#else
    int64_t pixel = 0;

    memcpy(&pixel, prior, SLOT);
    return SLOT == 2   ? _mm256_set1_epi16((int16_t)pixel)
           : SLOT == 4 ? _mm256_set1_epi32((int32_t)pixel)
                       : _mm256_set1_epi64x(pixel);
#endif
}
#endif

/* Lane k gets the value of lane k - 1, lane 0 the pixel of the prior row. `prior` is at this pixel;
 * SLOT bytes are read. */
KERNEL VEC wave_move_down(VEC v, const uint8_t *prior)
{
#if defined(__wasm__)
    return SSE_AFTER(SLOT)(prior, v);
#elif VECTOR_BYTES == 16
    uint64_t pixel = 0;

    memcpy(&pixel, prior, SLOT);
    return _mm_or_si128(_mm_slli_si128(v, SLOT), _mm_cvtsi64_si128((long long)pixel));
#else
    const __m256i first = wave_first(prior);
    const __m256i before = _mm256_permute2x128_si256(v, first, 0x02);

    return _mm256_alignr_epi8(v, before, 16 - SLOT);
#endif
}

KERNEL VEC wave_select(VEC unless, VEC then, VEC mask)
{
    return V(blendv_epi8)(unless, then, mask);
}

/* a <= b, unsigned */
KERNEL VEC wave_at_most(VEC a, VEC b)
{
    return V(cmpeq_epi8)(V(min_epu8)(a, b), a);
}

/*
 * One step. Paeth in bytes: with e = upper_left - lo and f = hi - upper_left, both clamped at 0,
 * the condition hi <= 3 upper_left - (lo + hi) of paeth() in unfilter.c is f <= e - f, and the
 * other one e <= f - e. x is added to the three candidates, so that the choice is the last
 * operation between one pixel and the next.
 */
KERNEL VEC wave_paeth(VEC left, VEC above, VEC upper_left, VEC x, const wave_lanes *lanes)
{
    const VEC lo = V(min_epu8)(left, above);
    const VEC hi = V(max_epu8)(left, above);
    const VEC e = V(subs_epu8)(upper_left, lo);
    const VEC f = V(subs_epu8)(hi, upper_left);
    const VEC take_lo = wave_at_most(f, V(subs_epu8)(e, f));
    const VEC take_hi = wave_at_most(e, V(subs_epu8)(f, e));
    VEC       low = lo;

    if (lanes) {
        /* In flat lanes upper_left is 255, so take_lo holds. */
        const VEC other = wave_select(left, above, lanes->twice);
        const VEC odd = V_BITS(and)(V_BITS(xor)(other, above), V(set1_epi8)(1));
        const VEC average = V(sub_epi8)(V(avg_epu8)(other, above), odd);

        low = wave_select(lo, average, lanes->flat);
    }
    return wave_select(wave_select(V(add_epi8)(upper_left, x), V(add_epi8)(hi, x), take_hi),
                       V(add_epi8)(low, x), take_lo);
}

/* The values that a step passes to the next one. */
typedef struct wave_state {
    VEC left;       /* WAVE_ALL_AVERAGE: inverted */
    VEC before;     /* the pixels of the previous step */
    VEC upper_left; /* in flat lanes 255 */
} wave_state;

/* Filtered pixels in, unfiltered out: v[i] is step i of the block. */
KERNEL void wave_undo(int mode, pixel_shape shape, const wave_lanes *lanes, wave_state *state,
                      const uint8_t *prior, VEC v[WAVE_STEPS])
{
    const VEC ones = V(set1_epi8)(-1);

    UNROLL
    for (size_t i = 0; i < WAVE_STEPS; i++) {
        VEC above = wave_move_down(state->before, prior + i * shape.bpp);

        if (mode == WAVE_ALL_AVERAGE) {
            /* See single_average(). */
            state->before = V_BITS(xor)(state->left, ones);
            state->left = V(sub_epi8)(V(avg_epu8)(state->left, V_BITS(xor)(above, ones)), v[i]);
            v[i] = V_BITS(xor)(state->left, ones);
            continue;
        }
        if (mode == WAVE_MIXED)
            above = V_BITS(and)(above, lanes->keep_above);
        state->before = state->left;
        state->left = wave_paeth(state->left, above, state->upper_left, v[i],
                                 mode == WAVE_MIXED ? lanes : NULL);
        state->upper_left = mode == WAVE_MIXED ? V_BITS(or)(above, lanes->flat) : above;
        v[i] = state->left;
    }
}

/*
 * A block of all rows. Lanes without a row read what lane 0 reads and write where
 * the last row does, which writes after them.
 */
KERNEL void wave_block(int mode, pixel_shape shape, const wave_rows *rows, size_t at,
                       const uint8_t *prior, const wave_lanes *lanes, wave_state *state)
{
    VEC v[WAVE_STEPS];

    UNROLL
    for (size_t i = 0; i < WAVE_STEPS; i++) {
        const __m128i row = load_block(rows->from[i] + at);
#if VECTOR_BYTES == 16
        v[i] = shuffle_block(row, spread_order(shape));
#else
        const size_t k = i + WAVE_STEPS;

        v[i] =
            _mm256_inserti128_si256(_mm256_castsi128_si256(row), load_block(rows->from[k] + at), 1);
        v[i] = shuffle_blocks(v[i], spread_order(shape));
#endif
    }
    wave_transpose(v);
    wave_undo(mode, shape, lanes, state, prior, v);
    wave_transpose(v);
#if VECTOR_BYTES == 16
    UNROLL
    for (size_t i = WAVE_STEPS; i-- > 0;)
        store_block(rows->to[i] + at, shuffle_block(v[i], gather_order(shape)));
#else
    UNROLL
    for (size_t i = WAVE_STEPS; i-- > 0;) {
        const size_t k = i + WAVE_STEPS;

        v[i] = shuffle_blocks(v[i], gather_order(shape));
        store_block(rows->to[k] + at, _mm256_extracti128_si256(v[i], 1));
    }
    UNROLL
    for (size_t i = WAVE_STEPS; i-- > 0;)
        store_block(rows->to[i] + at, _mm256_castsi256_si128(v[i]));
#endif
}

/*
 * rows: 2 to WAVE_ROWS. src, dst, prior: as in kernels.h; prior may be NULL. A row has at least 2 *
 * WAVE_LAG pixels.
 *
 * Reads before the start and after the end of a row stay within src: before row k there are k whole
 * rows, and the lag is 2 k pixels; after row 0 there are rows - 1 whole rows, and it continues for
 * 2 (rows - 1) pixels; the rest of a block, less than 32 bytes, is within KERNEL_SLACK.
 */
KERNEL void wave_of_rows(int mode, pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride,
                         const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t rows)
{
    static const uint8_t zeros[BLOCK];
    const size_t         pitch = row_bytes + 1, block = WAVE_STEPS * shape.bpp;
    const size_t         width = row_bytes / shape.bpp, start = WAVE_LAG * (rows - 1);
    wave_state           state = {V_BITS(setzero)(), V_BITS(setzero)(), V_BITS(setzero)()};
    wave_lanes           lanes = {state.left, state.left, state.left};
    wave_rows            table;
    wave_edge            edge;

    wave_fill_rows(&table, WAVE_ROWS, shape.bpp, dst, dst_stride, src, pitch, rows);
    wave_edge_init(&edge, WAVE_ROWS);
    if (mode == WAVE_ALL_AVERAGE)
        state.left = V(set1_epi8)(-1);
    if (mode == WAVE_MIXED) {
        lanes = wave_load_lanes(src, pitch, rows);
        state.upper_left = lanes.flat;
    }

    for (size_t pixel = 0; pixel < width + start;) {
        const size_t     at = pixel * shape.bpp;
        const bool       is_edge = pixel < start || at + BLOCK > row_bytes;
        const size_t     blocks = is_edge ? 1 : (row_bytes - BLOCK - at) / block + 1;
        const wave_rows *from = is_edge ? &edge.rows : &table;
        const uint8_t   *above = prior ? prior + at : zeros;
        size_t           column = is_edge ? 0 : at;

        if (is_edge)
            above = wave_edge_load(&edge, &table, WAVE_ROWS, shape.bpp, pixel, prior, row_bytes);
        for (size_t i = 0; i < blocks; i++) {
            wave_block(mode, shape, from, column, above, &lanes, &state);
            column += block;
            above += prior ? block : 0;
        }
        if (is_edge)
            wave_edge_store(&edge, &table, WAVE_STEPS, shape.bpp, pixel, width);
        pixel += blocks * WAVE_STEPS;
    }
}

#undef VECTOR_BYTES
#undef SLOT
#undef VEC
#undef V
#undef V_BITS
#undef WAVE_BITS
#undef WAVE_ROWS
#undef WAVE_STEPS
#undef UNPACK
#undef WAVE_NAME
#undef wave_at_most
#undef wave_block
#undef wave_first
#undef wave_lanes
#undef wave_load_lanes
#undef wave_move_down
#undef wave_paeth
#undef wave_select
#undef wave_state
#undef wave_transpose
#undef wave_undo
#undef wave_of_rows
#undef WAVE_EXPAND
#undef WAVE_PASTE
