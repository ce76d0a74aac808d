/* The inflater's fast loop with copies by vectors of 16 bytes. */
#include "wasm.h"

#ifdef PNG2BMP_SIMD128

#include <wasm_simd128.h>

#include "inflate/inflate_state.h"

#define VECTOR 16

static ALWAYS_INLINE void copy_vector(uint8_t *to, const uint8_t *from)
{
    wasm_v128_store(to, wasm_v128_load(from));
}

/* Row d: 0 to d-1 repeated. */
#define TIMES32(f, d)                                                                              \
    f(0, d), f(1, d), f(2, d), f(3, d), f(4, d), f(5, d), f(6, d), f(7, d), f(8, d), f(9, d),      \
        f(10, d), f(11, d), f(12, d), f(13, d), f(14, d), f(15, d), f(16, d), f(17, d), f(18, d),  \
        f(19, d), f(20, d), f(21, d), f(22, d), f(23, d), f(24, d), f(25, d), f(26, d), f(27, d),  \
        f(28, d), f(29, d), f(30, d), f(31, d)
#define MODULO(i, d) (i) % (d)
#define ROW(d)                                                                                     \
    {                                                                                              \
        TIMES32(MODULO, d)                                                                         \
    }
static const uint8_t order[16][2 * VECTOR] = {ROW(1),  ROW(1),  ROW(2),  ROW(3), ROW(4),  ROW(5),
                                              ROW(6),  ROW(7),  ROW(8),  ROW(9), ROW(10), ROW(11),
                                              ROW(12), ROW(13), ROW(14), ROW(15)};
static const uint8_t steps[16] = {32, 32, 32, 30, 32, 30, 30, 28, 32, 27, 30, 22, 24, 26, 28, 30};

/* At least three bytes: each loop runs once before it checks. */
static ALWAYS_INLINE void copy_match(uint8_t *to, const uint8_t *end, size_t distance)
{
    if (distance >= 2 * VECTOR) {
        do {
            const v128_t a = wasm_v128_load(to - distance);
            const v128_t b = wasm_v128_load(to + VECTOR - distance);

            wasm_v128_store(to, a);
            wasm_v128_store(to + VECTOR, b);
            to += 2 * VECTOR;
        } while (to < end);
    } else if (distance >= VECTOR) {
        do {
            copy_vector(to, to - distance);
            to += VECTOR;
        } while (to < end);
    } else if (distance == 1) {
        /* One byte is loaded alone: a wider load would wait for the stores that it overlaps. */
        const v128_t pattern = wasm_v128_load8_splat(to - 1);

        do {
            for (size_t i = 0; i < 4 * VECTOR; i += VECTOR)
                wasm_v128_store(to + i, pattern);
            to += 4 * VECTOR;
        } while (to < end);
    } else {
        const v128_t group = wasm_v128_load(to - distance);
        const v128_t low = wasm_i8x16_swizzle(group, wasm_v128_load(order[distance]));
        const v128_t high = wasm_i8x16_swizzle(group, wasm_v128_load(order[distance] + VECTOR));
        const size_t step = steps[distance];

        do {
            wasm_v128_store(to, low);
            wasm_v128_store(to + VECTOR, high);
            to += step;
        } while (to < end);
    }
}

#define FAST_EXTRA(entry, code)                                                                    \
    ((uint32_t)(((code) & ((UINT64_C(1) << ENTRY_SHIFT(entry)) - 1)) >> ENTRY_CODE_BITS(entry)))
#define COPY_MATCH copy_match
#define INFLATE_FAST(z) bool inflate_fast_simd128(struct inflater *z)
#include "inflate/inflate_fast.h"

#endif
