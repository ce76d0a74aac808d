/* Filtered scanlines in, samples out: the definition of every unfilter kernel. */
#include "unfilter.h"

#include <stdbool.h>

#include "base/bytes.h"

#define MAX_BPP 8

/*
 * Section 9.4: of left, above and upper left, the one nearest to left + above - upper_left; in a
 * tie the first of them in this order.
 *
 * The distances to that sum are |above - upper_left|, |left - upper_left| and |left + above - 2
 * upper_left|. With t = 3 upper_left - (left + above) the same choice takes two comparisons, and
 * most of them do not wait for the left neighbour, which is available last: upper_left lies outside
 * of [lo, hi] far enough exactly if hi <= t (then lo is nearest) or t <= lo (hi).
 */
static ALWAYS_INLINE uint8_t paeth(int left, int above, int upper_left)
{
    const int lo = left < above ? left : above;
    const int hi = left < above ? above : left;
    const int t = 3 * upper_left - (left + above);
    const int unless_high = t <= lo ? hi : upper_left;

    return (uint8_t)(hi <= t ? lo : unless_high);
}

static ALWAYS_INLINE uint8_t predict(int filter, uint8_t left, uint8_t above, uint8_t upper_left)
{
    switch (filter) {
    case FILTER_SUB:
        return left;
    case FILTER_UP:
        return above;
    case FILTER_AVERAGE:
        return (uint8_t)((left + above) >> 1);
    case FILTER_PAETH:
        return paeth(left, above, upper_left);
    default:
        return 0;
    }
}

/* Where channel `k` of a pixel is written: R G B become B G R, alpha stays. */
static ALWAYS_INLINE size_t channel_at(size_t k, bool swap)
{
    return swap && k < 3 ? 2 - k : k;
}

static ALWAYS_INLINE void undo(int    filter, uint8_t *restrict dst, const uint8_t *restrict src,
                               size_t row_bytes, const uint8_t *restrict prior, size_t bpp,
                               bool swap)
{
    uint8_t left[MAX_BPP] = {0}, upper_left[MAX_BPP] = {0};

    for (size_t i = 0; i < row_bytes; i += bpp) {
        for (size_t k = 0; k < bpp; k++) {
            const size_t  to = i + channel_at(k, swap);
            const uint8_t above = prior ? prior[to] : 0;

            left[k] = (uint8_t)(src[i + k] + predict(filter, left[k], above, upper_left[k]));
            upper_left[k] = above;
            dst[to] = left[k];
        }
    }
}

static ALWAYS_INLINE void undo_row(uint8_t *dst, const uint8_t *src, size_t row_bytes,
                                   const uint8_t *prior, size_t bpp, bool swap)
{
    const uint8_t *filtered = src + 1;

    switch (src[0]) {
    case FILTER_SUB:
        undo(FILTER_SUB, dst, filtered, row_bytes, prior, bpp, swap);
        break;
    case FILTER_UP:
        undo(FILTER_UP, dst, filtered, row_bytes, prior, bpp, swap);
        break;
    case FILTER_AVERAGE:
        undo(FILTER_AVERAGE, dst, filtered, row_bytes, prior, bpp, swap);
        break;
    case FILTER_PAETH:
        undo(FILTER_PAETH, dst, filtered, row_bytes, prior, bpp, swap);
        break;
    default:
        undo(FILTER_NONE, dst, filtered, row_bytes, prior, bpp, swap);
        break;
    }
}

static ALWAYS_INLINE void undo_rows(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,
                                    size_t row_bytes, const uint8_t *prior, size_t rows, size_t bpp,
                                    bool swap)
{
    for (size_t i = 0; i < rows; i++) {
        uint8_t *row = dst + (ptrdiff_t)i * dst_stride;

        undo_row(row, src + i * (1 + row_bytes), row_bytes, prior, bpp, swap);
        prior = row;
    }
}

#define DEFINE_UNFILTER(name, bpp, swap)                                                           \
    void unfilter_##name##_c(uint8_t *dst, ptrdiff_t dst_stride, const uint8_t *src,               \
                             size_t row_bytes, const uint8_t *prior, size_t rows)                  \
    {                                                                                              \
        undo_rows(dst, dst_stride, src, row_bytes, prior, rows, bpp, swap);                        \
    }

DEFINE_UNFILTER(1, 1, false)
DEFINE_UNFILTER(2, 2, false)
DEFINE_UNFILTER(3, 3, false)
DEFINE_UNFILTER(4, 4, false)
DEFINE_UNFILTER(6, 6, false)
DEFINE_UNFILTER(8, 8, false)
DEFINE_UNFILTER(swap3, 3, true)
DEFINE_UNFILTER(swap4, 4, true)

unfilter_kind unfilter_kind_for(unsigned bits)
{
    switch (bits) {
    case 16:
        return UNFILTER_2;
    case 24:
        return UNFILTER_3;
    case 32:
        return UNFILTER_4;
    case 48:
        return UNFILTER_6;
    case 64:
        return UNFILTER_8;
    default:
        return UNFILTER_1;
    }
}
