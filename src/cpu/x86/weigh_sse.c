/*
 * Resizing with SSE. pmaddwd adds two products: across, those of neighbours, for four columns at a
 * time; down, those of two rows.
 */
#include "x86.h"

#ifdef PNG2BMP_SSE

#include "resize/weigh.h"
#include "sse.h"

#define SSE_STEP SSE_TARGET __attribute__((always_inline)) static inline

SSE_STEP __m128i load(const int16_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

/* ---- Across --------------------------------------------------------------------------- */

/* Four sums, which are to be added. */
SSE_STEP __m128i weigh(const int16_t *samples, const int16_t *weights, size_t taps)
{
    __m128i sum = _mm_madd_epi16(load(samples), load(weights));

    for (size_t i = WEIGH_TAPS; i < taps; i += WEIGH_TAPS)
        sum = _mm_add_epi32(sum, _mm_madd_epi16(load(samples + i), load(weights + i)));
    return sum;
}

SSE_STEP void weigh_columns(int16_t *dst, const int16_t *line, const weights_span *columns,
                            const int16_t *weights, size_t taps, size_t count)
{
    const __m128i half = _mm_set1_epi32(1 << 14);

    for (size_t i = 0; i < count; i += 4, weights += 4 * taps) {
        const __m128i a = weigh(line + columns[i].first, weights, taps);
        const __m128i b = weigh(line + columns[i + 1].first, weights + taps, taps);
        const __m128i c = weigh(line + columns[i + 2].first, weights + 2 * taps, taps);
        const __m128i d = weigh(line + columns[i + 3].first, weights + 3 * taps, taps);
        const __m128i sums = _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
        const __m128i light = _mm_srai_epi32(_mm_add_epi32(sums, half), 15);

        _mm_storel_epi64((__m128i *)(dst + i), _mm_packs_epi32(light, light));
    }
}

SSE_TARGET void weigh_across_sse(int16_t *dst, const int16_t *line, const weights_span *columns,
                                 const int16_t *weights, size_t taps, size_t count)
{
    const size_t fours = count / 4 * 4;

#ifdef __wasm_simd128__ /* its file is to be small */
    weigh_columns(dst, line, columns, weights, taps, fours);
#else
    if (taps == WEIGH_TAPS)
        weigh_columns(dst, line, columns, weights, WEIGH_TAPS, fours);
    else if (taps == 2 * WEIGH_TAPS)
        weigh_columns(dst, line, columns, weights, 2 * WEIGH_TAPS, fours);
    else
        weigh_columns(dst, line, columns, weights, taps, fours);
#endif
    weigh_across_c(dst + fours, line, columns + fours, weights + fours * taps, taps, count - fours);
}

/* ---- Down ----------------------------------------------------------------------------- */

/* Sums of eight columns. */
typedef struct eight {
    __m128i low, high;
} eight;

SSE_STEP eight add_rows(eight sums, const int16_t *first, const int16_t *second, __m128i weights)
{
    const __m128i a = load(first), b = load(second);

    return (eight){_mm_add_epi32(sums.low, _mm_madd_epi16(_mm_unpacklo_epi16(a, b), weights)),
                   _mm_add_epi32(sums.high, _mm_madd_epi16(_mm_unpackhi_epi16(a, b), weights))};
}

SSE_STEP void store(int32_t *dst, __m128i sums)
{
    const __m128i most = _mm_min_epi32(sums, _mm_set1_epi32(WEIGH_ONE));

    _mm_storeu_si128((__m128i *)dst, _mm_max_epi32(most, _mm_setzero_si128()));
}

SSE_STEP void store_eight(int32_t *dst, eight sums)
{
    store(dst, sums.low);
    store(dst + 4, sums.high);
}

/* Of two rows, in each lane. */
SSE_STEP __m128i weights_at(const int16_t *weights)
{
    return _mm_set1_epi32((int)((uint16_t)weights[0] | (uint32_t)(uint16_t)weights[1] << 16));
}

SSE_TARGET void weigh_down_sse(int32_t *sums, const int16_t *rows, size_t pitch,
                               const int16_t *weights, size_t row_count, size_t count)
{
    const __m128i zero = _mm_setzero_si128();

    for (size_t x = 0; x < count; x += WEIGH_COLUMNS) {
        const int16_t *row = rows + x;
        eight          a = {zero, zero}, b = {zero, zero};

        for (size_t k = 0; k < row_count; k += 2, row += 2 * pitch) {
            const __m128i pair = weights_at(weights + k);

            a = add_rows(a, row, row + pitch, pair);
            b = add_rows(b, row + 8, row + pitch + 8, pair);
        }
        store_eight(sums + x, a);
        store_eight(sums + x + 8, b);
    }
}

#endif
