/*
 * What the CPU's cache has to do with the memory of the BMP. A store to a line that is not in the
 * cache waits until the line has been read from memory, and a BMP is written completely. Two ways
 * around that: to have the lines fetched while the inflater decodes, which leaves memory alone; or,
 * where more is written than is decoded, not to read them. Measured: docs/notes/cache.md.
 */
#ifndef PNG2BMP_CACHE_H
#define PNG2BMP_CACHE_H

#include "base/opaque.h"

/* A BMP of fewer bytes is written as if its memory were in the cache. */
#define CACHE_CONCERNS_FROM (128u * 1024)

/* Whether the inflater fetches the lines of the next rows (inflate_fetch). */
bool cache_is_fetched(const png2bmp_plan *plan);

/* Whether rows could be written past the cache, and whether they are. */
bool cache_may_be_bypassed(const png2bmp_plan *plan);
bool cache_is_bypassed(const png2bmp_plan *plan);

#endif
