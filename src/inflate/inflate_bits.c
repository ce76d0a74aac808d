#include "inflate_bits.h"

bool inflate_next_span(inflater *z)
{
    const uint8_t *bytes;
    size_t         size = 0;

    if (z->source_empty)
        return false;
    z->source.next(z->source.user, &bytes, &size);
    z->source_empty = size == 0;
    if (size == 0) {
        z->source_pauses = z->source.pauses && z->source.pauses(z->source.user);
        z->in = z->in_end = z->base; /* the last span may be gone when there is more */
        return false;
    }
    z->in = bytes;
    z->in_end = bytes + size;
    return true;
}

bool inflate_refill_bytewise(inflater *z)
{
    while (z->bit_count < 56 && (z->in != z->in_end || inflate_next_span(z))) {
        z->bits |= (uint64_t)*z->in++ << z->bit_count;
        z->bit_count += 8;
    }
    z->refill_is_cut = z->bit_count < 56 && z->source_pauses;
    return !z->refill_is_cut;
}
