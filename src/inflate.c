/*
 * The careful part of the inflater: everything but the fast loop.
 *
 * Bytes come through one bit buffer, refilled from whatever span is at hand, so
 * no code here knows where spans end. Output goes to one linear buffer; when it
 * is full, the last 32 KiB and the bytes not handed out move to its front.
 */
#include "inflate.h"

#include <libdeflate.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "inflate_state.h"

/* ---- Input -------------------------------------------------------------- */

static bool next_span(inflater *z)
{
    const uint8_t *bytes;
    size_t         size = 0;

    if (z->source_empty)
        return false;
    z->source.next(z->source.user, &bytes, &size);
    z->source_empty = size == 0;
    if (size == 0)
        return false; /* no arithmetic on what may be NULL */
    z->in = bytes;
    z->in_end = bytes + size;
    return true;
}

static void refill_bytewise(inflater *z)
{
    while (z->bit_count < 56 && (z->in != z->in_end || next_span(z))) {
        z->bits |= (uint64_t)*z->in++ << z->bit_count;
        z->bit_count += 8;
    }
}

/* At least 56 bits, or all that there are. */
static inline void refill(inflater *z)
{
    if (z->in_end - z->in >= 8) {
        unsigned bytes = (63 - z->bit_count) >> 3;
        z->bits |= load_le64(z->in) << z->bit_count;
        z->bit_count += 8 * bytes;
        z->bits &= (UINT64_C(1) << z->bit_count) - 1;
        z->in += bytes;
    } else {
        refill_bytewise(z);
    }
}

static inline void drop_bits(inflater *z, unsigned n)
{
    z->bits >>= n;
    z->bit_count -= n;
}

/* After a refill; n at most 32, and the caller has seen that they are there. */
static inline uint32_t take_bits(inflater *z, unsigned n)
{
    uint32_t v = (uint32_t)(z->bits & ((UINT64_C(1) << n) - 1));
    drop_bits(z, n);
    return v;
}

static void drop_to_byte(inflater *z)
{
    drop_bits(z, z->bit_count & 7);
}

/* ---- Decode tables ------------------------------------------------------ */

#define LENGTH(base, extra) ((uint32_t)((base)-3) << 16 | (extra))

/* RFC 1951, section 3.2.5: symbols 257 to 285; 286 and 287 have no meaning and
 * are read as libdeflate does, as 258. */
static const uint32_t length_entries[LITLEN_SYMBOLS - END_OF_BLOCK - 1] = {
    LENGTH(3, 0),   LENGTH(4, 0),   LENGTH(5, 0),   LENGTH(6, 0),   LENGTH(7, 0),   LENGTH(8, 0),
    LENGTH(9, 0),   LENGTH(10, 0),  LENGTH(11, 1),  LENGTH(13, 1),  LENGTH(15, 1),  LENGTH(17, 1),
    LENGTH(19, 2),  LENGTH(23, 2),  LENGTH(27, 2),  LENGTH(31, 2),  LENGTH(35, 3),  LENGTH(43, 3),
    LENGTH(51, 3),  LENGTH(59, 3),  LENGTH(67, 4),  LENGTH(83, 4),  LENGTH(99, 4),  LENGTH(115, 4),
    LENGTH(131, 5), LENGTH(163, 5), LENGTH(195, 5), LENGTH(227, 5), LENGTH(258, 0), LENGTH(258, 0),
    LENGTH(258, 0),
};

static uint32_t litlen_entry(unsigned symbol, unsigned bits)
{
    if (symbol < END_OF_BLOCK)
        return (uint32_t)symbol << 16 | 1u << 8 | ENTRY_LITERAL | bits;
    if (symbol == END_OF_BLOCK)
        return ENTRY_END | bits;
    return length_entries[symbol - END_OF_BLOCK - 1] + (bits << 8 | bits);
}

/* Symbols 0 to 29; 30 and 31 have no meaning and are read as libdeflate does,
 * as 29. Past symbol 3 every two symbols double the base. */
static uint32_t distance_entry(unsigned symbol, unsigned bits)
{
    unsigned s = symbol < 29 ? symbol : 29;
    unsigned extra = s < 4 ? 0 : s / 2 - 1;
    uint32_t base = s < 4 ? s + 1 : ((2 + (s & 1)) << extra) + 1;

    return base << 16 | bits << 8 | (bits + extra);
}

static uint32_t precode_entry(unsigned symbol, unsigned bits)
{
    return (uint32_t)symbol << 16 | bits;
}

/* The code lengths of a block's two alphabets, 0 for symbols without a code. */
typedef struct code_lengths {
    uint8_t litlen[LITLEN_SYMBOLS];
    uint8_t distance[DISTANCE_SYMBOLS];
} code_lengths;

typedef uint32_t (*entry_fn)(unsigned symbol, unsigned bits);

/* Canonical codes count upwards from the first bit of the code, which is the
 * lowest in the bit buffer: the next code in that order. All ones stays so. */
static inline uint32_t next_code(uint32_t code, unsigned bits)
{
    uint32_t zeros = ~code & ((UINT32_C(1) << bits) - 1);

    if (zeros == 0)
        return code;
#if defined(__GNUC__)
    uint32_t highest = UINT32_C(1) << (31 - __builtin_clz(zeros));
#else
    uint32_t highest = UINT32_C(1) << (bits - 1);
    while (!(zeros & highest))
        highest >>= 1;
#endif
    return (code & (highest - 1)) | highest;
}

/* The symbols of a code, sorted by length, then by value: the order of codes. */
typedef struct code_order {
    uint16_t count[MAX_CODE_BITS + 1]; /* of codes of each length */
    unsigned coded;                    /* of codes */
    unsigned shortest, longest;        /* lengths; 1 where there is no code */
    uint32_t used;                     /* of the 2^longest code words */
    uint16_t symbol[LITLEN_SYMBOLS + 8];
} code_order;

/* lengths: 0 for a symbol without a code; `symbols` is a multiple of eight.
 * Most symbols of a small image have none: eight zeros are passed at once. */
static inline void sort_code(code_order *order, const uint8_t *lengths, unsigned symbols)
{
    uint16_t place[MAX_CODE_BITS + 1];

    memset(order->count, 0, sizeof order->count);
    for (unsigned i = 0; i < symbols; i += 8) {
        if (load_le64(lengths + i) == 0)
            continue;
        for (unsigned j = 0; j < 8; j++)
            order->count[lengths[i + j]]++;
    }

    order->longest = MAX_CODE_BITS;
    while (order->longest > 1 && order->count[order->longest] == 0)
        order->longest--;
    order->shortest = 1;
    while (order->shortest < order->longest && order->count[order->shortest] == 0)
        order->shortest++;

    /* Symbols without a code that were not passed go to the end. */
    order->used = 0;
    order->coded = 0;
    for (unsigned bits = 1; bits <= order->longest; bits++) {
        order->used = order->used * 2 + order->count[bits];
        place[bits] = (uint16_t)order->coded;
        order->coded += order->count[bits];
    }
    place[0] = (uint16_t)order->coded;
    for (unsigned i = 0; i < symbols; i += 8) {
        if (load_le64(lengths + i) == 0)
            continue;
        for (unsigned j = 0; j < 8; j++)
            order->symbol[place[lengths[i + j]]++] = (uint16_t)(i + j);
    }
}

/*
 * Builds the table of a code, indexed by `root` bits at most, or fewer when no
 * code is so long; gives the bits of its index, or 0: the code is
 * over-subscribed or incomplete.
 *
 * Two incomplete codes are allowed all the same, as in zlib and libdeflate: a
 * single code of one bit, which both bits then mean, and no code at all (a block
 * without matches), where any bit means symbol 0.
 */
static ALWAYS_INLINE unsigned table_build(code_order *order, uint32_t *table, size_t capacity,
                                          unsigned root, const uint8_t *lengths, unsigned symbols,
                                          entry_fn entry_of)
{
    sort_code(order, lengths, symbols);
    if (order->used != UINT32_C(1) << order->longest) {
        if (order->coded > 1 || (order->coded == 1 && order->longest != 1))
            return 0;
        table[0] = table[1] = entry_of(order->coded ? order->symbol[0] : 0, 1);
        return 1;
    }

    /* The root: a table of n bits holds all codes of up to n bits; written twice
     * in a row it is one of n + 1 bits. The shortest code is within it: n codes
     * can only be complete when one has at most log2(n) bits. */
    const uint16_t *symbol = order->symbol;
    uint32_t        code = 0;
    unsigned        bits = order->shortest;
    if (root > order->longest)
        root = order->longest;
    for (;; bits++) {
        for (unsigned n = order->count[bits]; n; n--) {
            table[code] = entry_of(*symbol++, bits);
            code = next_code(code, bits);
        }
        if (bits == root)
            break;
        memcpy(table + (1u << bits), table, sizeof *table << bits);
    }

    /* Longer codes: those with the same first `root` bits share a sub-table,
     * large enough for the longest of them: it is where the codes of the lengths
     * so far fill it, as the code is complete. */
    const uint32_t mask = (UINT32_C(1) << root) - 1;
    size_t         start = 0, end = (size_t)1 << root;
    uint32_t       prefix = UINT32_MAX;
    for (bits = root + 1; bits <= order->longest; bits++) {
        for (unsigned n = order->count[bits]; n; n--) {
            if ((code & mask) != prefix) {
                unsigned sub_bits = bits - root;
                for (uint32_t room = n;
                     room < UINT32_C(1) << sub_bits && root + sub_bits < MAX_CODE_BITS;)
                    room = room * 2 + order->count[root + ++sub_bits];
                prefix = code & mask;
                start = end;
                end += (size_t)1 << sub_bits;
                if (end > capacity)
                    return 0;
                table[prefix] = (uint32_t)start << 16 | sub_bits << 8 | ENTRY_SPECIAL | root;
            }
            uint32_t entry = entry_of(*symbol++, bits - root);
            for (size_t i = start + (code >> root); i < end; i += (size_t)1 << (bits - root))
                table[i] = entry;
            code = next_code(code, bits);
        }
    }
    return root;
}

/* The entry of a literal and what follows it, a literal or a length. */
static uint32_t join(uint32_t literal, uint32_t next)
{
    unsigned bits = ENTRY_SHIFT(literal);

    if (next & ENTRY_LITERAL)
        return (next & 0xFF0000) << 8 | (literal & 0xFF0000) | 2u << 8 | ENTRY_LITERAL |
               (bits + ENTRY_SHIFT(next));
    return ((literal & 0xFF0000) << 8 | ENTRY_JOINED | next) + (bits << 8 | bits);
}

/*
 * Joins each literal with the literal or length that follows, in those of its
 * entries whose index holds both codes. Only short codes can be part of it, and
 * they are few.
 */
static void join_entries(uint32_t *table, unsigned root, const code_order *order)
{
    struct {
        uint32_t entry, code;
        unsigned bits;
    } part[LITLEN_SYMBOLS];
    unsigned        parts = 0;
    uint32_t        code = 0;
    const uint16_t *symbol = order->symbol;

    for (unsigned bits = order->shortest; bits + order->shortest <= root; bits++) {
        for (unsigned n = order->count[bits]; n; n--, symbol++) {
            if (*symbol != END_OF_BLOCK) {
                part[parts].entry = litlen_entry(*symbol, bits);
                part[parts].code = code;
                part[parts++].bits = bits;
            }
            code = next_code(code, bits);
        }
    }

    for (unsigned a = 0; a < parts; a++) {
        if (!(part[a].entry & ENTRY_LITERAL))
            continue;
        for (unsigned b = 0; b < parts && part[a].bits + part[b].bits <= root; b++) {
            uint32_t entry = join(part[a].entry, part[b].entry);
            unsigned bits = part[a].bits + part[b].bits;
            for (uint32_t i = part[a].code | part[b].code << part[a].bits; i >> root == 0;
                 i += UINT32_C(1) << bits)
                table[i] = entry;
        }
    }
}

enum {
    /* Joining takes up to a microsecond a block: only where so many bytes are to
     * come. Measured on icons. */
    JOIN_FROM = 16384
};

static bool build_codes(inflater *z, const code_lengths *lengths)
{
    code_order order;

    unsigned litlen_bits = table_build(&order, z->litlen, LITLEN_ENTRIES, LITLEN_ROOT,
                                       lengths->litlen, LITLEN_SYMBOLS, litlen_entry);
    if (litlen_bits > 1 && z->bytes_left >= JOIN_FROM)
        join_entries(z->litlen, litlen_bits, &order);
    unsigned distance_bits = table_build(&order, z->distance, DISTANCE_ENTRIES, DISTANCE_ROOT,
                                         lengths->distance, DISTANCE_SYMBOLS, distance_entry);
    if (!litlen_bits || !distance_bits)
        return false;
    z->litlen_mask = (UINT32_C(1) << litlen_bits) - 1;
    /* Distances are always looked up by DISTANCE_ROOT bits. */
    for (unsigned bits = distance_bits; bits < DISTANCE_ROOT; bits++)
        memcpy(z->distance + (1u << bits), z->distance, sizeof *z->distance << bits);
    return true;
}

/* ---- Block headers ------------------------------------------------------ */

/* RFC 1951, section 3.2.6 */
static inflate_status read_fixed_codes(inflater *z)
{
    code_lengths lengths;

    if (z->fixed_codes)
        return INFLATE_OK;
    memset(lengths.litlen, 8, 144);
    memset(lengths.litlen + 144, 9, 112);
    memset(lengths.litlen + 256, 7, 24);
    memset(lengths.litlen + 280, 8, 8);
    memset(lengths.distance, 5, DISTANCE_SYMBOLS);
    build_codes(z, &lengths);
    z->fixed_codes = true;
    return INFLATE_OK;
}

/* The code that the code lengths are sent in. */
typedef struct precode {
    uint32_t table[1 << MAX_PRECODE_BITS];
    uint32_t mask;
} precode;

static inflate_status read_precode(inflater *z, unsigned count, precode *code)
{
    static const uint8_t sent_order[PRECODE_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                        11, 4,  12, 3, 13, 2, 14, 1, 15};
    code_order           order;
    uint8_t              lengths[PRECODE_SYMBOLS + 5] = {0};

    for (unsigned i = 0; i < count; i++) {
        if (z->bit_count < 3)
            refill(z);
        if (z->bit_count < 3)
            return INFLATE_STARVED;
        lengths[sent_order[i]] = (uint8_t)take_bits(z, 3);
    }
    unsigned bits = table_build(&order, code->table, 1 << MAX_PRECODE_BITS, MAX_PRECODE_BITS,
                                lengths, sizeof lengths, precode_entry);
    if (bits == 0)
        return INFLATE_BAD_DATA;
    code->mask = (UINT32_C(1) << bits) - 1;
    return INFLATE_OK;
}

/* `total` lengths, run-length coded: symbols 0 to 15 are lengths, 16 repeats the
 * last, 17 and 18 repeat 0. */
static inflate_status read_code_lengths(inflater *z, const precode *code, uint8_t *lengths,
                                        unsigned total)
{
    static const struct {
        uint8_t extra, base;
    } repeats[3] = {{2, 3}, {3, 3}, {7, 11}};
    unsigned i = 0;

    while (i < total) {
        if (z->bit_count < MAX_PRECODE_BITS + 7)
            refill(z);
        uint32_t entry = code->table[z->bits & code->mask];
        unsigned symbol = entry >> 16;
        unsigned extra = symbol < 16 ? 0 : repeats[symbol - 16].extra;

        if (ENTRY_SHIFT(entry) + extra > z->bit_count)
            return INFLATE_STARVED;
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
    return INFLATE_OK;
}

/* RFC 1951, section 3.2.7: the lengths of both alphabets come as one sequence. */
static inflate_status read_dynamic_codes(inflater *z)
{
    uint8_t      sequence[LITLEN_SYMBOLS + DISTANCE_SYMBOLS];
    code_lengths lengths = {0};
    precode      code;

    refill(z);
    if (z->bit_count < 14)
        return INFLATE_STARVED;
    unsigned litlens = 257 + take_bits(z, 5);
    unsigned distances = 1 + take_bits(z, 5);
    unsigned precodes = 4 + take_bits(z, 4);

    inflate_status status = read_precode(z, precodes, &code);
    if (status == INFLATE_OK)
        status = read_code_lengths(z, &code, sequence, litlens + distances);
    if (status != INFLATE_OK)
        return status;
    memcpy(lengths.litlen, sequence, litlens);
    memcpy(lengths.distance, sequence + litlens, distances);

    /* Without an end of block the stream cannot end: no reader accepts that. */
    z->fixed_codes = false;
    if (lengths.litlen[END_OF_BLOCK] == 0 || !build_codes(z, &lengths))
        return INFLATE_BAD_DATA;
    return INFLATE_OK;
}

/* RFC 1951, section 3.2.4 */
static inflate_status read_stored_header(inflater *z)
{
    drop_to_byte(z);
    refill(z);
    if (z->bit_count < 32)
        return INFLATE_STARVED;
    uint32_t length = take_bits(z, 16);
    uint32_t complement = take_bits(z, 16);
    if (length != (complement ^ 0xFFFF))
        return INFLATE_BAD_DATA;
    z->stored_left = length;
    return INFLATE_OK;
}

/* RFC 1951, section 3.2.3 */
static inflate_status read_block_header(inflater *z)
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
    refill(z);
    if (z->bit_count < 3)
        return INFLATE_STARVED;
    z->final_block = take_bits(z, 1) != 0;
    switch (take_bits(z, 2)) {
    case STORED:
        z->stage = STAGE_STORED;
        return read_stored_header(z);
    case FIXED:
        z->stage = STAGE_CODES;
        return read_fixed_codes(z);
    case DYNAMIC:
        z->stage = STAGE_CODES;
        return read_dynamic_codes(z);
    default:
        return INFLATE_BAD_DATA;
    }
}

/* RFC 1950, section 2.2. A window smaller than the distances that follow is
 * not looked at. */
static inflate_status read_zlib_header(inflater *z)
{
    refill(z);
    if (z->bit_count < 16)
        return INFLATE_STARVED;
    unsigned cmf = take_bits(z, 8), flg = take_bits(z, 8);
    if ((cmf * 256 + flg) % 31 != 0 || (cmf & 15) != 8 || cmf >> 4 > 7 || (flg & 0x20))
        return INFLATE_BAD_HEADER;
    z->stage = STAGE_BLOCK_HEADER;
    return INFLATE_OK;
}

/* ---- Block contents ----------------------------------------------------- */

static size_t at_most(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inflate_status copy_stored(inflater *z)
{
    while (z->stored_left && z->out < z->limit && z->bit_count) {
        *z->out++ = (uint8_t)take_bits(z, 8);
        z->stored_left--;
    }
    while (z->stored_left && z->out < z->limit) {
        if (z->in == z->in_end && !next_span(z))
            return INFLATE_STARVED;
        size_t n = at_most(z->stored_left,
                           at_most((size_t)(z->in_end - z->in), (size_t)(z->limit - z->out)));
        memcpy(z->out, z->in, n);
        z->out += n;
        z->in += n;
        z->stored_left -= (uint32_t)n;
    }
    if (z->stored_left == 0)
        z->stage = STAGE_BLOCK_HEADER;
    return INFLATE_OK;
}

/* The entry of the next code at the front of `bits`, and how many bits lie
 * before the entry's own (the root's, when it is in a sub-table). */
static inline uint32_t look_up(const uint32_t *table, uint32_t mask, uint64_t bits, unsigned *skip)
{
    uint32_t entry = table[bits & mask];

    *skip = 0;
    if ((entry & (ENTRY_SPECIAL | ENTRY_IS_END)) == ENTRY_SPECIAL) {
        unsigned sub_bits = ENTRY_CODE_BITS(entry);
        *skip = ENTRY_SHIFT(entry);
        entry = table[(entry >> 16) + (bits >> *skip & ((1u << sub_bits) - 1))];
    }
    return entry;
}

/* The extra bits of a length or distance; `code` are the bits of the stream that
 * its entry was looked up by. */
#define FAST_EXTRA(entry, code)                                                                    \
    ((uint32_t)(((code) & ((UINT64_C(1) << ENTRY_SHIFT(entry)) - 1)) >> ENTRY_CODE_BITS(entry)))

static inline void copy_sixteen(uint8_t *to, const uint8_t *from)
{
    uint64_t a, b;
    memcpy(&a, from, sizeof a);
    memcpy(&b, from + 8, sizeof b);
    memcpy(to, &a, sizeof a);
    memcpy(to + 8, &b, sizeof b);
}

static inline void copy_eight(uint8_t *to, const uint8_t *from)
{
    uint64_t eight;
    memcpy(&eight, from, sizeof eight);
    memcpy(to, &eight, sizeof eight);
}

/* Of three bytes at least: each loop runs once before it looks. */
static inline void copy_match(uint8_t *to, const uint8_t *end, size_t distance)
{
    /* What a group of so many bytes is multiplied by to fill eight bytes. */
    static const uint64_t repeat[8] = {0,
                                       UINT64_C(0x0101010101010101),
                                       UINT64_C(0x0001000100010001),
                                       UINT64_C(0x0001000001000001),
                                       UINT64_C(0x0000000100000001),
                                       UINT64_C(0x0000010000000001),
                                       UINT64_C(0x0001000000000001),
                                       UINT64_C(0x0100000000000001)};
    if (distance >= 16) {
        do {
            copy_sixteen(to, to - distance);
            to += 16;
        } while (to < end);
    } else if (distance >= 8) {
        do {
            copy_eight(to, to - distance);
            to += 8;
        } while (to < end);
    } else {
        /* The eight bytes before may reach before the first byte of output: into
         * the tables, which lie there; what is read of them is shifted out. */
        uint64_t group = load_le64(to - 8) >> (64 - 8 * distance);
        uint64_t eight = group * repeat[distance];
        size_t   step = 8 - 8 % distance;
        do {
            store_le64(to, eight);
            to += step;
        } while (to < end);
    }
}

#define INFLATE_FAST inflate_fast_c
#include "inflate_fast.h"

/* What one literal entry, match or end of block stands for, with every check.
 * At most 48 bits: 15 + 5 of the length, 15 + 13 of the distance. */
static inflate_status decode_one(inflater *z)
{
    unsigned skip;

    refill(z);
    uint32_t entry = look_up(z->litlen, z->litlen_mask, z->bits, &skip);
    unsigned used = skip + ENTRY_SHIFT(entry);

    if (entry & (ENTRY_LITERAL | ENTRY_SPECIAL)) {
        if (used > z->bit_count)
            return INFLATE_STARVED;
        drop_bits(z, used);
        if (entry & ENTRY_SPECIAL) {
            z->stage = STAGE_BLOCK_HEADER;
            return INFLATE_OK;
        }
        store_le16(z->out, (uint16_t)(entry >> 16));
        z->out += ENTRY_LITERAL_COUNT(entry);
        return INFLATE_OK;
    }

    uint32_t length = ENTRY_LENGTH(entry) + FAST_EXTRA(entry, z->bits >> skip);
    uint8_t  literal = (uint8_t)(entry >> 24);
    unsigned literals = ENTRY_LITERALS_BEFORE(entry);
    uint64_t bits = z->bits >> used;

    entry = look_up(z->distance, DISTANCE_MASK, bits, &skip);
    uint32_t distance = (entry >> 16) + FAST_EXTRA(entry, bits >> skip);
    used += skip + ENTRY_SHIFT(entry);
    if (used > z->bit_count)
        return INFLATE_STARVED;
    *z->out = literal;
    z->out += literals;
    if (distance > (size_t)(z->out - z->base))
        return INFLATE_BAD_DATA;
    drop_bits(z, used);

    copy_match(z->out, z->out + length, distance);
    z->out += length;
    return INFLATE_OK;
}

static inflate_status decode_codes(inflater *z)
{
    inflate_status status = INFLATE_OK;

    while (z->stage == STAGE_CODES && z->out < z->limit && status == INFLATE_OK) {
        if (z->in_end - z->in >= FAST_INPUT)
            status = z->fast(z) ? INFLATE_OK : INFLATE_BAD_DATA;
        else
            status = decode_one(z);
    }
    return status;
}

/* ---- The stages --------------------------------------------------------- */

/* One step of the present stage. */
static inflate_status step(inflater *z)
{
    switch (z->stage) {
    case STAGE_ZLIB_HEADER:
        return read_zlib_header(z);
    case STAGE_BLOCK_HEADER:
        return read_block_header(z);
    case STAGE_STORED:
        return copy_stored(z);
    case STAGE_CODES:
        return decode_codes(z);
    default:
        return z->status;
    }
}

/* ---- The buffer --------------------------------------------------------- */

/* Keeps what is needed: 32 KiB of history, and what was not handed out. */
static void move_to_front(inflater *z)
{
    size_t history = at_most((size_t)(z->out - z->base), WINDOW_SIZE);
    size_t untaken = (size_t)(z->out - z->taken);
    size_t kept = history > untaken ? history : untaken;

    memmove(z->base, z->out - kept, kept);
    z->out = z->summed = z->base + kept;
    z->taken = z->out - untaken;
}

/* Sums what was decoded since the last time, while it is in the cache. Bytes
 * beyond those that were asked for are not summed: the sum is not asked for
 * then, either. */
static void account(inflater *z)
{
    size_t fresh = (size_t)(z->out - z->summed);

    if (fresh > z->bytes_left) {
        z->has_surplus = true;
        fresh = (size_t)z->bytes_left;
    }
    if (z->check_adler)
        z->adler = libdeflate_adler32(z->adler, z->summed, fresh);
    z->bytes_left -= fresh;
    z->summed += fresh;
}

/* Decodes until the buffer is full, the scanlines are all there, or the stream
 * ends or fails; z->status then says how it would go on. */
static void fill_buffer(inflater *z)
{
    if (z->out >= z->buffer_end)
        move_to_front(z);
    size_t room = (size_t)(z->buffer_end - z->out);
    z->limit = z->out + (room < z->bytes_left ? room : (size_t)z->bytes_left);
    while (z->out < z->limit && z->status == INFLATE_OK && z->stage != STAGE_TRAILER)
        z->status = step(z);
    if (z->stage == STAGE_TRAILER && z->status == INFLATE_OK && z->out < z->limit)
        z->status = INFLATE_SHORT;
    account(z);
}

/* ---- The interface ------------------------------------------------------ */

enum {
    /* Scanlines decoded at a time, about: few enough to be in the level 2 cache
     * when they are unfiltered. */
    BATCH_SIZE = 224 * 1024
};

/* History and a batch of scanlines, or all there are. */
static uint64_t buffer_bytes(uint64_t total_bytes, uint64_t longest_row)
{
    const uint64_t batch = longest_row > BATCH_SIZE ? longest_row : BATCH_SIZE;

    return WINDOW_SIZE + batch < total_bytes ? WINDOW_SIZE + batch : total_bytes;
}

uint64_t inflate_memory(uint64_t total_bytes, uint64_t longest_row)
{
    return sizeof(inflater) + buffer_bytes(total_bytes, longest_row) + OUTPUT_SLACK;
}

inflater *inflate_open(const inflate_config *config)
{
    const size_t size = (size_t)buffer_bytes(config->total_bytes, config->longest_row);
    inflater    *z = malloc(sizeof *z + size + OUTPUT_SLACK);

    if (!z)
        return NULL;
    /* All but the tables, which are written before they are read. */
    memset(z, 0, offsetof(inflater, litlen));
    z->base = z->out = z->limit = z->taken = z->summed = (uint8_t *)(z + 1);
    z->buffer_end = z->base + size;
    z->bytes_left = config->total_bytes;
    z->check_adler = config->check_adler;
    z->adler = 1;
    z->source = config->source;
    z->fast = config->kernels->inflate_fast;
    return z;
}

void inflate_close(inflater *z)
{
    free(z);
}

inflate_status inflate_rows(inflater *z, size_t row_bytes, size_t max_rows, const uint8_t **rows,
                            size_t *count)
{
    while ((size_t)(z->summed - z->taken) < row_bytes && z->bytes_left && z->status == INFLATE_OK)
        fill_buffer(z);

    *rows = z->taken;
    *count = at_most((size_t)(z->summed - z->taken) / row_bytes, max_rows);
    z->taken += *count * row_bytes;
    if (*count)
        return INFLATE_OK;
    if (z->status == INFLATE_OK)
        z->status = INFLATE_SHORT;
    return z->status;
}

/* RFC 1950, section 2.2: big-endian, from the next byte on. */
static inflate_status read_trailer(inflater *z)
{
    drop_to_byte(z);
    refill(z);
    if (z->bit_count < 32)
        return INFLATE_STARVED;
    for (unsigned i = 0; i < 4; i++)
        z->stored_adler = z->stored_adler << 8 | take_bits(z, 8);
    if (z->check_adler && z->stored_adler != z->adler)
        return INFLATE_BAD_ADLER;
    return INFLATE_OK;
}

inflate_status inflate_finish(inflater *z, bool *extra)
{
    *extra = z->has_surplus;
    if (z->status != INFLATE_OK || z->has_surplus)
        return z->status;

    /* Is there one more byte? The slack has room for the step that makes it. */
    z->taken = z->out;
    if (z->out > z->buffer_end)
        move_to_front(z);
    z->limit = z->out + 1;
    while (z->out < z->limit && z->status == INFLATE_OK && z->stage != STAGE_TRAILER)
        z->status = step(z);

    if (z->out >= z->limit) {
        z->has_surplus = *extra = true;
    } else if (z->status == INFLATE_OK) {
        z->status = read_trailer(z);
        *extra = z->bit_count >= 8 || z->in != z->in_end || next_span(z);
    }
    return z->status;
}

void inflate_adler(const inflater *z, uint32_t *stored, uint32_t *computed)
{
    *stored = z->stored_adler;
    *computed = z->adler;
}
