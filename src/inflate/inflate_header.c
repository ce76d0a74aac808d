#include "inflate_header.h"

#include "inflate_bits.h"
#include "inflate_tables.h"

static inflate_status read_code_counts(inflater *z)
{
    dynamic_header *h = &z->header;

    if (!refill(z) || z->bit_count < 14)
        return INFLATE_STARVED;
    z->fixed_codes = false; /* the header takes their place */
    h->litlens = 257 + take_bits(z, 5);
    h->distances = 1 + take_bits(z, 5);
    h->precodes = 4 + take_bits(z, 4);
    h->read = 0;
    memset(h->precode_lengths, 0, sizeof h->precode_lengths);
    z->stage = STAGE_PRECODE;
    return INFLATE_OK;
}

static inflate_status read_precode(inflater *z)
{
    static const uint8_t sent_order[PRECODE_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                        11, 4,  12, 3, 13, 2, 14, 1, 15};
    dynamic_header      *h = &z->header;

    for (; h->read < h->precodes; h->read++) {
        if (z->bit_count < 3 && (!refill(z) || z->bit_count < 3))
            return INFLATE_STARVED;
        h->precode_lengths[sent_order[h->read]] = (uint8_t)take_bits(z, 3);
    }
    h->read = 0;
    z->stage = STAGE_CODE_LENGTHS;
    return inflate_build_precode(&h->precode, h->precode_lengths, sizeof h->precode_lengths)
               ? INFLATE_OK
               : INFLATE_BAD_DATA;
}

/* Run-length coded: symbols 0 to 15 are lengths, 16 repeats the last, 17 and 18 repeat 0. */
static inflate_status expand_code_lengths(inflater *z, unsigned total)
{
    static const struct {
        uint8_t extra, base;
    } repeats[3] = {{2, 3}, {3, 3}, {7, 11}};
    const precode *code = &z->header.precode;
    uint8_t       *lengths = z->header.lengths;
    unsigned       i = z->header.read;
    inflate_status status = INFLATE_OK;

    while (i < total) {
        if (z->bit_count < MAX_PRECODE_BITS + 7 && !refill(z)) {
            status = INFLATE_STARVED;
            break;
        }
        uint32_t entry = code->table[z->bits & code->mask];
        unsigned symbol = entry >> 16;
        unsigned extra = symbol < 16 ? 0 : repeats[symbol - 16].extra;

        if (ENTRY_SHIFT(entry) + extra > z->bit_count) {
            status = INFLATE_STARVED;
            break;
        }
        drop_bits(z, ENTRY_SHIFT(entry));
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
            continue;
        }
        unsigned times = repeats[symbol - 16].base + take_bits(z, extra);
        if (times > total - i || (symbol == 16 && i == 0))
            return INFLATE_BAD_DATA;
        memset(lengths + i, symbol == 16 ? lengths[i - 1] : 0, times);
        i += times;
    }
    z->header.read = i;
    return status;
}

static inflate_status read_code_lengths(inflater *z)
{
    const dynamic_header *h = &z->header;
    code_lengths          lengths = {0};
    const inflate_status  status = expand_code_lengths(z, h->litlens + h->distances);

    if (status != INFLATE_OK)
        return status;
    memcpy(lengths.litlen, h->lengths, h->litlens);
    memcpy(lengths.distance, h->lengths + h->litlens, h->distances);
    z->stage = STAGE_CODES;

    /* Without an end-of-block code the stream could not end: every reader refuses that. */
    if (lengths.litlen[END_OF_BLOCK] == 0 || !inflate_build_codes(z, &lengths))
        return INFLATE_BAD_DATA;
    return INFLATE_OK;
}

inflate_status inflate_read_codes(inflater *z)
{
    inflate_status status = INFLATE_OK;

    if (z->stage == STAGE_CODE_COUNTS)
        status = read_code_counts(z);
    if (z->stage == STAGE_PRECODE && status == INFLATE_OK)
        status = read_precode(z);
    if (z->stage == STAGE_CODE_LENGTHS && status == INFLATE_OK)
        status = read_code_lengths(z);
    return status;
}

/* RFC 1951, section 3.2.4 */
inflate_status inflate_read_stored_header(inflater *z)
{
    drop_to_byte(z);
    if (!refill(z) || z->bit_count < 32)
        return INFLATE_STARVED;
    uint32_t length = take_bits(z, 16);
    uint32_t complement = take_bits(z, 16);
    if (length != (complement ^ 0xFFFF))
        return INFLATE_BAD_DATA;
    z->stored_left = length;
    z->stage = STAGE_STORED;
    return INFLATE_OK;
}

/* RFC 1951, section 3.2.3 */
inflate_status inflate_read_block_header(inflater *z)
{
    enum {
        STORED,
        FIXED,
        DYNAMIC
    };

    if (z->final_block) {
        z->stage = STAGE_TRAILER;
        return INFLATE_OK;
    }
    if (!refill(z) || z->bit_count < 3)
        return INFLATE_STARVED;
    z->final_block = take_bits(z, 1) != 0;
    switch (take_bits(z, 2)) {
    case STORED:
        z->stage = STAGE_STORED_HEADER;
        return INFLATE_OK;
    case FIXED:
        z->stage = STAGE_CODES;
        if (!z->fixed_codes)
            inflate_use_fixed_codes(z);
        return INFLATE_OK;
    case DYNAMIC:
        z->stage = STAGE_CODE_COUNTS;
        return INFLATE_OK;
    default:
        return INFLATE_BAD_DATA;
    }
}

/* RFC 1950, section 2.2. Whether later distances exceed the window is not checked. */
inflate_status inflate_read_zlib_header(inflater *z)
{
    if (!refill(z) || z->bit_count < 16)
        return INFLATE_STARVED;
    unsigned cmf = take_bits(z, 8), flg = take_bits(z, 8);
    if ((cmf * 256 + flg) % 31 != 0 || (cmf & 15) != 8 || cmf >> 4 > 7 || (flg & 0x20))
        return INFLATE_BAD_HEADER;
    z->stage = STAGE_BLOCK_HEADER;
    return INFLATE_OK;
}
