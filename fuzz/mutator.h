/* Mutations that understand PNGs and zlib streams. */
#ifndef PNG2BMP_FUZZ_MUTATOR_H
#define PNG2BMP_FUZZ_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own mutations; LLVMFuzzerMutate exists only if libFuzzer is linked. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* The bytes of an input before its PNG; each target that has the mutator defines it. */
extern const size_t mutator_head;

/* Numbers for the choices of one mutation. */
void     mutator_seed(unsigned seed);
uint32_t mutator_below(uint32_t n);

/* Changes a zlib stream of `size` bytes in place, to at most `capacity` bytes: its
 * bits, or the bytes it encodes, which are compressed again. Most of the time the
 * Adler-32 is right afterwards. Returns the new size. */
size_t mutate_zlib(uint8_t *stream, size_t size, size_t capacity);

#endif
