/*
 * The inflater against libdeflate: the same verdict and the same bytes, at any CPU
 * level, however the stream is cut into spans and its bytes into scanlines, and wherever there are
 * no more bytes for a while.
 *
 * Input: row bytes - 1 (2), seed of the spans, kind of spans (low 3 bits) and how often there are
 * pauses between them (bits 3 and 4: never, after one in two or four, after each), flags:
 * CPU level (low 3 bits), Adler-32 (bit 3), lines fetched (bit 6), fewer (bit 4) or more (bit 5)
 * bytes asked for than there are; then the zlib stream.
 */
#include "cpu/levels.h"
#include "inflate/inflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include "fuzz.h"

#define HEAD 5
#define CAPACITY (512u * 1024)

/* ---- The stream as libdeflate sees it --------------------------------------- */

typedef struct truth {
    bool   header_good, data_good, adler_good, too_long;
    bool   more; /* bytes after the stream */
    size_t size;
} truth;

/* Static, because allocating them would take as long as filling them. `out` has room for the
 * surplus bytes that may be requested. */
static uint8_t expected[CAPACITY], out[CAPACITY + 256];

/* The raw deflate data, so that the Adler-32 can be judged separately. */
static truth ask_libdeflate(const uint8_t *zlib, size_t size)
{
    static struct libdeflate_decompressor *oracle;
    truth                                  t = {.header_good = false};
    size_t                                 consumed = 0, produced = 0;
    enum libdeflate_result                 result;

    if (!oracle)
        oracle = libdeflate_alloc_decompressor();
    if (size < 2)
        return t;
    /* RFC 1950, section 2.2 */
    t.header_good = (zlib[0] * 256 + zlib[1]) % 31 == 0 && (zlib[0] & 15) == 8 &&
                    zlib[0] >> 4 <= 7 && !(zlib[1] & 0x20);
    result = libdeflate_deflate_decompress_ex(oracle, zlib + 2, size - 2, expected, CAPACITY,
                                              &consumed, &produced);
    t.too_long = result == LIBDEFLATE_INSUFFICIENT_SPACE;
    t.data_good = result == LIBDEFLATE_SUCCESS;
    if (t.data_good) {
        const uint8_t *trailer = zlib + 2 + consumed;
        const uint32_t adler = libdeflate_adler32(1, expected, produced);

        t.size = produced;
        t.adler_good = size - 2 - consumed >= 4 && load_be32(trailer) == adler;
        t.more = size - 2 - consumed > 4;
    }
    return t;
}

/* libdeflate 1.14 lets a run of code lengths extend past the last symbol; RFC 1951, zlib and later
 * versions of libdeflate do not. So what only we refuse, zlib must refuse, too. */
static bool zlib_refuses(const uint8_t *zlib, size_t size)
{
    static uint8_t sink[65536];
    z_stream       z = {.next_in = (uint8_t *)(uintptr_t)(zlib + 2), .avail_in = (uInt)(size - 2)};
    int            result = inflateInit2(&z, -15);

    FUZZ_CHECK(result == Z_OK, "zlib: %d", result);
    while (result == Z_OK) {
        z.next_out = sink;
        z.avail_out = sizeof sink;
        result = inflate(&z, Z_NO_FLUSH);
    }
    inflateEnd(&z);
    return result == Z_DATA_ERROR;
}

/* ---- Spans ------------------------------------------------------------------ */

typedef struct spans {
    const uint8_t *bytes;
    size_t         left;
    unsigned       kind;
    unsigned       pauses; /* 0 to 3 */
    uint32_t       random;
    uint8_t       *span; /* exactly as large as handed out, gone at the next call */
    bool           was_asked, is_paused;
} spans;

static uint32_t next_random(spans *s)
{
    s->random = s->random * 1664525u + 1013904223u;
    return s->random >> 8;
}

static size_t span_size(spans *s)
{
    switch (s->kind) {
    case 0:
        return 1;
    case 1:
        return 1 + next_random(s) % 40;
    case 2:
        return next_random(s) % 4 ? 1 + next_random(s) % 6 : 1 + next_random(s) % 5000;
    case 3:
        return 20 + next_random(s) % 8;
    default:
        return s->left;
    }
}

static bool pauses_now(spans *s)
{
    static const unsigned one_in[] = {0, 2, 4, 1};

    return s->is_paused || (s->left > 0 && s->was_asked && s->pauses > 0 &&
                            next_random(s) % one_in[s->pauses] == 0);
}

/* The spans are gone that were handed out before. */
static void end_pause(spans *s)
{
    free(s->span);
    s->span = NULL;
    s->was_asked = s->is_paused = false;
}

static void next_span(void *user, const uint8_t **bytes, size_t *size)
{
    spans *s = user;
    size_t n = s->left ? span_size(s) : 0;

    *size = 0;
    s->is_paused = pauses_now(s);
    if (s->is_paused)
        return;
    s->was_asked = true;
    if (n > s->left)
        n = s->left;
    free(s->span);
    s->span = fuzz_alloc(n);
    if (n)
        memcpy(s->span, s->bytes, n);
    s->bytes += n;
    s->left -= n;
    *bytes = s->span;
    *size = n;
}

static bool is_paused(void *user)
{
    const spans *s = user;

    return s->is_paused;
}

/* ---- One decode ------------------------------------------------------------- */

typedef struct request {
    size_t      row_bytes, total;
    bool        check_adler, fetches;
    png2bmp_cpu cpu;
} request;

typedef struct outcome {
    inflate_status status;
    bool           extra;
    size_t         size;
} outcome;

static inflate_status finish(inflater *z, spans *source, bool *extra)
{
    inflate_status status = inflate_finish(z, extra);

    while (status == INFLATE_STARVED && source->is_paused) {
        end_pause(source);
        status = inflate_finish(z, extra);
    }
    *extra = *extra || (status == INFLATE_OK && source->left > 0);
    return status;
}

static outcome decode(spans *source, const request *wanted)
{
    inflate_config config = {.source = {next_span, source, is_paused},
                             .total_bytes = wanted->total,
                             .longest_row = wanted->row_bytes,
                             .check_adler = wanted->check_adler,
                             .fetches = wanted->fetches,
                             .kernels = kernels_for(wanted->cpu)};
    inflater      *z = inflate_open(&config);
    outcome        o = {.status = INFLATE_OK};

    FUZZ_CHECK(z, "out of memory");
    while (o.status == INFLATE_OK && o.size < wanted->total) {
        const size_t   left = wanted->total - o.size;
        const size_t   row = left < wanted->row_bytes ? left : wanted->row_bytes;
        const size_t   most = 1 + next_random(source) % (left / row);
        const uint8_t *rows;
        size_t         count;

        inflate_fetch(z, out + o.size, most % 2);
        o.status = inflate_rows(z, row, most, &rows, &count);
        if (o.status == INFLATE_STARVED && source->is_paused) {
            FUZZ_CHECK(count == 0, "%zu rows", count);
            end_pause(source);
            o.status = INFLATE_OK;
            continue;
        }
        FUZZ_CHECK(count <= most && (count > 0) == (o.status == INFLATE_OK), "%zu rows", count);
        memcpy(out + o.size, rows, count * row);
        o.size += count * row;
    }
    if (o.status == INFLATE_OK)
        o.status = finish(z, source, &o.extra);
    inflate_close(z);
    free(source->span);
    return o;
}

static void check(const truth *t, const request *wanted, const outcome *o)
{
    if (!t->header_good) {
        FUZZ_CHECK(o->status == INFLATE_BAD_HEADER || o->status == INFLATE_STARVED, "status %d",
                   (int)o->status);
        return;
    }
    if (t->too_long) {
        /* The step that is too long may also find invalid data. */
        FUZZ_CHECK((o->status == INFLATE_OK && o->size == CAPACITY && o->extra) ||
                       o->status == INFLATE_BAD_DATA || o->status == INFLATE_STARVED,
                   "status %d", (int)o->status);
        return;
    }
    if (!t->data_good) {
        FUZZ_CHECK(o->status == INFLATE_BAD_DATA || o->status == INFLATE_STARVED, "status %d",
                   (int)o->status);
        return;
    }
    FUZZ_CHECK(memcmp(out, expected, o->size) == 0, "other bytes");
    if (wanted->total > t->size) {
        FUZZ_CHECK(o->status == INFLATE_SHORT, "status %d", (int)o->status);
        FUZZ_CHECK(t->size - o->size < wanted->row_bytes, "%zu of %zu bytes", o->size, t->size);
        return;
    }
    FUZZ_CHECK(o->size == wanted->total, "%zu of %zu bytes", o->size, wanted->total);
    if (wanted->total < t->size) {
        FUZZ_CHECK(o->status == INFLATE_OK && o->extra, "status %d", (int)o->status);
    } else if (wanted->check_adler) {
        FUZZ_CHECK((o->status == INFLATE_OK) == t->adler_good, "status %d, Adler-32 %s",
                   (int)o->status, t->adler_good ? "good" : "wrong");
        FUZZ_CHECK(o->status != INFLATE_OK || o->extra == t->more, "extra %d", o->extra);
    } else {
        FUZZ_CHECK(o->status == INFLATE_OK || o->status == INFLATE_STARVED, "status %d",
                   (int)o->status);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    request wanted;
    spans   source;
    truth   t;
    outcome o;

    if (size < HEAD)
        return 0;
    source = (spans){.bytes = data + HEAD,
                     .left = size - HEAD,
                     .kind = data[3] & 7,
                     .pauses = data[3] >> 3 & 3,
                     .random = data[2] * 0x01000193u};
    wanted = (request){.row_bytes = 1 + (data[0] | (size_t)data[1] << 8),
                       .check_adler = data[4] >> 3 & 1,
                       .fetches = data[4] >> 6 & 1,
                       .cpu = (png2bmp_cpu)((data[4] & 7) % PNG2BMP_CPU_COUNT)};
    t = ask_libdeflate(source.bytes, source.left);
    wanted.total = t.data_good && t.header_good ? t.size : CAPACITY;
    if (t.data_good && (data[4] & 0x10) && t.size > 0)
        wanted.total = t.size - 1 - data[2] % t.size;
    if (t.data_good && (data[4] & 0x20))
        wanted.total = t.size + 1 + data[2];
    o = decode(&source, &wanted);
    if (!(t.header_good && t.data_good && o.status == INFLATE_BAD_DATA &&
          zlib_refuses(data + HEAD, size - HEAD)))
        check(&t, &wanted, &o);
    return 0;
}
