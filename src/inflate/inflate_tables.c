#include "inflate_tables.h"

#define LENGTH(base, extra) ((uint32_t)((base)-3) << 16 | (extra))

/* RFC 1951, section 3.2.5: symbols 257 to 285; 286 and 287 have no meaning and are read as 258, as
 * in libdeflate. */
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

/* Symbols 0 to 29; 30 and 31 have no meaning and are read as 29, as in libdeflate. After symbol 3
 * the base doubles every two symbols. */
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

typedef uint32_t (*entry_fn)(unsigned symbol, unsigned bits);

/* The reversed bits of a byte. */
#define REVERSED_2(n) (n), (n) + 2 * 64, (n) + 1 * 64, (n) + 3 * 64
#define REVERSED_4(n)                                                                              \
    REVERSED_2(n), REVERSED_2((n) + 2 * 16), REVERSED_2((n) + 1 * 16), REVERSED_2((n) + 3 * 16)
#define REVERSED_6(n)                                                                              \
    REVERSED_4(n), REVERSED_4((n) + 2 * 4), REVERSED_4((n) + 1 * 4), REVERSED_4((n) + 3 * 4)
static const uint8_t reversed[256] = {REVERSED_6(0), REVERSED_6(2), REVERSED_6(1), REVERSED_6(3)};

/* Canonical codes count upwards from the first bit of the code, which is the lowest in the bit
 * buffer: this is the next code word, with its bits reversed. */
static inline uint32_t index_of(uint32_t code, unsigned bits)
{
    const uint32_t wide = code << (16 - bits);

    return (uint32_t)reversed[wide & 255] << 8 | reversed[wide >> 8];
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
 *
 * The two halves of the symbols are counted and then sorted side by side: most codes of an image
 * have the same few lengths, and a counter that has just been written must be waited for. Most
 * symbols of a small image have no code: eight of them are skipped at once. */
static inline void sort_code(code_order *order, const uint8_t *lengths, unsigned symbols)
{
    const unsigned half = symbols / 2;
    uint16_t       count[2][MAX_CODE_BITS + 1] = {{0}}, next[2][MAX_CODE_BITS + 1];

    for (unsigned i = 0; i < half; i += 4) {
        if ((load_le32(lengths + i) | load_le32(lengths + half + i)) == 0)
            continue;
        for (unsigned j = i; j < i + 4; j++) {
            count[0][lengths[j]]++;
            count[1][lengths[half + j]]++;
        }
    }
    for (unsigned bits = 0; bits <= MAX_CODE_BITS; bits++)
        order->count[bits] = (uint16_t)(count[0][bits] + count[1][bits]);

    order->longest = MAX_CODE_BITS;
    while (order->longest > 1 && order->count[order->longest] == 0)
        order->longest--;
    order->shortest = 1;
    while (order->shortest < order->longest && order->count[order->shortest] == 0)
        order->shortest++;

    /* Symbols without a code that were not skipped go to the end. */
    order->used = 0;
    order->coded = 0;
    for (unsigned bits = 1; bits <= order->longest; bits++) {
        order->used = order->used * 2 + order->count[bits];
        next[0][bits] = (uint16_t)order->coded;
        next[1][bits] = (uint16_t)(order->coded + count[0][bits]);
        order->coded += order->count[bits];
    }
    next[0][0] = (uint16_t)order->coded;
    next[1][0] = (uint16_t)(order->coded + count[0][0]);
    for (unsigned i = 0; i < half; i += 4) {
        if ((load_le32(lengths + i) | load_le32(lengths + half + i)) == 0)
            continue;
        for (unsigned j = i; j < i + 4; j++) {
            order->symbol[next[0][lengths[j]]++] = (uint16_t)j;
            order->symbol[next[1][lengths[half + j]]++] = (uint16_t)(half + j);
        }
    }
}

/*
 * Builds the table of a code, indexed by at most `root` bits, or fewer if no code is that long;
 * returns the number of index bits, or 0: the code is over-subscribed or incomplete.
 *
 * Two incomplete codes are allowed, as in zlib and libdeflate: a single code of one bit, for which
 * both values of the bit stand, and no code at all (a block without matches), where any bit means
 * symbol 0.
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

    /* The root: a table of n bits holds all codes of up to n bits; written twice in a row it is one
     * of n + 1 bits. The shortest code is within it: n codes can only be complete if one has at
     * most log2(n) bits. */
    const uint16_t *symbol = order->symbol;
    uint32_t        code = 0;
    unsigned        bits = order->shortest;
    if (root > order->longest)
        root = order->longest;
    for (;; bits++, code <<= 1) {
        for (unsigned n = order->count[bits]; n; n--)
            table[index_of(code++, bits)] = entry_of(*symbol++, bits);
        if (bits == root)
            break;
        memcpy(table + (1u << bits), table, sizeof *table << bits);
    }

    /* Longer codes: those with the same first `root` bits share a sub-table, large enough for the
     * longest of them: its size is found where the codes of the lengths so far fill it, since the
     * code is complete. */
    const uint32_t mask = (UINT32_C(1) << root) - 1;
    size_t         start = 0, end = (size_t)1 << root;
    uint32_t       prefix = UINT32_MAX;
    for (bits = root + 1; bits <= order->longest; bits++) {
        code <<= 1;
        for (unsigned n = order->count[bits]; n; n--) {
            const uint32_t index = index_of(code++, bits);

            if ((index & mask) != prefix) {
                unsigned sub_bits = bits - root;
                for (uint32_t room = n;
                     room < UINT32_C(1) << sub_bits && root + sub_bits < MAX_CODE_BITS;)
                    room = room * 2 + order->count[root + ++sub_bits];
                prefix = index & mask;
                start = end;
                end += (size_t)1 << sub_bits;
                if (end > capacity)
                    return 0;
                table[prefix] = (uint32_t)start << 16 | sub_bits << 8 | ENTRY_SPECIAL | root;
            }
            uint32_t entry = entry_of(*symbol++, bits - root);
            for (size_t i = start + (index >> root); i < end; i += (size_t)1 << (bits - root))
                table[i] = entry;
        }
    }
    return root;
}

/* The joined entry of a literal and the literal or length after it. */
static uint32_t join(uint32_t literal, uint32_t next)
{
    unsigned bits = ENTRY_SHIFT(literal);

    if (next & ENTRY_LITERAL)
        return (next & 0xFF0000) << 8 | (literal & 0xFF0000) | 2u << 8 | ENTRY_LITERAL |
               (bits + ENTRY_SHIFT(next));
    return ((literal & 0xFF0000) << 8 | ENTRY_JOINED | next) + (bits << 8 | bits);
}

/*
 * Joins each literal with the literal or length after it, in those of its entries whose index holds
 * both codes. Only short codes can take part, and they are few.
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

    for (unsigned bits = order->shortest; bits + order->shortest <= root; bits++, code <<= 1) {
        for (unsigned n = order->count[bits]; n; n--, symbol++, code++) {
            if (*symbol != END_OF_BLOCK) {
                part[parts].entry = litlen_entry(*symbol, bits);
                part[parts].code = index_of(code, bits);
                part[parts++].bits = bits;
            }
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
    /* Joining takes up to a microsecond per block: it is only done if at least this many bytes are
     * to come. Measured on icons. */
    JOIN_FROM = 16384
};

/* Does not depend on where the input is cut: what can be decoded of a stream that is cut for good
 * does depend on whether entries are joined. */
static bool joins_entries(const inflater *z)
{
    return z->bytes_left >= JOIN_FROM + (size_t)(z->out - z->summed);
}

bool inflate_build_codes(inflater *z, const code_lengths *lengths)
{
    code_order order;

    unsigned litlen_bits = table_build(&order, z->litlen, LITLEN_ENTRIES, LITLEN_ROOT,
                                       lengths->litlen, LITLEN_SYMBOLS, litlen_entry);
    if (litlen_bits > 1 && joins_entries(z))
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

/* RFC 1951, section 3.2.6 */
void inflate_fixed_lengths(code_lengths *lengths)
{
    memset(lengths->litlen, 8, 144);
    memset(lengths->litlen + 144, 9, 112);
    memset(lengths->litlen + 256, 7, 24);
    memset(lengths->litlen + 280, 8, 8);
    memset(lengths->distance, 5, DISTANCE_SYMBOLS);
}

void inflate_use_fixed_codes(inflater *z)
{
    z->fixed_codes = true;
    if (joins_entries(z)) {
        code_lengths lengths;

        inflate_fixed_lengths(&lengths);
        inflate_build_codes(z, &lengths);
        return;
    }
    memcpy(z->litlen, inflate_fixed_litlen, sizeof inflate_fixed_litlen);
    memcpy(z->distance, inflate_fixed_distance, sizeof inflate_fixed_distance);
    z->litlen_mask = FIXED_LITLEN_ENTRIES - 1;
}

bool inflate_build_precode(precode *code, const uint8_t *lengths, unsigned symbols)
{
    code_order     order;
    const unsigned bits = table_build(&order, code->table, 1 << MAX_PRECODE_BITS, MAX_PRECODE_BITS,
                                      lengths, symbols, precode_entry);

    code->mask = (UINT32_C(1) << bits) - 1;
    return bits != 0;
}
