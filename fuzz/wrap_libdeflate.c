/*
 * Linked in between (ld --wrap), because libdeflate is not instrumented: otherwise sanitizers would
 * neither see what its checksums read nor that its results are initialised.
 */
#include <libdeflate.h>

#include "fuzz.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

/* The names that ld generates. */
#define REAL(function) __real_libdeflate_##function
#define WRAP(function) __wrap_libdeflate_##function

uint32_t REAL(crc32)(uint32_t crc, const void *bytes, size_t size);
uint32_t WRAP(crc32)(uint32_t crc, const void *bytes, size_t size);
uint32_t REAL(adler32)(uint32_t adler, const void *bytes, size_t size);
uint32_t WRAP(adler32)(uint32_t adler, const void *bytes, size_t size);
size_t   REAL(zlib_compress)(struct libdeflate_compressor *c, const void *in, size_t in_size,
                           void *out, size_t out_size);
size_t   WRAP(zlib_compress)(struct libdeflate_compressor *c, const void *in, size_t in_size,
                           void *out, size_t out_size);

static void before(const void *bytes, size_t size)
{
#if __has_feature(address_sanitizer)
    FUZZ_CHECK(!size || !__asan_region_is_poisoned((void *)(uintptr_t)bytes, size),
               "libdeflate is given bytes that are not ours");
#elif FUZZ_MSAN
    __msan_check_mem_is_initialized(bytes, size);
#else
    (void)bytes;
    (void)size;
#endif
}

static void set(void *bytes, size_t size)
{
#if FUZZ_MSAN
    __msan_unpoison(bytes, size);
#else
    (void)bytes;
    (void)size;
#endif
}

uint32_t WRAP(crc32)(uint32_t crc, const void *bytes, size_t size)
{
    before(bytes, size);
    crc = REAL(crc32)(crc, bytes, size);
    set(&crc, sizeof crc);
    return crc;
}

uint32_t WRAP(adler32)(uint32_t adler, const void *bytes, size_t size)
{
    before(bytes, size);
    adler = REAL(adler32)(adler, bytes, size);
    set(&adler, sizeof adler);
    return adler;
}

size_t WRAP(zlib_compress)(struct libdeflate_compressor *c, const void *in, size_t in_size,
                           void *out, size_t out_size)
{
    size_t size;

    before(in, in_size);
    size = REAL(zlib_compress)(c, in, in_size, out, out_size);
    set(&size, sizeof size);
    set(out, size);
    return size;
}
