/*
 * Linked in between (ld --wrap): libdeflate is not instrumented, so the sanitizers
 * neither see what its checksums read nor that their result is set.
 */
#include <libdeflate.h>

#include "fuzz.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

uint32_t __real_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size);
uint32_t __real_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size);

static void before(const void *bytes, size_t size)
{
#if __has_feature(address_sanitizer)
    FUZZ_CHECK(!size || !__asan_region_is_poisoned((void *)(uintptr_t)bytes, size),
               "a checksum of bytes that are not ours");
#elif FUZZ_MSAN
    __msan_check_mem_is_initialized(bytes, size);
#else
    (void)bytes;
    (void)size;
#endif
}

static uint32_t after(uint32_t sum)
{
#if FUZZ_MSAN
    __msan_unpoison(&sum, sizeof sum);
#endif
    return sum;
}

uint32_t __wrap_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size)
{
    before(bytes, size);
    return after(__real_libdeflate_crc32(crc, bytes, size));
}

uint32_t __wrap_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size)
{
    before(bytes, size);
    return after(__real_libdeflate_adler32(adler, bytes, size));
}
