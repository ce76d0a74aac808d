/*
 * Several scanlines at once, for the filters that wait for their left neighbour.
 *
 * Average and Paeth are one long chain of dependent instructions along a row,
 * however wide the registers are. So a register holds one pixel of each of
 * WAVE_ROWS rows, each WAVE_LAG pixels behind the row above it, and one step of
 * the chain serves them all: lane k is at pixel (step - WAVE_LAG * k). With a lag
 * of one the pixel above would be the result of the step just before; with two
 * there is a whole step of time to move it over by one lane.
 *
 * Rows are read and written in blocks of WAVE_STEPS pixels, which take 16 bytes
 * when spread to SLOT bytes each, and are transposed on the way in and out.
 *
 * This file is a template: it is included once for each VECTOR_BYTES (16 or 32)
 * and SLOT (1, 2, 4, 8), and makes the function wave_SLOT_BITS.
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
#define WAVE_PASTE(name, slot, bits) name##_##slot##_##bits
#define WAVE_EXPAND(name, slot, bits) WAVE_PASTE(name, slot, bits)
#define WAVE(name) WAVE_EXPAND(name, SLOT, WAVE_BITS)

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

/* Lanes that do something else than Paeth, as masks. Sub is Paeth with 0 above
 * and to the upper left. */
typedef struct WAVE(lanes) {
    VEC keep_above; /* 0: None, Sub */
    VEC flat;       /* -1: None, Up, Average: the candidate `average` is taken */
    VEC twice;      /* -1: None, Up: average of above and above */
} WAVE(lanes);

KERNEL WAVE(lanes) WAVE(make_lanes)(const uint8_t *src, size_t pitch, size_t rows)
{
    uint8_t keep_above[VECTOR_BYTES] = {0}, flat[VECTOR_BYTES] = {0}, twice[VECTOR_BYTES] = {0};
    WAVE(lanes) lanes;

    for (size_t k = 0; k < rows; k++) {
        const uint8_t filter = src[k * pitch];
        const bool    up = filter == FILTER_UP || filter == FILTER_NONE || filter > FILTER_PAETH;

        memset(keep_above + k * SLOT, filter >= FILTER_UP && filter <= FILTER_PAETH ? -1 : 0, SLOT);
        memset(flat + k * SLOT, up || filter == FILTER_AVERAGE ? -1 : 0, SLOT);
        memset(twice + k * SLOT, up ? -1 : 0, SLOT);
    }
    memcpy(&lanes.keep_above, keep_above, VECTOR_BYTES);
    memcpy(&lanes.flat, flat, VECTOR_BYTES);
    memcpy(&lanes.twice, twice, VECTOR_BYTES);
    return lanes;
}

/*
 * A block of each row in, a step of all rows out; and back. Each stage interleaves
 * the first half of the vectors with the second, which after log2(n) stages is
 * the transposed matrix. In 32 bytes the halves are two matrices.
 */
KERNEL void WAVE(transpose)(VEC v[WAVE_STEPS])
{
    for (size_t n = WAVE_STEPS; n > 1; n /= 2) {
        VEC w[WAVE_STEPS];

        for (size_t i = 0; i < WAVE_STEPS / 2; i++) {
            w[2 * i] = UNPACK(lo)(v[i], v[i + WAVE_STEPS / 2]);
            w[2 * i + 1] = UNPACK(hi)(v[i], v[i + WAVE_STEPS / 2]);
        }
        memcpy(v, w, sizeof w);
    }
}

/* Lane k gets what lane k - 1 has, lane 0 the pixel of the prior row. `prior` is
 * at this pixel; SLOT bytes are read. */
KERNEL VEC WAVE(move_down)(VEC v, const uint8_t *prior)
{
#if VECTOR_BYTES == 16
    uint64_t pixel = 0;

    memcpy(&pixel, prior, SLOT);
    return _mm_or_si128(_mm_slli_si128(v, SLOT), _mm_cvtsi64_si128((long long)pixel));
#elif SLOT == 4
    int32_t       pixel;
    const __m256i order = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);

    memcpy(&pixel, prior, SLOT);
    return _mm256_blend_epi32(_mm256_permutevar8x32_epi32(v, order), _mm256_set1_epi32(pixel), 1);
#else
    long long pixel;

    memcpy(&pixel, prior, SLOT);
    return _mm256_blend_epi32(_mm256_permute4x64_epi64(v, _MM_SHUFFLE(2, 1, 0, 3)),
                              _mm256_set1_epi64x(pixel), 3);
#endif
}

KERNEL VEC WAVE(select)(VEC unless, VEC then, VEC mask)
{
    return V(blendv_epi8)(unless, then, mask);
}

/*
 * One step. Paeth in bytes: with e = upper_left - lo and f = hi - upper_left, both
 * cut at 0, the condition hi <= 3 upper_left - (lo + hi) of paeth() in unfilter.c
 * is 2 f <= e, and the other one 2 e <= f.
 */
KERNEL VEC WAVE(paeth)(VEC left, VEC above, VEC upper_left, VEC x, const WAVE(lanes) * lanes)
{
    const VEC zero = V_BITS(setzero)();
    const VEC lo = V(min_epu8)(left, above);
    const VEC hi = V(max_epu8)(left, above);
    const VEC e = V(subs_epu8)(upper_left, lo);
    const VEC f = V(subs_epu8)(hi, upper_left);
    const VEC take_lo = V(cmpeq_epi8)(V(subs_epu8)(V(adds_epu8)(f, f), e), zero);
    const VEC take_hi = V(cmpeq_epi8)(V(subs_epu8)(V(adds_epu8)(e, e), f), zero);
    VEC       low = lo;

    if (lanes) {
        /* In flat lanes upper_left is 255, so take_lo holds. */
        const VEC other = WAVE(select)(left, above, lanes->twice);
        const VEC odd = V_BITS(and)(V_BITS(xor)(other, above), V(set1_epi8)(1));
        const VEC average = V(sub_epi8)(V(avg_epu8)(other, above), odd);

        low = WAVE(select)(lo, average, lanes->flat);
    }
    low = WAVE(select)(WAVE(select)(upper_left, hi, take_hi), low, take_lo);
    return V(add_epi8)(low, x);
}

/* The spread block of row k at block offset `at`; pixels before the row are 0. */
KERNEL __m128i WAVE(load_row)(pixel_shape shape, const uint8_t *row, size_t pixel, size_t lag)
{
    static const uint8_t ramp[2 * BLOCK] = {0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                            0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const ptrdiff_t      first = (ptrdiff_t)pixel - (ptrdiff_t)lag;
    __m128i              v = spread(shape, load_block(row + first * (ptrdiff_t)shape.bpp));

    if (pixel < lag) {
        const size_t absent = (lag - pixel) * SLOT;

        v = _mm_and_si128(v, load_block(ramp + BLOCK - (absent < BLOCK ? absent : BLOCK)));
    }
    return v;
}

KERNEL void WAVE(store_edge)(pixel_shape shape, uint8_t *row, size_t width, size_t pixel,
                             size_t lag, __m128i v)
{
    const size_t skip = pixel < lag ? lag - pixel : 0;
    const size_t first = pixel + skip - lag;
    uint8_t      bytes[BLOCK];

    if (skip >= WAVE_STEPS || first >= width)
        return;
    store_block(bytes, v);
    {
        const size_t room = width - first, have = WAVE_STEPS - skip;

        copy_part(row + first * shape.bpp, bytes + skip * shape.bpp,
                  (room < have ? room : have) * shape.bpp);
    }
}

/*
 * rows: 2 to WAVE_ROWS. src, dst, prior: as in kernels.h; prior may be NULL. A row
 * has at least 2 * WAVE_LAG pixels.
 *
 * Reading before the start of a row and behind its end stays in src: before row k
 * there are k whole rows, the lag is 2 k pixels; behind row 0 there are rows - 1
 * whole rows, and it goes on for 2 (rows - 1) pixels; the rest of a block, less
 * than 32 bytes, is within KERNEL_SLACK.
 */
KERNEL void WAVE(wave)(int mode, pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride,
                       const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t rows)
{
    static const uint8_t zeros[BLOCK];
    const size_t         width = row_bytes / shape.bpp, pitch = row_bytes + 1;
    const size_t         steps = width + WAVE_LAG * (rows - 1);
    const WAVE(lanes) lanes = WAVE(make_lanes)(src, pitch, rows);
    const VEC      ones = V(set1_epi8)(-1);
    const VEC      start = mode == WAVE_ALL_AVERAGE ? ones : V_BITS(setzero)();
    VEC            left = start, before = V_BITS(setzero)(), upper_left = before;
    const uint8_t *from[WAVE_ROWS];
    uint8_t       *to[WAVE_ROWS];

    /* Lanes without a row read what lane 0 reads, and are not stored. */
    for (size_t k = 0; k < WAVE_ROWS; k++) {
        from[k] = k < rows ? src + 1 + k * pitch : src + 1 + WAVE_LAG * k * shape.bpp;
        to[k] = dst + (k < rows ? (ptrdiff_t)k * dst_stride : 0);
    }
    if (mode == WAVE_MIXED)
        upper_left = lanes.flat;

    for (size_t pixel = 0; pixel < steps; pixel += WAVE_STEPS) {
        const bool edge = pixel < WAVE_LAG * (rows - 1) || pixel * shape.bpp + BLOCK > row_bytes;
        const uint8_t *above_row = zeros;
        uint8_t        above_part[BLOCK];
        VEC            v[WAVE_STEPS];

        if (prior && !edge) {
            above_row = prior + pixel * shape.bpp;
        } else if (prior && pixel < width) {
            const size_t left_bytes = row_bytes - pixel * shape.bpp;

            store_block(above_part, load_part(prior + pixel * shape.bpp,
                                              left_bytes < BLOCK ? left_bytes : BLOCK));
            above_row = above_part;
        }

        for (size_t i = 0; i < WAVE_STEPS; i++) {
#if VECTOR_BYTES == 16
            v[i] = WAVE(load_row)(shape, from[i], pixel, WAVE_LAG * i);
#else
            v[i] = _mm256_inserti128_si256(
                _mm256_castsi128_si256(WAVE(load_row)(shape, from[i], pixel, WAVE_LAG * i)),
                WAVE(load_row)(shape, from[i + WAVE_STEPS], pixel, WAVE_LAG * (i + WAVE_STEPS)), 1);
#endif
        }
        WAVE(transpose)(v);
        for (size_t i = 0; i < WAVE_STEPS; i++) {
            VEC above;

            if (mode == WAVE_ALL_AVERAGE) {
                /* Inverted: see single_average(). */
                above = V_BITS(xor)(WAVE(move_down)(before, above_row + i * shape.bpp), ones);
                before = V_BITS(xor)(left, ones);
                left = V(sub_epi8)(V(avg_epu8)(left, above), v[i]);
                v[i] = V_BITS(xor)(left, ones);
                continue;
            }
            above = WAVE(move_down)(before, above_row + i * shape.bpp);
            if (mode == WAVE_MIXED)
                above = V_BITS(and)(above, lanes.keep_above);
            before = left;
            left = WAVE(paeth)(left, above, upper_left, v[i], mode == WAVE_MIXED ? &lanes : NULL);
            upper_left = mode == WAVE_MIXED ? V_BITS(or)(above, lanes.flat) : above;
            v[i] = left;
        }
        WAVE(transpose)(v);
        for (size_t k = 0; k < WAVE_ROWS; k++) {
#if VECTOR_BYTES == 16
            const __m128i block = v[k];
#else
            const __m128i block = k < WAVE_STEPS ? _mm256_castsi256_si128(v[k])
                                                 : _mm256_extracti128_si256(v[k - WAVE_STEPS], 1);
#endif
            if (k >= rows)
                continue;
            if (edge)
                WAVE(store_edge)(shape, to[k], width, pixel, WAVE_LAG * k, gather(shape, block));
            else
                store_block(to[k] + (pixel - WAVE_LAG * k) * shape.bpp, gather(shape, block));
        }
    }
}

#undef VEC
#undef V
#undef V_BITS
#undef WAVE_BITS
#undef WAVE_ROWS
#undef WAVE_STEPS
#undef UNPACK
#undef WAVE
#undef WAVE_EXPAND
#undef WAVE_PASTE
