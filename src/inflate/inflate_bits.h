/* The bit buffer: refilled from the current span of input, so that no code outside of this file
 * knows where spans end. */
#ifndef PNG2BMP_INFLATE_BITS_H
#define PNG2BMP_INFLATE_BITS_H

#include "inflate_state.h"

/* Requests more from the source, when the span is used up. False: there is no more for now. */
bool inflate_next_span(inflater *z);

/* refill, if a word of eight bytes would reach beyond the span. */
bool inflate_refill_bytewise(inflater *z);

/* At least 56 bits, or all that are left. False: they are still to come. What is there may be
 * enough for a step, but then the source would be at another place when an error is found than in a
 * stream that is not cut there. */
static inline bool refill(inflater *z)
{
    if (z->in_end - z->in >= 8) {
        unsigned bytes = (63 - z->bit_count) >> 3;
        z->bits |= load_le64(z->in) << z->bit_count;
        z->bit_count += 8 * bytes;
        z->bits &= (UINT64_C(1) << z->bit_count) - 1;
        z->in += bytes;
        return true;
    }
    return inflate_refill_bytewise(z);
}

static inline void drop_bits(inflater *z, unsigned n)
{
    z->bits >>= n;
    z->bit_count -= n;
}

/* After a refill; n is at most 32, and the caller has checked that they are there. */
static inline uint32_t take_bits(inflater *z, unsigned n)
{
    uint32_t v = (uint32_t)(z->bits & ((UINT64_C(1) << n) - 1));
    drop_bits(z, n);
    return v;
}

static inline void drop_to_byte(inflater *z)
{
    drop_bits(z, z->bit_count & 7);
}

#endif
