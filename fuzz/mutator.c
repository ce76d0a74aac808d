/*
 * The custom mutator of the PNG targets. It takes a file apart into chunks, changes
 * chunks, header fields or scanlines, and puts it together again, most of the time
 * with the right CRCs and Adler-32, so that mutations reach the pixels.
 */
#include "mutator.h"

#include "../test/c/png_writer.h"
#include "fuzz.h"

#define below mutator_below

enum {
    MAX_CHUNKS = 64,
    MAX_SCANLINES = 1 << 19,
    MAX_FILE = 1 << 20
};

typedef struct chunk {
    char     type[4];
    uint8_t *data; /* malloc'ed */
    size_t   size;
} chunk;

typedef struct picture {
    chunk    chunks[MAX_CHUNKS];
    unsigned count;
} picture;

/* ---- Parsing ---------------------------------------------------------------- */

static bool insert(picture *p, unsigned at, const char *type, const void *data, size_t size)
{
    chunk c = {.data = fuzz_alloc(size), .size = size};

    if (p->count == MAX_CHUNKS) {
        free(c.data);
        return false;
    }
    memcpy(c.type, type, 4);
    if (size)
        memcpy(c.data, data, size);
    memmove(p->chunks + at + 1, p->chunks + at, (p->count - at) * sizeof c);
    p->chunks[at] = c;
    p->count++;
    return true;
}

static void erase(picture *p, unsigned at)
{
    free(p->chunks[at].data);
    p->count--;
    memmove(p->chunks + at, p->chunks + at + 1, (p->count - at) * sizeof *p->chunks);
}

static void parse(picture *p, const uint8_t *bytes, size_t size)
{
    size_t at = 8;

    while (at + 8 <= size) {
        size_t length = load_be32(bytes + at);

        if (length > size - at - 8)
            length = size - at - 8;
        if (!insert(p, p->count, (const char *)bytes + at + 4, bytes + at + 8, length))
            return;
        at += 8 + length + 4;
    }
}

static void release(picture *p)
{
    while (p->count > 0)
        erase(p, p->count - 1);
}

/* ---- Writing ---------------------------------------------------------------- */

static byte_buffer serialise(const picture *p)
{
    byte_buffer out = {.bytes = NULL};

    put_signature(&out);
    for (unsigned i = 0; i < p->count; i++) {
        const chunk *c = &p->chunks[i];
        const size_t at = out.size;

        put_chunk(&out, c->type, c->data, c->size);
        if (below(40) == 0)
            out.bytes[out.size - 1 - below(4)] ^= (uint8_t)(1u << below(8));
        if (below(100) == 0)
            store32(out.bytes + at,
                    below(2) ? (uint32_t)c->size + below(9) - 4 : below(1u << 31) << below(2));
    }
    if (below(50) == 0)
        out.size -= below((uint32_t)(out.size < 300 ? out.size : 300));
    return out;
}

/* ---- Chunks ----------------------------------------------------------------- */

static int find(const picture *p, const char *type)
{
    for (unsigned i = 0; i < p->count; i++) {
        if (memcmp(p->chunks[i].type, type, 4) == 0)
            return (int)i;
    }
    return -1;
}

static void mutate_data(picture *p)
{
    chunk *c = &p->chunks[below(p->count)];
    size_t room = c->size + 64;

    c->data = realloc(c->data, room);
    c->size = LLVMFuzzerMutate(c->data, c->size, below(2) && c->size ? c->size : room);
}

static void move_chunk(picture *p)
{
    const unsigned from = below(p->count), to = below(p->count);
    const chunk    c = p->chunks[from];

    p->chunks[from] = p->chunks[to];
    p->chunks[to] = c;
}

static void duplicate_chunk(picture *p)
{
    const chunk c = p->chunks[below(p->count)];

    insert(p, below(p->count + 1), c.type, c.data, c.size);
}

static void remove_chunk(picture *p)
{
    if (p->count > 1)
        erase(p, below(p->count));
}

static void rename_chunk(picture *p)
{
    chunk *c = &p->chunks[below(p->count)];

    if (below(2))
        c->type[below(4)] ^= 0x20; /* ancillary, private, reserved, safe to copy */
    else
        c->type[below(4)] = (char)below(256);
}

static void add_chunk(picture *p)
{
    static const char *const types[] = {"tRNS", "PLTE", "pHYs", "tEXt", "IDAT", "IEND",
                                        "iCCP", "acTL", "fdAT", "gAMA", "sBIT", "bKGD",
                                        "ABCD", "CgBI", "eXIf", "cICP", "sRGB", "cHRM"};
    static const size_t      sizes[] = {0, 1, 2, 3, 6, 9, 48, 256, 768, 771};
    uint8_t                  data[800];
    size_t                   size = sizes[below(sizeof sizes / sizeof *sizes)];
    const char              *type = types[below(sizeof types / sizeof *types)];
    const int                idat = find(p, "IDAT");

    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)below(256);
    if (memcmp(type, "pHYs", 4) == 0) {
        size = 9;
        data[0] &= 0x81;
        data[8] &= 1;
    }
    if (idat >= 0 && below(4))
        insert(p, (unsigned)idat, type, data, size);
    else
        insert(p, below(p->count + 1), type, data, size);
}

/* ---- Header ----------------------------------------------------------------- */

static uint32_t random_side(void)
{
    switch (below(8)) {
    case 0:
        return 100 + below(900);
    case 1:
        return below(2) ? 1 : 0x7fffffff - below(2);
    case 2:
    case 3:
        return 20 + below(80);
    default:
        return 1 + below(20);
    }
}

static void mutate_header(picture *p)
{
    static const uint8_t kinds[15][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
                                         {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
                                         {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
    const int            at = find(p, "IHDR");
    const uint8_t       *kind = kinds[below(15)];
    uint8_t             *ihdr;

    if (at < 0 || p->chunks[at].size != 13)
        return;
    ihdr = p->chunks[at].data;
    switch (below(8)) {
    case 0:
        store32(ihdr, random_side());
        break;
    case 1:
        store32(ihdr + 4, random_side());
        break;
    case 2:
        ihdr[12] ^= 1;
        break;
    case 3:
        ihdr[below(13)] = (uint8_t)below(256);
        break;
    default:
        ihdr[8] = kind[1];
        ihdr[9] = kind[0];
        if (kind[0] == 3 && find(p, "PLTE") < 0) {
            uint8_t palette[768];

            for (unsigned i = 0; i < sizeof palette; i++)
                palette[i] = (uint8_t)below(256);
            insert(p, (unsigned)at + 1, "PLTE", palette, 3 * (1 + below(256)));
        }
        break;
    }
}

static bool read_header(const picture *p, png2bmp_png_info *info)
{
    const int      at = find(p, "IHDR");
    const uint8_t *ihdr;

    memset(info, 0, sizeof *info);
    if (at < 0 || p->chunks[at].size < 13)
        return false;
    ihdr = p->chunks[at].data;
    info->width = load_be32(ihdr);
    info->height = load_be32(ihdr + 4);
    info->bit_depth = ihdr[8];
    info->color_type = (png2bmp_color_type)ihdr[9];
    info->interlaced = ihdr[12] & 1;
    return info->width - 1 < 100000 && info->height - 1 < 100000 && info->bit_depth > 0 &&
           info->bit_depth <= 16 && ihdr[9] <= 6 && ihdr[9] != 1 && ihdr[9] != 5;
}

/* ---- Scanlines -------------------------------------------------------------- */

/* Removes all IDATs; *at is where the first was. */
static byte_buffer take_stream(picture *p, unsigned *at)
{
    byte_buffer stream = {.bytes = NULL};
    int         i = find(p, "IDAT");

    *at = i < 0 ? p->count : (unsigned)i;
    for (; i >= 0; i = find(p, "IDAT")) {
        put_bytes(&stream, p->chunks[i].data, p->chunks[i].size);
        erase(p, (unsigned)i);
    }
    return stream;
}

static void put_stream(picture *p, unsigned at, const uint8_t *stream, size_t size)
{
    unsigned pieces = below(3) ? 1 : 1 + below(6);

    while (pieces-- > 0) {
        const size_t n = pieces == 0 ? size : below((uint32_t)size + 1);

        insert(p, at++, "IDAT", stream, n);
        stream += n;
        size -= n;
    }
}

static size_t expand(const byte_buffer *stream, uint8_t *scanlines)
{
    static struct libdeflate_decompressor *decompressor;
    size_t                                 consumed, produced;

    if (!decompressor)
        decompressor = libdeflate_alloc_decompressor();
    if (stream->size < 6 || libdeflate_deflate_decompress_ex(
                                decompressor, stream->bytes + 2, stream->size - 2, scanlines,
                                MAX_SCANLINES, &consumed, &produced) != LIBDEFLATE_SUCCESS)
        return 0;
    return produced;
}

static void change_bytes(uint8_t *scanlines, size_t size)
{
    const size_t at = below((uint32_t)size), left = size - at;
    const size_t n = 1 + below((uint32_t)(left < 400 ? left : 400));

    switch (below(4)) {
    case 0:
        memset(scanlines + at, (int)below(256), n);
        break;
    case 1:
        for (size_t i = 0; i < n; i++)
            scanlines[at + i] = (uint8_t)below(256);
        break;
    case 2: /* a repetition, as of rows */
        for (size_t i = 0; i < n && at + n + i < size; i++)
            scanlines[at + n + i] = scanlines[at + i];
        break;
    default:
        LLVMFuzzerMutate(scanlines + at, n, n);
        break;
    }
}

/* Brings the scanlines to the size that the header requires, with valid filters. */
static size_t fit(uint8_t *scanlines, size_t size, const png2bmp_png_info *info)
{
    const uint64_t wanted = png_all_scanlines_bytes(info);

    if (wanted > MAX_SCANLINES)
        return size;
    while (size < wanted) {
        scanlines[size] =
            size > 100 && below(8) ? scanlines[size - 1 - below(100)] : (uint8_t)below(256);
        size++;
    }
    fit_filters(scanlines, info);
    return (size_t)wanted;
}

static void mutate_scanlines(picture *p)
{
    static uint8_t   scanlines[MAX_SCANLINES];
    static const int levels[] = {0, 1, 1, 6, 12};
    png2bmp_png_info info;
    unsigned         at;
    byte_buffer      stream = take_stream(p, &at), compressed;
    size_t           size = expand(&stream, scanlines);

    if (size > 0)
        for (unsigned i = below(4); i > 0; i--)
            change_bytes(scanlines, size);
    if (below(10) && read_header(p, &info)) {
        size = fit(scanlines, size, &info);
        if (below(16) == 0 && size > 0)
            scanlines[0] = (uint8_t)below(7);
    }
    if (below(40) == 0)
        size = below((uint32_t)size + 1);
    compressed = zlib_stream(scanlines, size, levels[below(5)]);
    if (below(40) == 0)
        compressed.bytes[compressed.size - 1 - below(4)] ^= 1;
    if (below(40) == 0)
        put_bytes(&compressed, "more", 1 + below(4));
    put_stream(p, at, compressed.bytes, compressed.size);
    free(stream.bytes);
    free(compressed.bytes);
}

static void mutate_stream(picture *p)
{
    unsigned    at;
    byte_buffer stream = take_stream(p, &at);

    put_bytes(&stream, "\0\0\0\0\0\0\0\0", 8);
    stream.size -= 8;
    stream.size = mutate_zlib(stream.bytes, stream.size, stream.capacity);
    put_stream(p, at, stream.bytes, stream.size);
    free(stream.bytes);
}

static void mutate(picture *p)
{
    switch (below(12)) {
    case 0:
        mutate_data(p);
        break;
    case 1:
        move_chunk(p);
        break;
    case 2:
        duplicate_chunk(p);
        break;
    case 3:
        remove_chunk(p);
        break;
    case 4:
        rename_chunk(p);
        break;
    case 5:
    case 6:
        add_chunk(p);
        break;
    case 7:
        mutate_stream(p);
        break;
    case 8:
    case 9:
        mutate_header(p);
        mutate_scanlines(p);
        break;
    default:
        mutate_scanlines(p);
        break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    picture     p = {.count = 0};
    byte_buffer out;

    mutator_seed(seed);
    if (size >= mutator_head && below(4) == 0) {
        LLVMFuzzerMutate(data, mutator_head, mutator_head);
        if (below(2))
            return size;
    }
    if (size < mutator_head + 16 || below(16) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    parse(&p, data + mutator_head, size - mutator_head);
    for (unsigned i = 1 + below(3); i > 0 && p.count > 0; i--)
        mutate(&p);
    out = serialise(&p);
    release(&p);
    if (out.size > max_size - mutator_head) {
        free(out.bytes);
        return LLVMFuzzerMutate(data, size, max_size);
    }
    memcpy(data + mutator_head, out.bytes, out.size);
    size = mutator_head + out.size;
    free(out.bytes);
    return size;
}
