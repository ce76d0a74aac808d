/*
 * Paeth for a scanline that is mostly zeros, as those of screenshots and drawings are. Included by
 * unfilter_single.h.
 *
 * Where filtered bytes are 0, many pixels are known at once. If left and upper left are equal,
 * Paeth chooses what is above, and they are equal for the next pixel, too: the row above is copied.
 * If above and upper left are equal, it chooses left, which is repeated.
 */
/* Bytes that are copied at once: a bit for each is in 64 bits. */
#define RUN 64

KERNEL bool has_zeros(pixel_shape shape)
{
    return shape.bpp == 3 || shape.bpp == 4;
}

KERNEL bool is_zero(__m128i v)
{
    return _mm_testz_si128(v, v);
}

KERNEL bool are_equal(__m128i a, __m128i b)
{
    return is_zero(_mm_xor_si128(a, b));
}

/* A bit for each byte of a block, the first is the lowest: whether it is 0. */
KERNEL uint64_t zero_bytes(const uint8_t *p)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load_block(p), _mm_setzero_si128()));
}

KERNEL size_t count_trailing_ones(uint64_t bits)
{
    return (size_t)__builtin_ctzll(~bits);
}

/* Copies what is above from byte `i` on, as long as filtered bytes are 0. Returns the place of the
 * first one that is not, or row_bytes. There are BLOCK bytes from `i` on, or more. */
TARGET __attribute__((noinline)) static size_t
copy_above(uint8_t *dst, const uint8_t *src, size_t row_bytes, const uint8_t *prior, size_t i)
{
    for (; i + RUN <= row_bytes; i += RUN) {
        uint64_t zeros = 0;
        __m128i  any = _mm_setzero_si128();

        UNROLL
        for (size_t k = 0; k < RUN; k += BLOCK) {
            any = _mm_or_si128(any, load_block(src + i + k));
            store_block(dst + i + k, load_block(prior + i + k));
        }
        if (is_zero(any))
            continue;
        UNROLL
        for (size_t k = 0; k < RUN; k += BLOCK)
            zeros |= zero_bytes(src + i + k) << k;
        return i + count_trailing_ones(zeros);
    }
    for (; i + BLOCK <= row_bytes; i += BLOCK) {
        store_block(dst + i, load_block(prior + i));
        if (!is_zero(load_block(src + i)))
            return i + count_trailing_ones(zero_bytes(src + i));
    }
    copy_part(dst + i, prior + i, row_bytes - i);
    return i + count_trailing_ones(zero_bytes(src + row_bytes - BLOCK) >> (i + BLOCK - row_bytes));
}

/* A pixel, in 16-bit lanes, in the place of each one of a block. */
KERNEL __m128i repeated(pixel_shape shape, __m128i pixel)
{
    static const uint8_t first_3[BLOCK] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    const __m128i        bytes = _mm_packus_epi16(pixel, pixel);

    return shape.bpp == 3 ? shuffle_block(bytes, first_3) : _mm_shuffle_epi32(bytes, 0);
}

/* Pixel `k` of a block, in 16-bit lanes. */
KERNEL __m128i pixel_of_block(pixel_shape shape, __m128i block, size_t k)
{
    const __m128i first = load_block(shape.bpp == 3 ? widen_3 : widen_4);

    return _mm_shuffle_epi8(block, _mm_add_epi8(first, _mm_set1_epi8((char)(k * shape.bpp))));
}

/* As paeth_pixels, for the whole pixels of the block at byte `i`, in half the instructions. Each
 * pixel is stored as four bytes. Narrow rows would wait for the row above, whose pixels are stored
 * one by one. */
KERNEL void paeth_block(pixel_shape shape, uint8_t *dst, const uint8_t *src, const uint8_t *prior,
                        size_t i, paeth_state *state)
{
    const __m128i block = shuffle_block(load_block(src + i), swap_order(shape));
    const __m128i block_above = load_block(prior + i);

    UNROLL
    for (size_t k = 0; k < BLOCK / shape.bpp; k++) {
        const __m128i above = pixel_of_block(shape, block_above, k);
        const __m128i x = pixel_of_block(shape, block, k);
        uint32_t      four;

        state->left = paeth_lanes(state->left, above, state->upper_left, x);
        four = (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(state->left, state->left));
        memcpy(dst + i + k * shape.bpp, &four, 4);
        state->upper_left = above;
    }
}

/* Before the first pixel left and upper left are both 0: nothing before `prior` is read. */
KERNEL void zeros_paeth(pixel_shape shape, uint8_t *dst, const uint8_t *src, size_t row_bytes,
                        const uint8_t *prior)
{
    const size_t step = BLOCK / shape.bpp * shape.bpp;
    paeth_state  state = {_mm_setzero_si128(), _mm_setzero_si128()};
    size_t       i = 0;

    while (i < row_bytes) {
        const size_t end = i + step < row_bytes ? i + step : row_bytes;
        const bool   zeros = i + BLOCK <= row_bytes && is_zero(load_block(src + i));

        if (zeros && are_equal(state.left, state.upper_left)) {
            i = copy_above(dst, src, row_bytes, prior, i);
            i -= i % shape.bpp;
            state.left = _mm_cvtepu8_epi16(load_pixel(shape, prior + i - shape.bpp));
            state.upper_left = state.left;
        } else if (zeros && are_equal(load_block(prior + i), load_block(prior + i - shape.bpp))) {
            store_block(dst + i, repeated(shape, state.left));
            i = end;
        } else if (!IS_COMPACT && i + BLOCK <= row_bytes) {
            paeth_block(shape, dst, src, prior, i, &state);
            i = end;
        } else {
            paeth_pixels(shape, dst, src, prior, i, end, &state);
            i = end;
        }
    }
}
