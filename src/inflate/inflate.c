/*
 * The careful part of the inflater: everything except headers, tables and the fast loop.
 *
 * Output goes to one linear buffer. When it is full, the last 32 KiB and the bytes not yet handed
 * out move to its front.
 */
#include "inflate.h"

#include <libdeflate.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "inflate_bits.h"
#include "inflate_header.h"
#include "inflate_state.h"

/* ---- Block contents ----------------------------------------------------- */

static inflate_status copy_stored(inflater *z)
{
    while (z->stored_left && z->out < z->limit && z->bit_count) {
        *z->out++ = (uint8_t)take_bits(z, 8);
        z->stored_left--;
    }
    while (z->stored_left && z->out < z->limit) {
        if (z->in == z->in_end && !inflate_next_span(z))
            return INFLATE_STARVED;
        size_t n = smaller(z->stored_left,
                           smaller((size_t)(z->in_end - z->in), (size_t)(z->limit - z->out)));
        memcpy(z->out, z->in, n);
        z->out += n;
        z->in += n;
        z->stored_left -= (uint32_t)n;
    }
    if (z->stored_left == 0)
        z->stage = STAGE_BLOCK_HEADER;
    return INFLATE_OK;
}

/* The entry of the next code at the front of `bits`, and how many bits come before the entry's own
 * (the root's, if it is in a sub-table). */
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

/* The extra bits of a length or distance; `code` is the bits of the stream that its entry was
 * looked up by. */
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

/* At least three bytes: each loop runs once before it checks. */
static inline void copy_match(uint8_t *to, const uint8_t *end, size_t distance)
{
    /* Multiplying a group of this many bytes by this fills eight bytes with it. */
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
        /* The eight bytes before may start before the first byte of output, in the tables, which
         * are stored there; what is read of them is shifted out. */
        uint64_t group = load_le64(to - 8) >> (64 - 8 * distance);
        uint64_t eight = group * repeat[distance];
        size_t   step = 8 - 8 % distance;
        do {
            store_le64(to, eight);
            to += step;
        } while (to < end);
    }
}

#define COPY_MATCH copy_match
#define INFLATE_FAST(z) bool inflate_fast_c(struct inflater *z)
#include "inflate_fast.h"

/* Decodes one literal entry, match or end of block, with every check. At most 48 bits: 15 + 5 of
 * the length, 15 + 13 of the distance. */
static inflate_status decode_one(inflater *z)
{
    unsigned skip;

    if (!refill(z))
        return INFLATE_STARVED;
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

/* One step of the current stage. */
static inflate_status step(inflater *z)
{
    switch (z->stage) {
    case STAGE_ZLIB_HEADER:
        return inflate_read_zlib_header(z);
    case STAGE_BLOCK_HEADER:
        return inflate_read_block_header(z);
    case STAGE_STORED_HEADER:
        return inflate_read_stored_header(z);
    case STAGE_CODE_COUNTS:
    case STAGE_PRECODE:
    case STAGE_CODE_LENGTHS:
        return inflate_read_codes(z);
    case STAGE_STORED:
        return copy_stored(z);
    case STAGE_CODES:
        return decode_codes(z);
    default:
        return z->status;
    }
}

/* ---- The buffer --------------------------------------------------------- */

/* Keeps what is needed: 32 KiB of history, and what has not been handed out. */
static void move_to_front(inflater *z)
{
    size_t history = smaller((size_t)(z->out - z->base), WINDOW_SIZE);
    size_t untaken = (size_t)(z->out - z->taken);
    size_t kept = history > untaken ? history : untaken;

    memmove(z->base, z->out - kept, kept);
    z->out = z->summed = z->base + kept;
    z->taken = z->out - untaken;
}

/* Sums what was decoded since the last call, while it is in the cache. Bytes beyond the requested
 * ones are not summed: the sum is not needed then, either. */
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

void inflate_fetch(inflater *z, const uint8_t *edge, bool up)
{
    z->fetch_edge = edge;
    z->fetch_up = up;
}

static void decode_to_limit(inflater *z)
{
    while (z->out < z->limit && z->status == INFLATE_OK && z->stage < STAGE_TRAILER)
        z->status = step(z);
}

/* Decodes up to the limit, unless the stream ends or fails before; z->status then says what
 * follows. */
static void go_on_filling(inflater *z)
{
    decode_to_limit(z);
    if (z->stage >= STAGE_TRAILER && z->status == INFLATE_OK && z->out < z->limit)
        z->status = INFLATE_SHORT;
    account(z);
}

/* The limit: the buffer is full, or all scanlines are there. */
static void fill_buffer(inflater *z)
{
    if (z->out >= z->buffer_end)
        move_to_front(z);
    size_t room = (size_t)(z->buffer_end - z->out);
    z->limit = z->out + (room < z->bytes_left ? room : (size_t)z->bytes_left);
    z->fetch_by = (uintptr_t)z->fetch_edge - (uintptr_t)(z->fetch_up ? z->limit : z->taken);
    go_on_filling(z);
}

/* ---- The interface ------------------------------------------------------ */

enum {
    /* Bytes of scanlines decoded at a time, about: few enough to be in the level 2 cache when they
     * are unfiltered. */
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
    /* Everything but the tables, which are written before they are read. */
    memset(z, 0, offsetof(inflater, litlen));
    z->base = z->out = z->limit = z->taken = z->summed = (uint8_t *)(z + 1);
    z->buffer_end = z->base + size;
    z->bytes_left = config->total_bytes;
    z->check_adler = config->check_adler && !config->is_raw;
    z->is_raw = config->is_raw;
    z->stage = config->is_raw ? STAGE_BLOCK_HEADER : STAGE_ZLIB_HEADER;
    z->adler = 1;
    z->source = config->source;
    z->fast = config->fetches ? config->kernels->inflate_fast_fetch : config->kernels->inflate_fast;
    return z;
}

void inflate_close(inflater *z)
{
    free(z);
}

/* The source may have more by now. */
static void ask_again(inflater *z)
{
    z->source_empty = z->source_pauses = false;
    if (z->status == INFLATE_STARVED && (!z->refill_is_cut || refill(z))) {
        z->refill_is_cut = false;
        z->status = INFLATE_OK;
    }
}

inflate_status inflate_rows(inflater *z, size_t row_bytes, size_t max_rows, const uint8_t **rows,
                            size_t *count)
{
    ask_again(z);
    while ((size_t)(z->summed - z->taken) < row_bytes && z->bytes_left && z->status == INFLATE_OK)
        fill_buffer(z);

    *rows = z->taken;
    *count = smaller((size_t)(z->summed - z->taken) / row_bytes, max_rows);
    z->taken += *count * row_bytes;
    if (*count)
        return INFLATE_OK;
    if (z->status == INFLATE_OK)
        z->status = INFLATE_SHORT;
    return z->status;
}

inflate_status inflate_catch_up(inflater *z)
{
    ask_again(z);
    go_on_filling(z);
    return z->status == INFLATE_STARVED ? INFLATE_STARVED : INFLATE_OK;
}

/* RFC 1950, section 2.2: big-endian, from the next byte on. */
static inflate_status read_trailer(inflater *z)
{
    drop_to_byte(z);
    if (!z->is_raw) {
        if (!refill(z) || z->bit_count < 32)
            return INFLATE_STARVED;
        for (unsigned i = 0; i < 4; i++)
            z->stored_adler = z->stored_adler << 8 | take_bits(z, 8);
    }
    z->stage = STAGE_END;
    if (z->check_adler && z->stored_adler != z->adler)
        return INFLATE_BAD_ADLER;
    return INFLATE_OK;
}

/* Decodes until it is known whether there is another byte. The slack has room for the step that
 * decodes it. */
static void look_for_surplus(inflater *z)
{
    z->taken = z->out;
    if (z->out > z->buffer_end)
        move_to_front(z);
    z->limit = z->out + 1;
    decode_to_limit(z);
    z->has_surplus = z->out >= z->limit;
}

inflate_status inflate_finish(inflater *z, bool *extra)
{
    ask_again(z);
    if (!z->has_surplus && z->status == INFLATE_OK)
        look_for_surplus(z);
    *extra = z->has_surplus;
    if (z->has_surplus) /* what else came with it does not matter */
        return INFLATE_OK;
    if (z->status == INFLATE_OK && z->stage == STAGE_TRAILER)
        z->status = read_trailer(z);
    if (z->status == INFLATE_OK)
        *extra = z->bit_count >= 8 || z->in != z->in_end || inflate_next_span(z);
    return z->status;
}

void inflate_adler(const inflater *z, uint32_t *stored, uint32_t *computed)
{
    *stored = z->stored_adler;
    *computed = z->adler;
}
