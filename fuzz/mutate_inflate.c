/* The custom mutator of fuzz_inflate: five bytes of settings, then a zlib stream. */
#include "fuzz.h"
#include "mutator.h"

#define HEAD 5

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    mutator_seed(seed);
    if (size <= HEAD || max_size <= HEAD + 16 || mutator_below(4) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (mutator_below(4) == 0)
        LLVMFuzzerMutate(data, HEAD, HEAD);
    return HEAD + mutate_zlib(data + HEAD, size - HEAD, max_size - HEAD);
}
