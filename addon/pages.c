#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise, mincore */
#endif
#include "pages.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

static bool is_present(uint8_t *at, uintptr_t page)
{
    unsigned char present = 0;

    return mincore(at - ((uintptr_t)at & (page - 1)), 1, &present) == 0 && (present & 1);
}

bool pages_are_present(uint8_t *start, size_t size)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    return size > 0 && is_present(start, page) && is_present(start + size / 2, page) &&
           is_present(start + size - 1, page);
}
#else
bool pages_are_present(uint8_t *start, size_t size)
{
    (void)start;
    (void)size;
    return false;
}
#endif

/*
 * A fresh Buffer costs a page fault for each of its pages: with pages of 4 KiB that takes longer
 * than undoing the filters. Huge pages are only requested where they are completely inside the
 * Buffer, so no memory around it becomes resident. Interleaved in one process, fresh Buffers,
 * median of 24: 24 MB from an RGBA photo 46.8 ms against 55.7 ms, 7 MB from an RGB photo 11.3
 * against 12.1.
 */
#if defined(__linux__) && defined(MADV_HUGEPAGE)
#define HUGE_PAGE ((uintptr_t)2 << 20)

uint8_t *pages_huge_start(uint8_t *start, size_t size)
{
    const size_t skip = (size_t)(-(uintptr_t)start & (HUGE_PAGE - 1));

    return skip < size && size - skip >= HUGE_PAGE ? start + skip : start;
}

void pages_prefer_huge(uint8_t *start, size_t size)
{
    const uintptr_t first = ((uintptr_t)start + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    const uintptr_t end = ((uintptr_t)start + size) & ~(HUGE_PAGE - 1);

    if (end > first)
        madvise(start + (first - (uintptr_t)start), end - first, MADV_HUGEPAGE);
}
#else
uint8_t *pages_huge_start(uint8_t *start, size_t size)
{
    (void)size;
    return start;
}

void pages_prefer_huge(uint8_t *start, size_t size)
{
    (void)start;
    (void)size;
}
#endif
