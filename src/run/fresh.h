/*
 * Memory that the system has not provided yet: the first store to each of its pages is a page
 * fault. Providing many pages with one call takes a quarter less time (docs/notes/cache.md). Only
 * time depends on any of this.
 */
#ifndef PNG2BMP_FRESH_H
#define PNG2BMP_FRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__linux__)
#define FRESH_IS_KNOWN 1
#else
#define FRESH_IS_KNOWN 0
#endif

/* Whether the memory, which will be written completely, seems to be fresh. Two of its bytes are
 * written. Elsewhere than on Linux: false. */
bool fresh_is(uint8_t *start, size_t size);

/* Provides the pages of memory that is about to be written. */
void fresh_provide(uint8_t *start, size_t size);

#endif
