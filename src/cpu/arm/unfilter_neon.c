/*
 * Unfiltering with NEON, for pixels of 3 and 4 bytes.
 *
 * As on x86-64 (x86/unfilter_wave.h explains it): rows that wait for their left neighbour go in
 * waves of up to four, one pixel of each in a register, each two pixels after the row above. The
 * other rows go one at a time.
 */
#include "arm.h"

#ifdef PNG2BMP_ARM

#include <arm_neon.h>
#include <stdbool.h>
#include <string.h>

#define KERNEL __attribute__((always_inline)) static inline
#define UNROLL _Pragma("GCC unroll 4")

/* A block: four pixels, spread to 4 bytes each. A wave: four rows. */
enum {
    BLOCK = 16,
    SLOT = 4,
    PIXELS = 4,
    ROWS = 4,
    LAG = 2
};

/* Constant in each kernel, so that the compiler sees straight-line code. */
typedef struct pixel_shape {
    size_t bpp;  /* 3 or 4 */
    bool   swap; /* R G B (A) is written as B G R (A) */
} pixel_shape;

#define Z 0xff /* tbl: a zero byte */
static const uint8_t spread_3[BLOCK] = {0, 1, 2, Z, 3, 4, 5, Z, 6, 7, 8, Z, 9, 10, 11, Z};
static const uint8_t spread_swap_3[BLOCK] = {2, 1, 0, Z, 5, 4, 3, Z, 8, 7, 6, Z, 11, 10, 9, Z};
static const uint8_t spread_swap_4[BLOCK] = {2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15};
static const uint8_t gather_3[BLOCK] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, Z, Z, Z, Z};
#undef Z

/* Four filtered pixels. `p` may be near the end of the row, but 16 bytes can be read. */
KERNEL uint8x16_t load_filtered(pixel_shape shape, const uint8_t *p)
{
    const uint8x16_t v = vld1q_u8(p);

    if (shape.bpp == 3)
        return vqtbl1q_u8(v, vld1q_u8(shape.swap ? spread_swap_3 : spread_3));
    return shape.swap ? vqtbl1q_u8(v, vld1q_u8(spread_swap_4)) : v;
}

KERNEL uint8x16_t load_pixels(pixel_shape shape, const uint8_t *p)
{
    const uint8x16_t v = vld1q_u8(p);

    return shape.bpp == 3 ? vqtbl1q_u8(v, vld1q_u8(spread_3)) : v;
}

KERNEL uint8x16_t gather(pixel_shape shape, uint8x16_t v)
{
    return shape.bpp == 3 ? vqtbl1q_u8(v, vld1q_u8(gather_3)) : v;
}

/* n pixels, 1 to 4, and not one byte more is read or written. */
KERNEL uint8x16_t load_part(pixel_shape shape, const uint8_t *p, size_t n)
{
    uint8_t bytes[BLOCK] = {0};

    memcpy(bytes, p, n * shape.bpp);
    return load_pixels(shape, bytes);
}

KERNEL void store_part(pixel_shape shape, uint8_t *p, uint8x16_t v, size_t skip, size_t n)
{
    uint8_t bytes[BLOCK];

    vst1q_u8(bytes, gather(shape, v));
    memcpy(p, bytes + skip * shape.bpp, n * shape.bpp);
}

/* ---- None, Sub, Up ------------------------------------------------------- */

/* Sums of all pixels up to each one of the block, by doubling distances. */
KERNEL uint8x16_t sums(uint8x16_t v)
{
    const uint8x16_t zero = vdupq_n_u8(0);

    v = vaddq_u8(v, vextq_u8(zero, v, BLOCK - SLOT));
    return vaddq_u8(v, vextq_u8(zero, v, BLOCK - 2 * SLOT));
}

KERNEL uint8x16_t undo_parallel(int filter, uint8x16_t v, uint8x16_t above, uint8x16_t *sum)
{
    if (filter == FILTER_UP)
        return vaddq_u8(v, above);
    if (filter == FILTER_SUB) {
        v = vaddq_u8(sums(v), *sum);
        *sum = vreinterpretq_u8_u32(vdupq_laneq_u32(vreinterpretq_u32_u8(v), 3));
    }
    return v;
}

/* `filter` is None, Sub or Up. */
KERNEL void single_parallel(int filter, pixel_shape shape, uint8_t *dst, const uint8_t *src,
                            size_t row_bytes, const uint8_t *prior)
{
    uint8x16_t sum = vdupq_n_u8(0), above = sum;
    size_t     i = 0;

    for (; i + BLOCK <= row_bytes; i += PIXELS * shape.bpp) {
        if (filter == FILTER_UP)
            above = load_pixels(shape, prior + i);
        vst1q_u8(dst + i,
                 gather(shape, undo_parallel(filter, load_filtered(shape, src + i), above, &sum)));
    }
    while (i < row_bytes) {
        const size_t left = (row_bytes - i) / shape.bpp, n = left < PIXELS ? left : PIXELS;

        if (filter == FILTER_UP)
            above = load_part(shape, prior + i, n);
        store_part(shape, dst + i,
                   undo_parallel(filter, load_filtered(shape, src + i), above, &sum), 0, n);
        i += n * shape.bpp;
    }
}

/* ---- Waves --------------------------------------------------------------- */

/* Masks of lanes with filters other than Paeth. Sub is Paeth with 0 above and to the upper left. */
typedef struct wave_lanes {
    uint8x16_t keep_above; /* 0: None, Sub */
    uint8x16_t flat;       /* -1: None, Up, Average: the candidate `average` is used */
    uint8x16_t twice;      /* -1: None, Up: average of above and above */
} wave_lanes;

typedef struct wave_state {
    uint8x16_t left, before, upper_left; /* before: the pixels of the previous step */
} wave_state;

/* Row k is at pixel (pixel - LAG * k). */
typedef struct wave_rows {
    const uint8_t *from[ROWS];
    uint8_t       *to[ROWS];
    size_t         count, width;
} wave_rows;

KERNEL wave_lanes make_lanes(const uint8_t *src, size_t pitch, size_t rows)
{
    uint32_t keep_above[ROWS] = {0}, flat[ROWS] = {0}, twice[ROWS] = {0};

    for (size_t k = 0; k < rows; k++) {
        const uint8_t filter = src[k * pitch];
        const bool    up = filter == FILTER_UP || filter == FILTER_NONE || filter > FILTER_PAETH;

        keep_above[k] = filter >= FILTER_UP && filter <= FILTER_PAETH ? UINT32_MAX : 0;
        flat[k] = up || filter == FILTER_AVERAGE ? UINT32_MAX : 0;
        twice[k] = up ? UINT32_MAX : 0;
    }
    return (wave_lanes){vreinterpretq_u8_u32(vld1q_u32(keep_above)),
                        vreinterpretq_u8_u32(vld1q_u32(flat)),
                        vreinterpretq_u8_u32(vld1q_u32(twice))};
}

/* Transposes a block: from a block of each row to one step of all rows, and back. */
KERNEL void transpose(uint8x16_t v[ROWS])
{
    const uint32x4_t a = vreinterpretq_u32_u8(v[0]), b = vreinterpretq_u32_u8(v[1]);
    const uint32x4_t c = vreinterpretq_u32_u8(v[2]), d = vreinterpretq_u32_u8(v[3]);
    const uint32x4_t ac0 = vzip1q_u32(a, c), ac1 = vzip2q_u32(a, c);
    const uint32x4_t bd0 = vzip1q_u32(b, d), bd1 = vzip2q_u32(b, d);

    v[0] = vreinterpretq_u8_u32(vzip1q_u32(ac0, bd0));
    v[1] = vreinterpretq_u8_u32(vzip2q_u32(ac0, bd0));
    v[2] = vreinterpretq_u8_u32(vzip1q_u32(ac1, bd1));
    v[3] = vreinterpretq_u8_u32(vzip2q_u32(ac1, bd1));
}

/* See the function of this name in x86/unfilter_wave.h. */
KERNEL uint8x16_t paeth(uint8x16_t left, uint8x16_t above, uint8x16_t upper_left, uint8x16_t x,
                        const wave_lanes *lanes)
{
    const uint8x16_t lo = vminq_u8(left, above), hi = vmaxq_u8(left, above);
    const uint8x16_t e = vqsubq_u8(upper_left, lo), f = vqsubq_u8(hi, upper_left);
    const uint8x16_t take_lo = vcleq_u8(f, vqsubq_u8(e, f));
    const uint8x16_t take_hi = vcleq_u8(e, vqsubq_u8(f, e));
    const uint8x16_t average = vhaddq_u8(vbslq_u8(lanes->twice, above, left), above);
    const uint8x16_t low = vbslq_u8(lanes->flat, average, lo);

    return vbslq_u8(take_lo, vaddq_u8(low, x),
                    vbslq_u8(take_hi, vaddq_u8(hi, x), vaddq_u8(upper_left, x)));
}

/* Filtered pixels in, unfiltered out: v[i] is step i of the block. `prior`: four
 * pixels of the row above the first. */
KERNEL void undo(const wave_lanes *lanes, wave_state *state, uint8x16_t prior, uint8x16_t v[ROWS])
{
    /* Pixel i in the last lane, from which it moves into the first. */
    const uint8x16_t zero = vdupq_n_u8(0);
    const uint8x16_t first[PIXELS] = {vextq_u8(zero, prior, SLOT), vextq_u8(zero, prior, 2 * SLOT),
                                      vextq_u8(zero, prior, 3 * SLOT), prior};

    UNROLL
    for (size_t i = 0; i < PIXELS; i++) {
        const uint8x16_t above =
            vandq_u8(vextq_u8(first[i], state->before, BLOCK - SLOT), lanes->keep_above);

        state->before = state->left;
        state->left = paeth(state->left, above, state->upper_left, v[i], lanes);
        state->upper_left = vorrq_u8(above, lanes->flat);
        v[i] = state->left;
    }
}

/* The position of row k, in bytes, when the first is at `pixel`. */
KERNEL ptrdiff_t offset(pixel_shape shape, size_t pixel, size_t k)
{
    return ((ptrdiff_t)pixel - (ptrdiff_t)(LAG * k)) * (ptrdiff_t)shape.bpp;
}

/* A block that is inside of all rows. Lanes without a row read what lane 0 reads and write where
 * the last row does, which writes after them. */
KERNEL void inner_block(pixel_shape shape, const wave_rows *rows, size_t pixel, uint8x16_t prior,
                        const wave_lanes *lanes, wave_state *state)
{
    uint8x16_t v[ROWS];

    UNROLL
    for (size_t k = 0; k < ROWS; k++)
        v[k] = load_filtered(shape, rows->from[k] + offset(shape, pixel, k));
    transpose(v);
    undo(lanes, state, prior, v);
    transpose(v);
    UNROLL
    for (size_t k = ROWS; k-- > 0;)
        vst1q_u8(rows->to[k] + offset(shape, pixel, k), gather(shape, v[k]));
}

/* The filtered block of row k; pixels before the row are 0. */
KERNEL uint8x16_t load_edge(pixel_shape shape, const wave_rows *rows, size_t k, size_t pixel)
{
    static const uint8_t ramp[2 * BLOCK] = {0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                            0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    uint8x16_t           v = load_filtered(shape, rows->from[k] + offset(shape, pixel, k));

    if (pixel < LAG * k) {
        const size_t absent = (LAG * k - pixel) * SLOT;

        v = vandq_u8(v, vld1q_u8(ramp + BLOCK - (absent < BLOCK ? absent : BLOCK)));
    }
    return v;
}

KERNEL void store_edge(pixel_shape shape, const wave_rows *rows, size_t k, size_t pixel,
                       uint8x16_t v)
{
    const size_t lag = LAG * k, skip = pixel < lag ? lag - pixel : 0, first = pixel + skip - lag;

    if (skip < PIXELS && first < rows->width) {
        const size_t room = rows->width - first, have = PIXELS - skip;

        store_part(shape, rows->to[k] + first * shape.bpp, v, skip, room < have ? room : have);
    }
}

/* A block in which some rows have not started or have ended. */
KERNEL void edge_block(pixel_shape shape, const wave_rows *rows, size_t pixel, const uint8_t *prior,
                       const wave_lanes *lanes, wave_state *state)
{
    uint8x16_t v[ROWS], above = vdupq_n_u8(0);

    if (prior && pixel < rows->width) {
        const size_t left = rows->width - pixel;

        above = load_part(shape, prior + pixel * shape.bpp, left < PIXELS ? left : PIXELS);
    }
    for (size_t k = 0; k < ROWS; k++)
        v[k] = load_edge(shape, rows, k, pixel);
    transpose(v);
    undo(lanes, state, above, v);
    transpose(v);
    for (size_t k = 0; k < rows->count; k++)
        store_edge(shape, rows, k, pixel, v[k]);
}

/*
 * rows: 1 to ROWS; with more than one, a row has at least 2 * LAG pixels. Reads before a row and
 * after its end stay within src and its slack: see wave() in x86/unfilter_wave.h.
 */
KERNEL void wave(pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,
                 size_t row_bytes, const uint8_t *prior, size_t rows)
{
    const size_t     pitch = row_bytes + 1;
    const wave_lanes lanes = make_lanes(src, pitch, rows);
    wave_rows        table = {.count = rows, .width = row_bytes / shape.bpp};
    wave_state       state = {vdupq_n_u8(0), vdupq_n_u8(0), lanes.flat};
    const size_t     start = LAG * (rows - 1), steps = table.width + start;

    for (size_t k = 0; k < ROWS; k++) {
        const size_t row = k < rows ? k : rows - 1;

        table.from[k] = src + 1 + (k < rows ? k * pitch : LAG * k * shape.bpp);
        table.to[k] = dst + (ptrdiff_t)row * dst_stride + LAG * (k - row) * shape.bpp;
    }
    for (size_t pixel = 0; pixel < steps;) {
        if (pixel < start || pixel * shape.bpp + BLOCK > row_bytes) {
            edge_block(shape, &table, pixel, prior, &lanes, &state);
            pixel += PIXELS;
            continue;
        }
        for (; pixel * shape.bpp + BLOCK <= row_bytes; pixel += PIXELS)
            inner_block(shape, &table, pixel,
                        prior ? load_pixels(shape, prior + pixel * shape.bpp) : vdupq_n_u8(0),
                        &lanes, &state);
    }
}

/* ---- Many rows ----------------------------------------------------------- */

KERNEL bool is_serial(uint8_t filter)
{
    return filter == FILTER_AVERAGE || filter == FILTER_PAETH;
}

/* How many of the next rows go as one wave, at most `limit`: from a row that needs it to the last
 * one that does. 0: the next one does not need a wave. */
KERNEL size_t wave_length(const uint8_t *src, size_t pitch, size_t limit)
{
    size_t length = 0;

    for (size_t k = 0; k < limit && is_serial(src[0]); k++) {
        if (is_serial(src[k * pitch]))
            length = k + 1;
    }
    return length;
}

KERNEL void unfilter_rows(pixel_shape shape, uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,
                          size_t row_bytes, const uint8_t *prior, size_t rows)
{
    const size_t pitch = row_bytes + 1;
    const size_t limit = row_bytes / shape.bpp < 2 * LAG ? 1 : ROWS;

    while (rows > 0) {
        size_t n = wave_length(src, pitch, rows < limit ? rows : limit);

        if (n > 0) {
            wave(shape, dst, dst_stride, src, row_bytes, prior, n);
        } else {
            n = 1;
            if (src[0] == FILTER_SUB)
                single_parallel(FILTER_SUB, shape, dst, src + 1, row_bytes, NULL);
            else if (src[0] == FILTER_UP && prior)
                single_parallel(FILTER_UP, shape, dst, src + 1, row_bytes, prior);
            else if (shape.swap)
                single_parallel(FILTER_NONE, shape, dst, src + 1, row_bytes, NULL);
            else
                memcpy(dst, src + 1, row_bytes);
        }
        prior = dst + (ptrdiff_t)(n - 1) * dst_stride;
        src += n * pitch;
        rows -= n;
        if (rows)
            dst += (ptrdiff_t)n * dst_stride;
    }
}

#define DEFINE_UNFILTER(name, bpp, swap)                                                           \
    void unfilter_##name##_neon(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,            \
                                size_t row_bytes, const uint8_t *prior, size_t rows)               \
    {                                                                                              \
        const pixel_shape shape = {bpp, swap};                                                     \
                                                                                                   \
        unfilter_rows(shape, dst, dst_stride, src, row_bytes, prior, rows);                        \
    }

DEFINE_UNFILTER(3, 3, false)
DEFINE_UNFILTER(4, 4, false)
DEFINE_UNFILTER(swap3, 3, true)
DEFINE_UNFILTER(swap4, 4, true)

#endif
