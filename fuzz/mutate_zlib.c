#include <libdeflate.h>

#include "fuzz.h"
#include "mutator.h"

static uint64_t random_state = 1;

void mutator_seed(unsigned seed)
{
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

uint32_t mutator_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 20) % n);
}

enum {
    MAX_PLAIN = 1 << 19
};

static uint8_t plain[MAX_PLAIN];

/* False: not deflate data, or too long. */
static bool inflate(const uint8_t *stream, size_t size, size_t *consumed, size_t *produced)
{
    static struct libdeflate_decompressor *decompressor;

    if (!decompressor)
        decompressor = libdeflate_alloc_decompressor();
    return size > 2 &&
           libdeflate_deflate_decompress_ex(decompressor, stream + 2, size - 2, plain, MAX_PLAIN,
                                            consumed, produced) == LIBDEFLATE_SUCCESS;
}

/* Appends the correct Adler-32, if the data can be decoded. */
static size_t repair(uint8_t *stream, size_t size, size_t capacity)
{
    size_t   consumed, produced, end;
    uint32_t adler;

    if (!inflate(stream, size, &consumed, &produced) || 2 + consumed + 4 > capacity)
        return size;
    adler = libdeflate_adler32(1, plain, produced);
    end = 2 + consumed;
    for (unsigned i = 0; i < 4; i++)
        stream[end + i] = (uint8_t)(adler >> (24 - 8 * i));
    return end + 4 > size ? end + 4 : size;
}

static size_t compress_plain(uint8_t *stream, size_t capacity, size_t produced)
{
    static struct libdeflate_compressor *compressors[4];
    static const int                     levels[4] = {0, 1, 6, 9};
    const unsigned                       i = mutator_below(4);

    if (!compressors[i])
        compressors[i] = libdeflate_alloc_compressor(levels[i]);
    return libdeflate_zlib_compress(compressors[i], plain, produced, stream, capacity);
}

/* A run of one byte, a repeated piece, or libFuzzer's own mutation, somewhere in the bytes. */
static size_t mutate_plain(size_t size)
{
    const size_t at = mutator_below((uint32_t)size + 1);
    const size_t window = 1 + mutator_below(300);
    size_t       n = size - at < window ? size - at : window;

    switch (mutator_below(5)) {
    case 0:
        memset(plain + at, (int)mutator_below(256), n);
        return size;
    case 1:
        for (size_t i = 0; i < n; i++)
            plain[at + i] = (uint8_t)mutator_below(256);
        return size;
    case 2: /* longer, by repeating bytes before it */
        n = 1 + mutator_below(40000);
        if (size == 0 || n > MAX_PLAIN - size)
            return size;
        for (size_t i = 0; i < n; i++)
            plain[size + i] = plain[i % (at + 1 < size ? at + 1 : size)];
        return size + n;
    case 3:
        return at;
    default:
        if (n > 0)
            LLVMFuzzerMutate(plain + at, n, n);
        return size;
    }
}

size_t mutate_zlib(uint8_t *stream, size_t size, size_t capacity)
{
    size_t consumed, produced, compressed;

    if (mutator_below(2) && inflate(stream, size, &consumed, &produced)) {
        compressed = compress_plain(stream, capacity, mutate_plain(produced));
        if (compressed)
            return compressed;
        return size;
    }
    size = LLVMFuzzerMutate(stream, size, capacity);
    return mutator_below(16) ? repair(stream, size, capacity) : size;
}
