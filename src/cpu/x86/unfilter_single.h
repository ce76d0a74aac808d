/*
 * One scanline at a time, with 128-bit registers: the filters that do not depend on the left
 * neighbour (None, Up), or only on its sum (Sub), and Average and Paeth for single rows. Included
 * by each level with its own KERNEL.
 */
#include <stdbool.h>
#include <string.h>

/* The loops over the vectors of a block are short, and their vectors must be in registers; with
 * only -O2 some of the loops would not be unrolled. */
#define UNROLL _Pragma("GCC unroll 16")
#define BLOCK 16

/* The layout of pixels in a row, and in a 16-byte register. All of it is constant in each kernel,
 * so that the compiler sees straight-line code. */
typedef struct pixel_shape {
    size_t bpp;  /* bytes per pixel */
    bool   swap; /* R G B (A) is written as B G R (A) */
} pixel_shape;

#define Z 0x80 /* pshufb: a zero byte */

/* Swaps red and blue in each whole pixel. */
static const uint8_t swap_3[BLOCK] = {2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, Z};
static const uint8_t swap_4[BLOCK] = {2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15};

/* Spreads the pixels of a row to one slot each, and packs them again; the bytes after the whole
 * pixels are then meaningless. */
static const uint8_t spread_3[BLOCK] = {0, 1, 2, Z, 3, 4, 5, Z, 6, 7, 8, Z, 9, 10, 11, Z};
static const uint8_t spread_swap_3[BLOCK] = {2, 1, 0, Z, 5, 4, 3, Z, 8, 7, 6, Z, 11, 10, 9, Z};
static const uint8_t spread_6[BLOCK] = {0, 1, 2, 3, 4, 5, Z, Z, 6, 7, 8, 9, 10, 11, Z, Z};
static const uint8_t gather_3[BLOCK] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, Z, Z, Z, Z};
static const uint8_t gather_6[BLOCK] = {0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, Z, Z, Z, Z};

/* Copies the last whole pixel to the place of each. */
static const uint8_t last_3[BLOCK] = {12, 13, 14, 12, 13, 14, 12, 13,
                                      14, 12, 13, 14, 12, 13, 14, Z};
static const uint8_t last_6[BLOCK] = {6, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11, Z, Z, Z, Z};

/* Brings the first pixel to 16-bit lanes. */
static const uint8_t widen_3[BLOCK] = {0, Z, 1, Z, 2, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z};
static const uint8_t widen_4[BLOCK] = {0, Z, 1, Z, 2, Z, 3, Z, Z, Z, Z, Z, Z, Z, Z, Z};

#undef Z

/* The shuffles for a block of this shape, or NULL. */
KERNEL const uint8_t *swap_order(pixel_shape shape)
{
    return !shape.swap ? NULL : shape.bpp == 3 ? swap_3 : swap_4;
}

KERNEL const uint8_t *spread_order(pixel_shape shape)
{
    if (shape.bpp == 3)
        return shape.swap ? spread_swap_3 : spread_3;
    if (shape.bpp == 6)
        return spread_6;
    return shape.swap ? swap_4 : NULL;
}

KERNEL const uint8_t *gather_order(pixel_shape shape)
{
    return shape.bpp == 3 ? gather_3 : shape.bpp == 6 ? gather_6 : NULL;
}

KERNEL __m128i load_block(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

KERNEL void store_block(uint8_t *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)p, v);
}

/* Copies 0 to 16 bytes: two overlapping pieces instead of a loop. */
KERNEL void copy_part(uint8_t *to, const uint8_t *from, size_t n)
{
    uint64_t a, b;

    if (n >= 8) {
        memcpy(&a, from, 8);
        memcpy(&b, from + n - 8, 8);
        memcpy(to, &a, 8);
        memcpy(to + n - 8, &b, 8);
    } else if (n >= 4) {
        memcpy(&a, from, 4);
        memcpy(&b, from + n - 4, 4);
        memcpy(to, &a, 4);
        memcpy(to + n - 4, &b, 4);
    } else if (n) {
        const uint8_t first = from[0], middle = from[n / 2], last = from[n - 1];

        to[0] = first;
        to[n / 2] = middle;
        to[n - 1] = last;
    }
}

KERNEL __m128i load_part(const uint8_t *p, size_t n)
{
    uint8_t bytes[BLOCK] = {0};

    copy_part(bytes, p, n);
    return load_block(bytes);
}

KERNEL void store_part(uint8_t *p, __m128i v, size_t n)
{
    uint8_t bytes[BLOCK];

    store_block(bytes, v);
    copy_part(p, bytes, n);
}

KERNEL __m128i shuffle_block(__m128i v, const uint8_t *order)
{
    return order ? _mm_shuffle_epi8(v, load_block(order)) : v;
}

/* ---- None, Sub, Up ------------------------------------------------------- */

/* Bytes per step: whole pixels, if pixels matter. */
KERNEL size_t packed_bytes(int filter, pixel_shape shape)
{
    if (filter != FILTER_SUB && !shape.swap)
        return BLOCK;
    return BLOCK / shape.bpp * shape.bpp;
}

/* Sums of all pixels up to each one of the block, by doubling distances. */
KERNEL __m128i packed_sums(pixel_shape shape, __m128i v)
{
    switch (shape.bpp) {
    case 1:
        v = _mm_add_epi8(v, _mm_slli_si128(v, 1)); /* fall through */
    case 2:
        v = _mm_add_epi8(v, _mm_slli_si128(v, 2)); /* fall through */
    case 4:
        v = _mm_add_epi8(v, _mm_slli_si128(v, 4)); /* fall through */
    case 8:
        return _mm_add_epi8(v, _mm_slli_si128(v, 8));
    case 3:
        v = _mm_add_epi8(v, _mm_slli_si128(v, 3));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 6));
        return _mm_add_epi8(v, _mm_slli_si128(v, 12));
    default:
        return _mm_add_epi8(v, _mm_slli_si128(v, 6));
    }
}

/* The last pixel of the block in the place of each. */
KERNEL __m128i packed_last(pixel_shape shape, __m128i v)
{
    switch (shape.bpp) {
    case 1:
        return _mm_shuffle_epi8(v, _mm_set1_epi8(15));
    case 2:
        return _mm_shuffle_epi8(v, _mm_set1_epi16(0x0f0e));
    case 4:
        return _mm_shuffle_epi32(v, 0xff);
    case 8:
        return _mm_unpackhi_epi64(v, v);
    default:
        return shuffle_block(v, shape.bpp == 3 ? last_3 : last_6);
    }
}

KERNEL __m128i packed_undo(int filter, pixel_shape shape, __m128i v, __m128i above, __m128i *sum)
{
    v = shuffle_block(v, swap_order(shape));
    if (filter == FILTER_UP)
        return _mm_add_epi8(v, above);
    if (filter == FILTER_SUB) {
        v = packed_sums(shape, v);
        above = *sum;
        *sum = _mm_add_epi8(above, packed_last(shape, v));
        return _mm_add_epi8(v, above);
    }
    return v;
}

/* WebAssembly is downloaded: there it does without some code that only saves time. */
#if defined(__wasm__)
#define IS_COMPACT true
#else
#define IS_COMPACT false
#endif

/* Blocks that are undone in a turn. One alone takes 2 to 5 cycles, as the loop lies in memory. */
#define PARALLEL_BLOCKS (IS_COMPACT ? 1 : 2)

/* The block at byte `i`. It is stored as 16 bytes: those after its pixels are overwritten by the
 * next block. */
KERNEL void parallel_block(int filter, pixel_shape shape, uint8_t *dst, const uint8_t *src,
                           const uint8_t *prior, size_t i, __m128i *sum)
{
    const __m128i above = filter == FILTER_UP ? load_block(prior + i) : _mm_setzero_si128();

    store_block(dst + i, packed_undo(filter, shape, load_block(src + i), above, sum));
}

KERNEL void store_eight(uint8_t *p, __m128i v)
{
    const uint64_t eight = (uint64_t)_mm_cvtsi128_si64(v);

    memcpy(p, &eight, 8);
}

/* The end of a row of None or Up that is not shorter than a block: its last whole pixels, some of
 * which are undone a second time. By way of memory a row would wait for them. */
KERNEL void parallel_end(int filter, pixel_shape shape, uint8_t *dst, const uint8_t *src,
                         size_t row_bytes, const uint8_t *prior)
{
    const bool   is_short = packed_bytes(filter, shape) < BLOCK;
    const size_t at = row_bytes - packed_bytes(filter, shape);
    __m128i      above = _mm_setzero_si128(), v;

    if (filter == FILTER_UP && is_short)
        above = _mm_alignr_epi8(above, load_block(prior + at - 1), 1);
    else if (filter == FILTER_UP)
        above = load_block(prior + at);
    v = packed_undo(filter, shape, load_block(src + at), above, NULL);
    if (is_short) {
        store_eight(dst + at, v);
        store_eight(dst + at + 7, _mm_alignr_epi8(v, v, 7));
    } else {
        store_block(dst + at, v);
    }
}

/* `filter` is None, Sub or Up. */
KERNEL void single_parallel(int filter, pixel_shape shape, uint8_t *dst, const uint8_t *src,
                            size_t row_bytes, const uint8_t *prior)
{
    const size_t step = packed_bytes(filter, shape), turn = PARALLEL_BLOCKS * step;
    const size_t least = turn - step + BLOCK; /* bytes that a turn needs */
    __m128i      sum = _mm_setzero_si128(), above = sum, v;
    size_t       i = 0;

    if (row_bytes >= least) {
        do { /* optimised for size, `for` takes two jumps a turn */
            UNROLL
            for (size_t k = 0; k < turn; k += step)
                parallel_block(filter, shape, dst, src, prior, i + k, &sum);
            i += turn;
        } while (i <= row_bytes - least);
    }
    if (PARALLEL_BLOCKS > 1 && i + BLOCK <= row_bytes) {
        parallel_block(filter, shape, dst, src, prior, i, &sum);
        i += step;
    }
    if (!IS_COMPACT && filter != FILTER_SUB && row_bytes >= BLOCK) {
        if (i < row_bytes)
            parallel_end(filter, shape, dst, src, row_bytes, prior);
        return;
    }
    while (i < row_bytes) {
        const size_t n = row_bytes - i < step ? row_bytes - i : step;

        if (filter == FILTER_UP)
            above = load_part(prior + i, n);
        v = packed_undo(filter, shape, load_block(src + i), above, &sum);
        store_part(dst + i, v, n);
        i += n;
    }
}

/* ---- Average and Paeth, one pixel at a time ------------------------------ */

/*
 * A pixel of 3 to 8 bytes. Exactly those bytes are accessed, in the same pieces for loads and
 * stores: a load that spans two stores, those of the row before, waits until both have left the
 * store queue, which in narrow rows takes longer than the filter.
 */
KERNEL __m128i load_pixel(pixel_shape shape, const uint8_t *p)
{
    uint64_t eight;
    uint32_t four;
    uint16_t two;

    switch (shape.bpp) {
    case 3:
        memcpy(&two, p, 2);
        return _mm_cvtsi32_si128(two | p[2] << 16);
    case 4:
        memcpy(&four, p, 4);
        return _mm_cvtsi32_si128((int)four);
    case 6:
        memcpy(&four, p, 4);
        memcpy(&two, p + 4, 2);
        return _mm_cvtsi64_si128((long long)(four | (uint64_t)two << 32));
    default:
        memcpy(&eight, p, 8);
        return _mm_cvtsi64_si128((long long)eight);
    }
}

KERNEL void store_pixel(pixel_shape shape, uint8_t *p, __m128i v)
{
    const uint64_t eight = (uint64_t)_mm_cvtsi128_si64(v);
    const uint32_t four = (uint32_t)eight;
    const uint16_t two = (uint16_t)(shape.bpp == 3 ? eight : eight >> 32);

    switch (shape.bpp) {
    case 3:
        memcpy(p, &two, 2);
        p[2] = (uint8_t)(eight >> 16);
        break;
    case 4:
        memcpy(p, &four, 4);
        break;
    case 6:
        memcpy(p, &four, 4);
        memcpy(p + 4, &two, 2);
        break;
    default:
        memcpy(p, &eight, 8);
        break;
    }
}

KERNEL __m128i swap_pixel(pixel_shape shape, __m128i v)
{
    return shuffle_block(v, shape.swap ? swap_4 : NULL);
}

/*
 * pavgb rounds up, the filter rounds down: ~pavgb(~left, ~above). With all values inverted, ~(x +
 * ~q) = q - x, and a step is two instructions.
 */
KERNEL void single_average(pixel_shape shape, uint8_t *dst, const uint8_t *src, size_t row_bytes,
                           const uint8_t *prior)
{
    const __m128i ones = _mm_set1_epi8(-1);
    __m128i       left = ones, above = ones;

    for (size_t i = 0; i < row_bytes; i += shape.bpp) {
        const __m128i x = swap_pixel(shape, load_pixel(shape, src + i));

        if (prior)
            above = _mm_xor_si128(load_pixel(shape, prior + i), ones);
        left = _mm_sub_epi8(_mm_avg_epu8(left, above), x);
        store_pixel(shape, dst + i, _mm_xor_si128(left, ones));
    }
}

/* See paeth() in unfilter.c; 16-bit lanes. x is added to the three candidates, so that the choice
 * is the last operation between one pixel and the next. */
KERNEL __m128i paeth_lanes(__m128i left, __m128i above, __m128i upper_left, __m128i x)
{
    const __m128i lo = _mm_min_epi16(left, above);
    const __m128i hi = _mm_max_epi16(left, above);
    const __m128i thrice = _mm_add_epi16(upper_left, _mm_add_epi16(upper_left, upper_left));
    const __m128i t = _mm_sub_epi16(_mm_sub_epi16(thrice, above), left);
    const __m128i inner =
        _mm_blendv_epi8(_mm_add_epi8(hi, x), _mm_add_epi8(upper_left, x), _mm_cmpgt_epi16(t, lo));

    return _mm_blendv_epi8(_mm_add_epi8(lo, x), inner, _mm_cmpgt_epi16(hi, t));
}

/* What a pixel passes to the next one, in 16-bit lanes. */
typedef struct paeth_state {
    __m128i left, upper_left;
} paeth_state;

/* The pixels from byte `from` to byte `to`. */
KERNEL void paeth_pixels(pixel_shape shape, uint8_t *dst, const uint8_t *src, const uint8_t *prior,
                         size_t from, size_t to, paeth_state *state)
{
    for (size_t i = from; i < to; i += shape.bpp) {
        const __m128i x = swap_pixel(shape, load_pixel(shape, src + i));
        const __m128i above = _mm_cvtepu8_epi16(load_pixel(shape, prior + i));

        state->left = paeth_lanes(state->left, above, state->upper_left, _mm_cvtepu8_epi16(x));
        store_pixel(shape, dst + i, _mm_packus_epi16(state->left, state->left));
        state->upper_left = above;
    }
}

KERNEL void single_paeth(pixel_shape shape, uint8_t *dst, const uint8_t *src, size_t row_bytes,
                         const uint8_t *prior)
{
    paeth_state state = {_mm_setzero_si128(), _mm_setzero_si128()};

    paeth_pixels(shape, dst, src, prior, 0, row_bytes, &state);
}

#include "unfilter_zeros.h"

/* ---- Any filter ---------------------------------------------------------- */

/* Below 3 bytes per pixel a vector holds no more than one step of the chain, and plain C is as
 * good. */
KERNEL void single_plain(pixel_shape shape, uint8_t *dst, const uint8_t *src, size_t row_bytes,
                         const uint8_t *prior)
{
    (shape.bpp == 1 ? unfilter_1_c : unfilter_2_c)(dst, 0, src, row_bytes, prior, 1);
}

/* `src` starts with the filter type. Without a prior row Up leaves the bytes unchanged, and Paeth,
 * with above and upper left 0, is Sub. sparse: most of the bytes are 0. */
KERNEL void single_row(pixel_shape shape, uint8_t *dst, const uint8_t *src, size_t row_bytes,
                       const uint8_t *prior, bool sparse)
{
    const uint8_t filter = src[0];

    if (filter == FILTER_SUB || (filter == FILTER_PAETH && !prior))
        single_parallel(FILTER_SUB, shape, dst, src + 1, row_bytes, NULL);
    else if (filter == FILTER_UP && prior)
        single_parallel(FILTER_UP, shape, dst, src + 1, row_bytes, prior);
    else if (shape.bpp < 3 && (filter == FILTER_AVERAGE || filter == FILTER_PAETH))
        single_plain(shape, dst, src, row_bytes, prior);
    else if (filter == FILTER_AVERAGE)
        single_average(shape, dst, src + 1, row_bytes, prior);
    else if (filter == FILTER_PAETH && sparse && has_zeros(shape))
        zeros_paeth(shape, dst, src + 1, row_bytes, prior);
    else if (filter == FILTER_PAETH)
        single_paeth(shape, dst, src + 1, row_bytes, prior);
    else if (shape.swap)
        single_parallel(FILTER_NONE, shape, dst, src + 1, row_bytes, NULL);
    else
        memcpy(dst, src + 1, row_bytes);
}
