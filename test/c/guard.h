/* Buffers between inaccessible pages: touching a byte too far ends the test. Needs _GNU_SOURCE
 * (MAP_ANONYMOUS). */
#ifndef PNG2BMP_TEST_GUARD_H
#define PNG2BMP_TEST_GUARD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct guarded {
    uint8_t *pages; /* readable part: `size` bytes, guarded on both sides */
    size_t   size;
} guarded;

#if defined(__wasm__)

/* WebAssembly cannot make memory inaccessible: patterns on both sides show what was written there.
 */
enum {
    GUARD_BYTES = 4096,
    GUARD_FILL = 0xa5
};

static inline guarded guarded_make(size_t at_least)
{
    guarded  g = {.size = (at_least + GUARD_BYTES - 1) / GUARD_BYTES * GUARD_BYTES};
    uint8_t *all = malloc(g.size + 2 * GUARD_BYTES);

    if (!all)
        exit(2);
    for (size_t i = 0; i < g.size + 2 * GUARD_BYTES; i++)
        all[i] = GUARD_FILL;
    g.pages = all + GUARD_BYTES;
    return g;
}

static inline bool guarded_is_intact(const guarded *g)
{
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        if (g->pages[-1 - (ptrdiff_t)i] != GUARD_FILL || g->pages[g->size + i] != GUARD_FILL)
            return false;
    }
    return true;
}

#else

#include <sys/mman.h>
#include <unistd.h>

static inline guarded guarded_make(size_t at_least)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    guarded      g = {.size = (at_least + page - 1) / page * page};
    uint8_t     *all = mmap(NULL, g.size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED || mprotect(all + page, g.size, PROT_READ | PROT_WRITE) != 0) {
        perror("mmap");
        exit(2);
    }
    g.pages = all + page;
    return g;
}

/* Only reached if nothing outside was touched. */
static inline bool guarded_is_intact(const guarded *g)
{
    (void)g;
    return true;
}

#endif

/* n bytes against the page after or before them. */
static inline uint8_t *guarded_place(const guarded *g, size_t n, bool at_end)
{
    return at_end ? g->pages + g->size - n : g->pages;
}

#endif
