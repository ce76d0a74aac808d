/*
 * The inflater against one-shot libdeflate: the same result and the same bytes, however the input
 * is cut into spans and the output into scanlines, and wherever it has to wait for more.
 *
 * Spans are passed in allocations of exactly their size, which are freed when the next one is
 * requested, so that AddressSanitizer notices a read beyond them or after that; without it they end
 * at an inaccessible page. Before the source has more after it had none, they are gone, too.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cpu/levels.h"
#include "guard.h"
#include "inflate/inflate.h"
#include "inflate/inflate_tables.h"

static uint64_t random_state = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 16) % n);
}

/* ---- Input in spans ----------------------------------------------------- */

typedef enum cut {
    WHOLE,
    ONE_BYTE,
    SMALL,
    MIXED,
    CUT_COUNT,
    EVEN = CUT_COUNT /* spans of even_span bytes, after one of first_span */
} cut;

static size_t first_span, even_span;

/* How often the source has no more for now. */
typedef enum pauses {
    NEVER,
    AFTER_EACH_SPAN,
    SOMETIMES
} pauses;

typedef struct spans {
    const uint8_t *bytes;
    size_t         size, at;
    cut            how;
    uint8_t       *span;
    size_t         span_size;
    pauses         pauses;
    bool           was_asked; /* since the last pause */
    bool           is_paused;
} spans;

#ifdef __SANITIZE_ADDRESS__
static void place_span(spans *s, size_t n)
{
    free(s->span);
    s->span = malloc(n ? n : 1);
}

static void release_span(spans *s)
{
    free(s->span);
}
#else
static void place_span(spans *s, size_t n)
{
    static guarded pages;

    if (!pages.pages || n > pages.size)
        pages = guarded_make(n + (1u << 20));
    s->span = guarded_place(&pages, n, true);
}

static void release_span(spans *s)
{
    (void)s;
}
#endif

static bool pauses_now(const spans *s)
{
    return s->was_asked &&
           (s->pauses == AFTER_EACH_SPAN || (s->pauses == SOMETIMES && random_below(3) == 0));
}

/* What was handed out is gone, and there is more. */
static void end_pause(spans *s)
{
    if (s->span_size)
        memset(s->span, 0xee, s->span_size);
    place_span(s, 0);
    s->span_size = 0;
    s->was_asked = s->is_paused = false;
}

static void next_span(void *user, const uint8_t **bytes, size_t *size)
{
    spans *s = user;
    size_t left = s->size - s->at;
    size_t n = left;

    *size = 0;
    s->is_paused = s->is_paused || (left > 0 && pauses_now(s));
    if (s->is_paused)
        return;
    s->was_asked = true;
    if (s->how == ONE_BYTE)
        n = 1;
    else if (s->how == SMALL)
        n = 1 + random_below(40);
    else if (s->how == MIXED)
        n = random_below(4) ? 1 + random_below(6) : 1 + random_below(5000);
    else if (s->how == EVEN)
        n = s->at == 0 ? first_span : even_span;
    if (n > left)
        n = left;
    place_span(s, n);
    if (n)
        memcpy(s->span, s->bytes + s->at, n);
    s->at += n;
    s->span_size = n;
    *bytes = s->span;
    *size = n;
}

static bool is_paused(void *user)
{
    const spans *s = user;

    return s->is_paused;
}

/* ---- One decode --------------------------------------------------------- */

typedef struct outcome {
    inflate_status status;
    bool           extra;
    uint8_t       *bytes;
    size_t         size; /* of the scanlines handed out */
} outcome;

static png2bmp_cpu cpu_level = PNG2BMP_CPU_AUTO;
static bool        fetches;

/* As inflate_rows, but does not return in a pause. */
static inflate_status rows_of(inflater *z, spans *source, size_t row_bytes, size_t most,
                              const uint8_t **rows, size_t *count)
{
    for (;;) {
        const inflate_status status = inflate_rows(z, row_bytes, most, rows, count);
        if (status != INFLATE_STARVED || !source->is_paused)
            return status;
        end_pause(source);
    }
}

/* As inflate_finish, likewise; extra: even what the source has later. */
static inflate_status finish_of(inflater *z, spans *source, bool *extra)
{
    for (;;) {
        const inflate_status status = inflate_finish(z, extra);
        if (status == INFLATE_OK && source->at < source->size)
            *extra = true;
        if (status != INFLATE_STARVED || !source->is_paused)
            return status;
        end_pause(source);
    }
}

/* Decodes `total` bytes as scanlines of row_bytes and a shorter last one. */
static outcome decode_spans(spans source, size_t total, size_t row_bytes)
{
    inflate_config config = {.source = {next_span, &source, is_paused},
                             .total_bytes = total,
                             .longest_row = row_bytes,
                             .check_adler = true,
                             .fetches = fetches,
                             .kernels = kernels_for(cpu_level)};
    outcome        out = {.bytes = malloc(total + 1)};
    inflater      *z = inflate_open(&config);

    while (out.status == INFLATE_OK && out.size < total) {
        const uint8_t *rows;
        size_t         count, left = total - out.size;
        size_t         this_row = left < row_bytes ? left : row_bytes;
        size_t         most = 1 + random_below(100);
        if (most > left / this_row)
            most = left / this_row;
        inflate_fetch(z, out.bytes + out.size, random_below(2));
        out.status = rows_of(z, &source, this_row, most, &rows, &count);
        check((count > 0) == (out.status == INFLATE_OK) && count <= most, "count %zu", count);
        memcpy(out.bytes + out.size, rows, count * this_row);
        out.size += count * this_row;
        if (out.status != INFLATE_OK)
            check(inflate_rows(z, this_row, 1, &rows, &count) == out.status && count == 0,
                  "the second answer after status %d differs", (int)out.status);
    }
    if (out.status == INFLATE_OK)
        out.status = finish_of(z, &source, &out.extra);
    if (out.status != INFLATE_OK)
        check(inflate_finish(z, &out.extra) == out.status, "finish forgets a status");
    inflate_close(z);
    release_span(&source);
    return out;
}

static outcome decode(const uint8_t *zlib, size_t size, size_t total, size_t row_bytes, cut how)
{
    return decode_spans((spans){.bytes = zlib, .size = size, .how = how}, total, row_bytes);
}

/* Decodes in pieces, with pauses, and compares with what it gave in one. */
static void compare_in_pieces(const char *what, const outcome *whole, spans source, size_t total,
                              size_t row_bytes)
{
    outcome out = decode_spans(source, total, row_bytes);

    check(out.status == whole->status && out.extra == whole->extra && out.size == whole->size,
          "%s, cut %d, spans of %zu and %zu: status %d, extra %d, %zu bytes; in one piece %d, %d, "
          "%zu",
          what, (int)source.how, first_span, even_span, (int)out.status, out.extra, out.size,
          (int)whole->status, whole->extra, whole->size);
    if (out.size == whole->size)
        check(memcmp(out.bytes, whole->bytes, out.size) == 0, "%s: other bytes in pieces", what);
    free(out.bytes);
}

enum {
    MANY_PIECES = 20000 /* bytes: for the time that the test takes */
};

/* Compares one stream with libdeflate; `total` is the expected size of the scanlines. */
static void compare_now(const char *what, const uint8_t *zlib, size_t size, size_t total,
                        size_t row_bytes, cut how)
{
    static struct libdeflate_decompressor *oracle;
    static uint8_t                        *expected;
    enum {
        CAPACITY = 4 << 20
    };
    size_t consumed = 0, produced = 0;

    if (!oracle) {
        oracle = libdeflate_alloc_decompressor();
        expected = malloc(CAPACITY);
    }
    enum libdeflate_result result =
        libdeflate_zlib_decompress_ex(oracle, zlib, size, expected, CAPACITY, &consumed, &produced);
    bool good = result == LIBDEFLATE_SUCCESS;

    if (good)
        total = produced;
    outcome out = decode(zlib, size, total, row_bytes, how);
    if (good) {
        check(out.status == INFLATE_OK && out.extra == (consumed < size),
              "%s: status %d, extra %d, libdeflate accepts it (%zu of %zu bytes)", what,
              (int)out.status, out.extra, consumed, size);
        check(out.size == total && memcmp(out.bytes, expected, total) == 0, "%s: wrong bytes",
              what);
    } else {
        check(out.status != INFLATE_OK || out.extra, "%s: accepted, libdeflate refuses it", what);
    }
    if (how != WHOLE && (how == MIXED || size < MANY_PIECES))
        compare_in_pieces(
            what, &out, (spans){.bytes = zlib, .size = size, .how = how, .pauses = AFTER_EACH_SPAN},
            total, row_bytes);
    free(out.bytes);
}

static void compare(const char *what, const uint8_t *zlib, size_t size, size_t total,
                    size_t row_bytes, cut how)
{
    if (takes_part())
        compare_now(what, zlib, size, total, row_bytes, how);
}

/* ---- Data --------------------------------------------------------------- */

typedef enum content {
    ZEROS,
    NOISE,
    TEXT,
    PHOTO,
    RUNS,
    FAR,
    MIXTURE,
    CONTENT_COUNT
} content;

static void make_content(uint8_t *p, size_t n, content kind)
{
    static const char words[][8] = {"scan", "line ", "filter", " of", " the", "\n", "pixel ", "e"};

    for (size_t i = 0; i < n;) {
        content now = kind == MIXTURE ? (content)random_below(MIXTURE) : kind;
        size_t  end = kind == MIXTURE ? i + random_below(9000) : n;
        if (end > n)
            end = n;
        for (; i < end; i++) {
            switch (now) {
            case NOISE:
                p[i] = (uint8_t)random_below(256);
                break;
            case TEXT: {
                const char *w = words[random_below(8)];
                while (*w && i + 1 < end)
                    p[i++] = (uint8_t)*w++;
                p[i] = ' ';
                break;
            }
            case PHOTO: /* small residues around zero */
                p[i] = (uint8_t)(random_below(7) - random_below(7) + random_below(3));
                break;
            case RUNS:
                p[i] = i % 4096 < 8 || !random_below(300) ? (uint8_t)random_below(256) : p[i - 1];
                break;
            case FAR: /* matches exactly one window away */
                p[i] = i < 32768 || !random_below(900) ? (uint8_t)random_below(256) : p[i - 32768];
                break;
            default:
                p[i] = 0;
            }
        }
    }
}

static size_t compress_zlib(uint8_t *to, size_t capacity, const uint8_t *p, size_t n, int level)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
    size_t                        size = libdeflate_zlib_compress(c, p, n, to, capacity);
    libdeflate_free_compressor(c);
    return size;
}

/* ---- Tests -------------------------------------------------------------- */

enum {
    LARGEST = 700000
};
static uint8_t plain[LARGEST], packed[LARGEST + 20000];

static void all_levels_and_cuts(void)
{
    static const size_t sizes[] = {0, 1, 5, 63, 1088, 40000, LARGEST};
    static const size_t rows[] = {1, 7, 1025, 4097, 300000};

    for (int level = 0; level <= 12; level++)
        for (unsigned k = 0; k < CONTENT_COUNT; k++)
            for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                size_t n = sizes[s];
                if ((n == LARGEST && (level + (int)k) % 6) || !takes_part())
                    continue;
                make_content(plain, n, (content)k);
                size_t size = compress_zlib(packed, sizeof packed, plain, n, level);
                char   what[80];
                cut    how = (cut)((k + s + (unsigned)level) % CUT_COUNT);
                size_t row = rows[random_below(5)];
                snprintf(what, sizeof what, "level %d content %u size %zu cut %d row %zu", level, k,
                         n, (int)how, row);
                compare_now(what, packed, size, n, row, how);
                compare_now(what, packed, size, n, row, WHOLE);
            }
}

static void truncated_at_each_byte(void)
{
    for (unsigned k = 0; k < CONTENT_COUNT; k++) {
        size_t n = 1500;
        make_content(plain, n, (content)k);
        size_t size = compress_zlib(packed, sizeof packed, plain, n, k % 2 ? 9 : 1);
        for (size_t cut_at = 0; cut_at < size; cut_at++) {
            outcome out = decode(packed, cut_at, n, 77, (cut)(cut_at % CUT_COUNT));
            check(out.status == INFLATE_STARVED, "content %u cut at %zu of %zu: status %d", k,
                  cut_at, size, (int)out.status);
            check(memcmp(out.bytes, plain, out.size) == 0, "content %u cut at %zu: bytes", k,
                  cut_at);
            free(out.bytes);
        }
    }
}

static void flipped_bits(void)
{
    for (unsigned round = 0; round < 1000; round++) {
        size_t n = 200 + random_below(round % 4 ? 3000 : 60000);
        make_content(plain, n, (content)(round % CONTENT_COUNT));
        size_t size = compress_zlib(packed, sizeof packed, plain, n, (int)random_below(13));
        for (unsigned flips = 1 + random_below(3); flips; flips--) {
            size_t reach = random_below(2) ? size : (size < 90 ? size : 90);
            packed[random_below((uint32_t)reach)] ^= (uint8_t)(1u << random_below(8));
        }
        char what[40];
        snprintf(what, sizeof what, "flip round %u", round);
        compare(what, packed, size, n, 1 + random_below(400), (cut)(round % CUT_COUNT));

        /* the result must not depend on how it is cut */
        outcome a = decode(packed, size, n, 50, WHOLE), b = decode(packed, size, n, 301, SMALL);
        check(a.status == b.status && a.extra == b.extra, "%s: %d, in spans %d", what,
              (int)a.status, (int)b.status);
        size_t both = a.size < b.size ? a.size : b.size;
        check(memcmp(a.bytes, b.bytes, both) == 0, "%s: bytes differ in spans", what);
        free(a.bytes);
        free(b.bytes);
    }
}

static void all_zlib_headers(void)
{
    make_content(plain, 100, TEXT);
    size_t size = compress_zlib(packed, sizeof packed, plain, 100, 6);
    for (unsigned h = 0; h < 65536; h++) {
        packed[0] = (uint8_t)(h >> 8);
        packed[1] = (uint8_t)h;
        char what[40];
        snprintf(what, sizeof what, "zlib header %04x", h);
        compare(what, packed, size, 100, 100, (cut)(h % 2));
    }
}

static void surplus_and_shortage(void)
{
    size_t n = 50000;
    make_content(plain, n, TEXT);
    size_t size = compress_zlib(packed, sizeof packed, plain, n, 6);
    for (unsigned how = 0; how < CUT_COUNT; how++) {
        for (size_t asked = n - 600; asked <= n + 600; asked += 13) {
            outcome out = decode(packed, size, asked, 100, (cut)how);
            if (asked < n)
                check(out.status == INFLATE_OK && out.extra, "asked for less");
            else if (asked > n)
                check(out.status == INFLATE_SHORT, "asked for more: status %d", (int)out.status);
            check(memcmp(out.bytes, plain, out.size) == 0, "bytes");
            free(out.bytes);
        }
        memset(packed + size, 7, 3);
        compare("bytes after the stream", packed, size + 3, n, 100, (cut)how);
        packed[size - 1] ^= 1;
        outcome out = decode(packed, size, n, 100, (cut)how);
        check(out.status == INFLATE_BAD_ADLER, "Adler-32: status %d", (int)out.status);
        free(out.bytes);
        packed[size - 1] ^= 1;
    }
}

/* ---- Streams written bit by bit ----------------------------------------- */

static size_t bit_at;

static void put(uint32_t value, unsigned bits)
{
    for (; bits; bits--, value >>= 1, bit_at++) {
        if (bit_at % 8 == 0)
            packed[bit_at / 8] = 0;
        packed[bit_at / 8] |= (uint8_t)((value & 1) << bit_at % 8);
    }
}

/* From a whole byte on. */
static void put_random_bytes(unsigned count)
{
    for (unsigned i = 0; i < count; i++, bit_at += 8)
        packed[bit_at / 8] = (uint8_t)random_below(256);
}

/* Huffman codes are written from the highest bit. */
static void put_code(uint32_t code, unsigned bits)
{
    while (bits--)
        put(code >> bits & 1, 1);
}

static void put_fixed(unsigned symbol)
{
    if (symbol < 144)
        put_code(0x30 + symbol, 8);
    else if (symbol < 256)
        put_code(0x190 + symbol - 144, 9);
    else if (symbol < 280)
        put_code(symbol - 256, 7);
    else
        put_code(0xC0 + symbol - 280, 8);
}

static void begin_zlib(void)
{
    bit_at = 0;
    put(0x78, 8);
    put(0x01, 8);
}

/* Stores the Adler-32 that libdeflate computes after the stream. */
static size_t end_zlib(void)
{
    static uint8_t                  out[1 << 17];
    size_t                          in_size = 0, size = 0;
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();

    while (bit_at % 8)
        put(0, 1);
    enum libdeflate_result r = libdeflate_deflate_decompress_ex(d, packed + 2, bit_at / 8 - 2, out,
                                                                sizeof out, &in_size, &size);
    uint32_t               adler = r == LIBDEFLATE_SUCCESS ? libdeflate_adler32(1, out, size) : 0;
    for (unsigned i = 0; i < 4; i++)
        put(adler >> (24 - 8 * i) & 0xFF, 8);
    libdeflate_free_decompressor(d);
    return bit_at / 8;
}

static void finish_and_compare(const char *what, size_t total)
{
    size_t size = end_zlib();
    for (unsigned how = 0; how < CUT_COUNT; how++)
        compare(what, packed, size, total, 5, (cut)how);
}

static void fixed_block_oddities(void)
{
    for (unsigned length = 257; length < 288; length++)
        for (unsigned distance = 0; distance < 32; distance++)
            for (unsigned before = 0; before < 3; before++) {
                begin_zlib();
                /* 0, 1 or 40000 bytes of history */
                if (before == 2) {
                    put(0, 3);
                    put(0, (8 - bit_at % 8) % 8);
                    put(40000, 16);
                    put(40000 ^ 0xFFFF, 16);
                    put_random_bytes(40000);
                }
                put(1, 1);
                put(1, 2);
                if (before == 1)
                    put_fixed('x');
                put_fixed(length);
                if (length >= 265 && length < 285)
                    put(random_below(32), (length - 261) / 4);
                put_code(distance, 5);
                if (distance >= 4)
                    put(random_below(2) ? 0x1FFF : 0, distance < 30 ? distance / 2 - 1 : 13);
                put_fixed(256);
                char what[60];
                snprintf(what, sizeof what, "fixed: length %u distance %u", length, distance);
                finish_and_compare(what, before == 2 ? 40000 : 4);
            }
}

/* The code length alphabet is sent with the plain code of 5 bits for 0 to 18 that a set of lengths
 * 4 and 5 gives: 13 of 4 bits would be too many, so symbols 0 to 12 have 4 bits and 13 to 18 have
 * 5. */
static void put_code_length(unsigned symbol)
{
    if (symbol < 13)
        put_code(symbol, 4);
    else
        put_code(26 + symbol - 13, 5);
}

static void begin_dynamic(unsigned litlens, unsigned distances)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    put(1, 1);
    put(2, 2);
    put(litlens - 257, 5);
    put(distances - 1, 5);
    put(15, 4);
    for (unsigned i = 0; i < 19; i++)
        put(order[i] < 13 ? 4 : 5, 3);
}

static void put_lengths(const uint8_t *lengths, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        put_code_length(lengths[i]);
}

static void dynamic_block_oddities(void)
{
    /* each: litlen lengths of 'a', 'b', 256, 257; distance lengths of 0 and 1;
     * then the bits of the block */
    static const struct {
        const char *what;
        uint8_t     a, b, end, match, near, far;
        uint32_t    bits, bit_count;
    } blocks[] = {
        {"no distance code, none used", 1, 2, 2, 0, 0, 0, 0x3 << 1 | 0, 3},
        {"no distance code, one used", 1, 2, 3, 3, 0, 0, 0x0 | 7 << 1 | 0 << 4 | 3 << 5, 8},
        {"one distance code of one bit", 1, 2, 3, 3, 1, 0, 0x0 | 7 << 1 | 0 << 4 | 3 << 5, 8},
        {"its other bit", 1, 2, 3, 3, 1, 0, 0x0 | 7 << 1 | 1 << 4 | 3 << 5, 8},
        {"one distance code of two bits", 1, 2, 3, 3, 2, 0, 0x0 | 7 << 1 | 0 << 4 | 3 << 6, 9},
        {"over-subscribed distances", 1, 2, 2, 0, 1, 0, 3 << 1, 3},
        {"over-subscribed literals", 1, 1, 1, 0, 1, 1, 1, 3},
        {"incomplete literals", 2, 2, 2, 0, 1, 1, 0, 6},
        {"only an end of block", 0, 0, 1, 0, 1, 1, 0, 1},
        {"only an end of block, two bits", 0, 0, 2, 0, 1, 1, 0, 2},
        {"no end of block", 1, 1, 0, 0, 1, 1, 0, 8},
        {"no code at all", 0, 0, 0, 0, 0, 0, 0, 8},
        {"far distance beyond the start", 1, 2, 3, 3, 1, 1, 0x0 | 7 << 1 | 1 << 4 | 3 << 5, 8},
    };
    for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        uint8_t lengths[290] = {0};
        lengths['a'] = blocks[i].a;
        lengths['b'] = blocks[i].b;
        lengths[256] = blocks[i].end;
        lengths[257] = blocks[i].match;
        lengths[258] = blocks[i].near;
        lengths[259] = blocks[i].far;
        begin_zlib();
        begin_dynamic(258, 2);
        put_lengths(lengths, 260);
        put(blocks[i].bits, blocks[i].bit_count);
        finish_and_compare(blocks[i].what, i % 2 ? 30000 : 4);
    }
}

/* All sizes of both alphabets, with codes for the symbols without a meaning. */
static void alphabet_sizes(void)
{
    for (unsigned litlens = 257; litlens <= 288; litlens++)
        for (unsigned distances = 1; distances <= 32; distances += distances < 28 ? 9 : 1) {
            uint8_t lengths[320] = {0};
            lengths['a'] = 2;
            lengths['b'] = 2;
            lengths[256] = 2;
            lengths[litlens - 1 == 256 ? 'c' : litlens - 1] = 2;
            lengths[litlens + distances - 1] = 1;
            if (distances > 1)
                lengths[litlens] = 1;
            begin_zlib();
            begin_dynamic(litlens, distances);
            put_lengths(lengths, litlens + distances);
            for (unsigned i = 0; i < 600; i++)
                put_code(random_below(2), 2);
            put_code(3, 2); /* the last symbol: 256 or a length */
            put(random_below(2) ? 0 : ~0u, 20);
            put_code(2, 2);
            char what[60];
            snprintf(what, sizeof what, "%u litlens %u distances", litlens, distances);
            finish_and_compare(what, 601);
        }
}

static void repeat_oddities(void)
{
    /* a repeat first of all; repeats of each kind that end 1 short of, at, and 1
     * past the end of both alphabets */
    for (int past = -1; past <= 2; past++)
        for (unsigned symbol = 16; symbol <= 18; symbol++) {
            unsigned litlens = 257, total = litlens + 3;
            unsigned most = symbol == 16 ? 6 : symbol == 17 ? 10 : 138;
            begin_zlib();
            begin_dynamic(litlens, 3);
            uint8_t lengths[320] = {0};
            lengths['a'] = 1;
            lengths[256] = 1;
            unsigned sent = total - most + (unsigned)past;
            if (past == 2) { /* at the very beginning */
                sent = 0;
            } else if (sent <= 256) {
                lengths['b'] = 1, lengths[256] = 0;
            }
            put_lengths(lengths, sent);
            put_code_length(symbol);
            put(~0u, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
            if (past < 1)
                put_lengths(lengths + sent + most, past < 0 ? 1u : 0u);
            put(0xFFF0, 16);
            put(0xFFFF, 32);
            char what[60];
            snprintf(what, sizeof what, "repeat %u ends %d past the end", symbol, past);
            finish_and_compare(what, 4);
        }
}

static void stored_oddities(void)
{
    for (unsigned i = 0; i < 4; i++) {
        begin_zlib();
        put(i == 3 ? 7 : 1, 3);    /* type 3 is reserved */
        put(i == 2 ? 0x1F : 0, 5); /* the bits up to the byte may be anything */
        put(5, 16);
        put(5 ^ 0xFFFF ^ (i == 1 ? 0x100 : 0), 16);
        for (unsigned b = 0; b < 5; b++)
            put(b, 8);
        finish_and_compare("stored", 5);
    }
    begin_zlib(); /* many empty blocks, then one byte in a fixed block */
    for (unsigned i = 0; i < 3000; i++) {
        put(0, 3);
        put(0, (8 - bit_at % 8) % 8);
        put(0xFFFF0000, 32);
        put(0 | 1 << 1, 3);
        put_fixed(256);
    }
    put(1 | 1 << 1, 3);
    put_fixed('x');
    put_fixed(256);
    finish_and_compare("empty blocks", 1);
}

/* Random codes of all depths up to 15 bits, and random symbols of them. */
static void random_codes(void)
{
    for (unsigned round = 0; round < 400; round++) {
        unsigned litlens = 257 + random_below(32), distances = 1 + random_below(32);
        uint8_t  lengths[320] = {0};
        for (unsigned part = 0; part < 2; part++) {
            /* split leaves of a full tree at random until there are enough */
            uint8_t *l = part ? lengths + litlens : lengths;
            unsigned n = part ? distances : litlens, used = 2;
            if (n == 1) {
                l[0] = 1;
                break;
            }
            unsigned leaves[320] = {1, 1};
            unsigned wanted = 2 + random_below(n - 1);
            for (unsigned tries = 0; used < wanted && tries < 5000; tries++) {
                unsigned i = random_below(2) ? random_below(used) : used - 1;
                if (leaves[i] < 15)
                    leaves[used++] = ++leaves[i];
            }
            for (unsigned i = 0; i < used; i++) {
                unsigned at = part == 0 && i == 0 ? 256 : random_below(n);
                while (l[at])
                    at = (at + 1) % n;
                l[at] = (uint8_t)leaves[i];
            }
        }
        begin_zlib();
        begin_dynamic(litlens, distances);
        put_lengths(lengths, litlens + distances);
        for (unsigned i = 0; i < 500; i++)
            put(random_below(1u << 31), 31);
        char what[40];
        snprintf(what, sizeof what, "random codes %u", round);
        finish_and_compare(what, 30000);
    }
}

/* The symbols with the most bits, so that the fast loop reads ahead as far as it can: in spans of
 * every length that it accepts, from every bit on. */
static void thirsty_spans(void)
{
    enum {
        LONGEST = 15,
        LITLENS = 285,
        DISTANCES = 30,
        NEAR_MATCHES = 110
    };
    const uint32_t all_ones = 0x7FFF;
    uint8_t        lengths[LITLENS + DISTANCES] = {0};

    for (uint8_t i = 0; i < LONGEST - 1; i++)
        lengths[i] = lengths[LITLENS + i] = (uint8_t)(i + 1);
    lengths[256] = lengths[284] = LONGEST;
    lengths[LITLENS + 28] = lengths[LITLENS + 29] = LONGEST;
    begin_zlib();
    begin_dynamic(LITLENS, DISTANCES);
    put_lengths(lengths, LITLENS + DISTANCES);
    put_code(0, 1);
    for (unsigned i = 0; i < NEAR_MATCHES; i++) { /* of 227 + 31 - 1 bytes, 1 back */
        put_code(all_ones, LONGEST);
        put(30, 5);
        put_code(0, 1);
    }
    first_span = bit_at / 8;
    for (unsigned i = 0; i < 60; i++) {
        for (unsigned k = 0; k < 4; k++)
            put_code(0x7FE, 11); /* what the first table can just hold */
        put_code(all_ones, LONGEST);
        put(i % 31, 5);
        put_code(all_ones - 1, LONGEST);
        put(0x1FFF - i, 13);
    }
    put_code(all_ones - 1, LONGEST); /* the end of the block */

    const size_t size = end_zlib(), end_of_first = first_span;
    for (even_span = 8; even_span < 40; even_span++)
        for (size_t i = 0; i < even_span; i++) {
            char what[60];
            first_span = end_of_first + i;
            snprintf(what, sizeof what, "spans of %zu from %zu on", even_span, first_span);
            compare(what, packed, size, 1, 100, EVEN);
        }
}

/* What a stream gives in one piece it gives in pieces of several sizes, and in two pieces of all.
 * Returns the status. */
static inflate_status pieces_of(const char *what, size_t size, size_t total, size_t row_bytes)
{
    static const size_t sizes[] = {1, 2, 7, 4096};
    spans               source = {.bytes = packed, .size = size, .pauses = AFTER_EACH_SPAN};
    outcome             whole = decode(packed, size, total, row_bytes, WHOLE);

    source.how = EVEN;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        first_span = even_span = sizes[i];
        compare_in_pieces(what, &whole, source, total, row_bytes);
    }
    even_span = size;
    for (first_span = 1; first_span < size; first_span++)
        if (takes_part())
            compare_in_pieces(what, &whole, source, total, row_bytes);
    source.how = MIXED;
    source.pauses = SOMETIMES;
    compare_in_pieces(what, &whole, source, total, row_bytes);
    free(whole.bytes);
    return whole.status;
}

/* Stored, fixed and dynamic blocks. */
enum {
    BLOCKS_BYTES = 9 * (3 + 4) + 36 + 20 * (1 + 3)
};
static size_t all_kinds_of_blocks(void)
{
    begin_zlib();
    for (unsigned i = 0; i < 9; i++) {
        put(0 | 0 << 1, 3);
        put(0, (8 - bit_at % 8) % 8);
        put(3, 16);
        put(3 ^ 0xFFFF, 16);
        put(random_below(1u << 24), 24);
        put(0 | 1 << 1, 3);
        for (unsigned k = 0; k < i; k++)
            put_fixed(140 + k);
        put_fixed(258); /* four bytes */
        put_code(i, 5);
        if (i >= 4)
            put(0, i / 2 - 1);
        put_fixed(256);
    }
    uint8_t lengths[261] = {0};
    lengths['a'] = 1;
    lengths['b'] = 2;
    lengths[256] = lengths[257] = 3;
    lengths[258] = 1;
    lengths[259] = lengths[260] = 2;
    begin_dynamic(258, 3);
    put_lengths(lengths, 140);
    put_code_length(18); /* 116 times 0 */
    put(105, 7);
    put_lengths(lengths + 256, 5);
    for (unsigned i = 0; i < 20; i++) {
        if (i % 2)
            put_code(0, 1);
        else
            put_code(2, 2);
        put_code(7, 3); /* three bytes, 1 back */
        put_code(0, 1);
    }
    put_code(6, 3);
    return end_zlib();
}

static void cut_anywhere(void)
{
    size_t size = all_kinds_of_blocks();

    check(pieces_of("all kinds of blocks", size, BLOCKS_BYTES, 3) == INFLATE_OK, "they are valid");
    pieces_of("all kinds of blocks, fewer asked for", size, 50, 3);
    for (unsigned k = 0; k < 2 * CONTENT_COUNT; k++) {
        const size_t n = k % 3 ? 1500 : 40000 / (k + 1);
        char         what[40];

        make_content(plain, n, (content)(k % CONTENT_COUNT));
        size = compress_zlib(packed, sizeof packed, plain, n, k % 2 ? 9 : 1);
        snprintf(what, sizeof what, "content %u", k);
        pieces_of(what, size, n, 77);
        pieces_of("cut off", size - 1 - random_below((uint32_t)size / 2), n, 77);
        pieces_of("asked for more", size, n + 100, 77);
        packed[random_below((uint32_t)size)] ^= (uint8_t)(1u << random_below(8));
        pieces_of("flipped bit", size, n, 77);
        pieces_of("flipped bit, asked for less", size, n / 2, 77);
    }
}

/* The ready-made tables of the fixed codes against those that are built of their lengths. */
static void ready_made_fixed_codes(void)
{
    static inflater ready, built;
    code_lengths    lengths;

    inflate_fixed_lengths(&lengths);
    inflate_use_fixed_codes(&ready); /* few bytes are left: 0 */
    check(inflate_build_codes(&built, &lengths), "the fixed codes are codes");
    check(ready.litlen_mask == built.litlen_mask, "mask %u", (unsigned)ready.litlen_mask);
    for (unsigned i = 0; i < FIXED_LITLEN_ENTRIES; i++)
        check(ready.litlen[i] == built.litlen[i], "litlen %u", i);
    for (unsigned i = 0; i <= DISTANCE_MASK; i++)
        check(ready.distance[i] == built.distance[i], "distance %u", i);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
        bool once; /* the fast loop takes no part in it */
    } tests[] = {
        {"every level, content, size and cut gives libdeflate's bytes", all_levels_and_cuts, false},
        {"a stream cut at any byte is starved", truncated_at_each_byte, false},
        {"flipped bits get libdeflate's verdict", flipped_bits, false},
        {"every zlib header gets libdeflate's verdict", all_zlib_headers, true},
        {"surplus is told, shortage is an error", surplus_and_shortage, false},
        {"fixed blocks: every length and distance symbol", fixed_block_oddities, false},
        {"dynamic blocks: incomplete and over-subscribed codes", dynamic_block_oddities, true},
        {"dynamic blocks: every size of the alphabets", alphabet_sizes, true},
        {"dynamic blocks: repeats at the ends", repeat_oddities, true},
        {"the ready-made tables of the fixed codes are what building gives", ready_made_fixed_codes,
         true},
        {"stored blocks", stored_oddities, true},
        {"random codes up to 15 bits", random_codes, false},
        {"a stream in pieces, cut at any byte, with waits, gives the same", cut_anywhere, false},
        {"the most bits that a turn takes, in spans of every length", thirsty_spans, false},
    };
    static const struct {
        const char *name;
        png2bmp_cpu level;
        bool        fetches;
    } levels[] = {{"plain C", PNG2BMP_CPU_SCALAR, false},
                  {"best of this CPU", PNG2BMP_CPU_AUTO, false},
                  {"best of this CPU, fetching lines", PNG2BMP_CPU_AUTO, true}};

    for (unsigned l = 0; l < sizeof levels / sizeof *levels; l++) {
        if (l > 0 && kernels_for(PNG2BMP_CPU_AUTO)->inflate_fast ==
                         kernels_for(PNG2BMP_CPU_SCALAR)->inflate_fast)
            continue;
        for (unsigned i = 0; i < sizeof tests / sizeof *tests; i++) {
            int before = failures;
            if (l > 0 && tests[i].once)
                continue;
            cpu_level = levels[l].level;
            fetches = levels[l].fetches;
            tests[i].run();
            printf("%s - %s (%s)\n", failures == before ? "ok" : "not ok", tests[i].name,
                   levels[l].name);
        }
    }
    printf("# %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
