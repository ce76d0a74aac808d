/* Huge pages for large outputs. */
#ifndef ADDON_PAGES_H
#define ADDON_PAGES_H

#include <stddef.h>
#include <stdint.h>

/* Tells the system that `size` bytes from `start` on, which nobody has touched yet,
 * are about to be written from end to end. A hint: nothing depends on it. */
void pages_prefer_huge(uint8_t *start, size_t size);

/* The first place in the memory where a huge page can begin; `start` where none fits, or where
 * there are none. */
uint8_t *pages_huge_start(uint8_t *start, size_t size);

#endif
