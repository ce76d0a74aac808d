/* Buffers between pages that nobody may touch: a byte too far ends the test. Needs _GNU_SOURCE
 * (MAP_ANONYMOUS). */
#ifndef PNG2BMP_TEST_GUARD_H
#define PNG2BMP_TEST_GUARD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct guarded {
    uint8_t *pages; /* readable part: `size` bytes, an inaccessible page on both sides */
    size_t   size;
} guarded;

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

/* n bytes against the page behind or before them. */
static inline uint8_t *guarded_place(const guarded *g, size_t n, bool at_end)
{
    return at_end ? g->pages + g->size - n : g->pages;
}

#endif
