/* Huge pages for large outputs. */
#ifndef ADDON_PAGES_H
#define ADDON_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tells the system that `size` bytes from `start` on, which have not been touched yet, are about to
 * be written completely. A hint: nothing depends on it. */
void pages_prefer_huge(uint8_t *start, size_t size);

/* Whether the memory has been used before: writing it does not make the system provide pages. Of a
 * large block three pages are looked at. False where the system cannot tell. */
bool pages_are_present(uint8_t *start, size_t size);

/* The first address in the memory where a huge page can start; `start` if none fits, or if there
 * are none. */
uint8_t *pages_huge_start(uint8_t *start, size_t size);

#endif
