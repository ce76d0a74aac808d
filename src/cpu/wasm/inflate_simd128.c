/* The inflater's fast loop with copies by vectors of 16 bytes. */
#include "wasm.h"

#ifdef PNG2BMP_SIMD128

#include <wasm_simd128.h>

#include "inflate/inflate_repeats.h"
#include "inflate/inflate_state.h"

#define VECTOR 16

static ALWAYS_INLINE void copy_vector(uint8_t *to, const uint8_t *from)
{
    wasm_v128_store(to, wasm_v128_load(from));
}

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
        const v128_t low = wasm_i8x16_swizzle(group, wasm_v128_load(repeat_order[distance]));
        const v128_t high =
            wasm_i8x16_swizzle(group, wasm_v128_load(repeat_order[distance] + VECTOR));
        const size_t step = repeat_steps[distance];

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
