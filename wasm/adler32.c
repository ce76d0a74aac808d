/* Adler-32 (RFC 1950) with SIMD128, in place of libdeflate's, which has only plain C for
 * WebAssembly: every byte from the inflater goes through it. */
#include <libdeflate.h>
#include <stdint.h>

#define DIVISOR 65521

/* The most bytes until the second sum might overflow 32 bits: see libdeflate's lib/adler32.c. */
#define MOST_BYTES 5552

static void add_plain(uint32_t *s1, uint32_t *s2, const uint8_t *p, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *s1 += p[i];
        *s2 += *s1;
    }
}

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

#define BLOCK 32

static uint32_t sum_of_lanes(v128_t v)
{
    return (uint32_t)(wasm_i32x4_extract_lane(v, 0) + wasm_i32x4_extract_lane(v, 1) +
                      wasm_i32x4_extract_lane(v, 2) + wasm_i32x4_extract_lane(v, 3));
}

/* What eight bytes of every block add to the second sum: `first` times the first byte, and one time
 * less for each of the following bytes. */
static v128_t weighted(v128_t sums, int first)
{
    const v128_t weights =
        wasm_i16x8_sub(wasm_i16x8_splat((int16_t)first), wasm_i16x8_const(0, 1, 2, 3, 4, 5, 6, 7));

    return wasm_i32x4_add(wasm_u32x4_extmul_low_u16x8(sums, weights),
                          wasm_u32x4_extmul_high_u16x8(sums, weights));
}

/* size: a multiple of BLOCK, at most MOST_BYTES. */
static void add_blocks(uint32_t *s1, uint32_t *s2, const uint8_t *p, size_t size)
{
    v128_t bytes = wasm_i32x4_const(0, 0, 0, 0);   /* the sum of all so far */
    v128_t before = bytes;                         /* the sum of `bytes` before each block */
    v128_t sums[4] = {bytes, bytes, bytes, bytes}; /* by position in the block, 16 bits each */

    for (const uint8_t *end = p + size; p != end; p += BLOCK) {
        const v128_t a = wasm_v128_load(p), b = wasm_v128_load(p + 16);

        before = wasm_i32x4_add(before, bytes);
        bytes = wasm_i32x4_add(
            bytes, wasm_u32x4_extadd_pairwise_u16x8(wasm_i16x8_add(
                       wasm_u16x8_extadd_pairwise_u8x16(a), wasm_u16x8_extadd_pairwise_u8x16(b))));
        sums[0] = wasm_i16x8_add(sums[0], wasm_u16x8_extend_low_u8x16(a));
        sums[1] = wasm_i16x8_add(sums[1], wasm_u16x8_extend_high_u8x16(a));
        sums[2] = wasm_i16x8_add(sums[2], wasm_u16x8_extend_low_u8x16(b));
        sums[3] = wasm_i16x8_add(sums[3], wasm_u16x8_extend_high_u8x16(b));
    }
    *s2 += *s1 * (uint32_t)size + BLOCK * sum_of_lanes(before);
    for (int i = 0; i < 4; i++)
        *s2 += sum_of_lanes(weighted(sums[i], BLOCK - 8 * i));
    *s1 += sum_of_lanes(bytes);
}

#else

#define BLOCK MOST_BYTES
#define add_blocks add_plain

#endif

uint32_t libdeflate_adler32(uint32_t adler, const void *buffer, size_t size)
{
    const uint8_t *p = buffer;
    uint32_t       s1 = adler & 0xffff, s2 = adler >> 16;

    if (!buffer)
        return 1;
    while (size > 0) {
        const size_t n = size < MOST_BYTES ? size : MOST_BYTES, whole = n / BLOCK * BLOCK;

        add_blocks(&s1, &s2, p, whole);
        add_plain(&s1, &s2, p + whole, n - whole);
        s1 %= DIVISOR;
        s2 %= DIVISOR;
        p += n;
        size -= n;
    }
    return s2 << 16 | s1;
}
