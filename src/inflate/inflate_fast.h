/*
 * The inflater's fast loop, a template: included once for each instruction set,
 * with these defined:
 *
 * INFLATE_FAST(z)          the head of the function, up to its parameters
 * FAST_EXTRA(entry, code)  the extra bits of a length or distance; `code` are the
 *                          bits of the stream that the entry was looked up by
 * COPY_MATCH(to, end, d)   to[i] = to[i - d] up to `end`, and up to 64 bytes more
 *
 * Before: the stage is STAGE_CODES, FAST_INPUT bytes or more of the span are
 * left, and out < limit. After: false when a distance reached before the first
 * byte; else the stage is STAGE_BLOCK_HEADER (the block ended), or the span is
 * nearly used up, or the limit is reached.
 *
 * What bounds each access:
 * - Reads of input: each turn refills twice at most, seven bytes each, and a
 *   refill reads eight: in <= in_stop = in_end - FAST_INPUT before a turn, and
 *   FAST_INPUT >= 7 + 7 + 8.
 * - Table indices: the root's mask is as wide as the root table; sub-table
 *   start and width stand in an entry that table_build wrote, within the table.
 *   So any bits are good for an index, those of a changing input too.
 * - Writes of output: out < limit before a turn; a turn puts four times two
 *   literals, one more and a match of 258 bytes at most, and a copy up to 64
 *   bytes more. That is OUTPUT_SLACK.
 * - Reads of output: a distance is at least 1 (the bases are) and is checked
 *   against what lies before. Wide copies read no further than they may write,
 *   and at most 16 bytes before the output: the tables lie there.
 */

#define FAST_REFILL()                                                                              \
    do {                                                                                           \
        bits |= load_le64(in) << (count & 63);                                                     \
        in += 7 - (count >> 3 & 7);                                                                \
        count |= 56;                                                                               \
    } while (0)

/* Only the low six bits of `count` are correct: see the entries. */
#define FAST_DROP(entry)                                                                           \
    do {                                                                                           \
        bits >>= ENTRY_SHIFT(entry);                                                               \
        count -= (entry);                                                                          \
    } while (0)

/* One or two literals: both bytes are written; the entry says how many count. */
#define FAST_LITERALS()                                                                            \
    do {                                                                                           \
        store_le16(out, (uint16_t)(entry >> 16));                                                  \
        out += ENTRY_LITERAL_COUNT(entry);                                                         \
        FAST_DROP(entry);                                                                          \
        entry = litlen[bits & litlen_mask];                                                        \
    } while (0)

INFLATE_FAST(z)
{
    const uint32_t *const litlen = z->litlen, *const distances = z->distance;
    const uint64_t       litlen_mask = z->litlen_mask;
    const uint8_t *const in_stop = z->in_end - FAST_INPUT;
    const uint8_t *const base = z->base;
    const uint8_t *const limit = z->limit;
    const uint8_t       *in = z->in;
    uint8_t             *out = z->out;
    uint64_t             bits = z->bits;
    uint32_t             count = z->bit_count;
    uint32_t             entry;
    bool                 good = true;

    FAST_REFILL();
    entry = litlen[bits & litlen_mask];
    do {
        /* Up to four literal entries from 56 bits; at most 11 bits each, so the look-up after the
         * last has enough bits, too. */
        if (entry & ENTRY_LITERAL) {
            FAST_LITERALS();
            if (entry & ENTRY_LITERAL) {
                FAST_LITERALS();
                if (entry & ENTRY_LITERAL) {
                    FAST_LITERALS();
                    if (entry & ENTRY_LITERAL)
                        FAST_LITERALS();
                }
            }
            FAST_REFILL();
            if (entry & ENTRY_LITERAL)
                continue;
        }

        /* There are 56 bits: a length takes at most 20, a distance 28. */
        if (entry & ENTRY_SPECIAL) {
            if (!(entry & ENTRY_IS_END)) {
                uint32_t sub_mask = (1u << ENTRY_CODE_BITS(entry)) - 1;
                FAST_DROP(entry);
                entry = litlen[(entry >> 16) + (bits & sub_mask)];
                if (entry & ENTRY_LITERAL) {
                    FAST_LITERALS();
                    FAST_REFILL();
                    continue;
                }
            }
            if (entry & ENTRY_IS_END) {
                FAST_DROP(entry);
                z->stage = STAGE_BLOCK_HEADER;
                break;
            }
        }
        uint64_t code = bits;
        uint32_t length = ENTRY_LENGTH(entry) + FAST_EXTRA(entry, code);
        *out = (uint8_t)(entry >> 24); /* counts if there is a literal before */
        out += ENTRY_LITERALS_BEFORE(entry);
        FAST_DROP(entry);

        entry = distances[bits & DISTANCE_MASK];
        if (entry & ENTRY_SPECIAL) {
            uint32_t sub_mask = (1u << ENTRY_CODE_BITS(entry)) - 1;
            FAST_DROP(entry);
            entry = distances[(entry >> 16) + (bits & sub_mask)];
        }
        code = bits;
        uint32_t distance = (entry >> 16) + FAST_EXTRA(entry, code);
        FAST_DROP(entry);
        if (distance > (size_t)(out - base)) {
            good = false;
            break;
        }

        /* The next look-up is on its way while the bytes are copied. It does not wait for the
         * refill either, unless it must. */
        bool too_few = (count & 63) < LITLEN_ROOT;
        entry = litlen[bits & litlen_mask];
        FAST_REFILL();
        if (UNLIKELY(too_few))
            entry = litlen[bits & litlen_mask];

        uint8_t *const end = out + length;
        COPY_MATCH(out, end, distance);
        out = end;
    } while (in <= in_stop && out < limit);

    z->in = in;
    z->out = out;
    z->bit_count = count & 63;
    z->bits = bits & ((UINT64_C(1) << (count & 63)) - 1);
    return good;
}

#undef FAST_REFILL
#undef FAST_DROP
#undef FAST_LITERALS
#undef INFLATE_FAST
#undef COPY_MATCH
