/*
 * malloc, free, calloc and realloc for what a conversion has: a few blocks, most of them large.
 * Those of wasi-libc would be 12 KB, a twentieth of the file.
 *
 * Free blocks are a list by address, in which neighbours are one block. Memory only grows, and
 * nobody else lets it grow.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536u
#define MOST_PAGES 65535u /* so that the end of the last one is a number of 32 bits */

typedef struct block {
    size_t        size; /* with this header: a multiple of it */
    struct block *next; /* of a free block */
    size_t        unused[2];
} block;

extern uint8_t __heap_base; /* from the linker: where the memory begins that nothing has yet */

static block  before_all; /* it is before the heap, and has no bytes */
static size_t heap_end;   /* 0 at first */

/* Without `no_builtin`, the compiler might make of a function's code a call of that function. */
#define BY_ITSELF __attribute__((no_builtin))

/* V8 calls C for each memory.copy and memory.fill, which for a few bytes takes longer than these
 * do. Up to so many bytes are copied in pieces. */
#define SMALL 64

typedef uint64_t eight __attribute__((aligned(1), may_alias));
typedef uint32_t four __attribute__((aligned(1), may_alias));

BY_ITSELF void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t       *d = to;
    const uint8_t *s = from;

    if (size > SMALL)
        return __builtin_memcpy(to, from, size);
    if (size >= 8) {
        for (size_t i = 0; i + 8 < size; i += 8)
            *(eight *)(d + i) = *(const eight *)(s + i);
        *(eight *)(d + size - 8) = *(const eight *)(s + size - 8);
    } else if (size >= 4) {
        const uint32_t last = *(const four *)(s + size - 4);

        *(four *)d = *(const four *)s;
        *(four *)(d + size - 4) = last;
    } else {
        for (size_t i = 0; i < size; i++)
            d[i] = s[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    return __builtin_memmove(to, from, size);
}

BY_ITSELF void *memset(void *to, int value, size_t size)
{
    const uint64_t pattern = (uint8_t)value * UINT64_C(0x0101010101010101);
    uint8_t       *d = to;

    if (size > SMALL)
        return __builtin_memset(to, value, size);
    if (size >= 8) {
        for (size_t i = 0; i + 8 < size; i += 8)
            *(eight *)(d + i) = pattern;
        *(eight *)(d + size - 8) = pattern;
    } else {
        for (size_t i = 0; i < size; i++)
            d[i] = (uint8_t)value;
    }
    return to;
}

/* Makes one of a block and its successor in the list, if nothing is between them. */
static void join(block *b)
{
    block *const next = b->next;

    if ((uint8_t *)b + b->size != (uint8_t *)next)
        return;
    b->size += next->size;
    b->next = next->next;
}

void free(void *memory)
{
    block *const b = memory == NULL ? NULL : (block *)memory - 1;
    block       *before = &before_all;

    if (b == NULL)
        return;
    while (before->next != NULL && before->next < b)
        before = before->next;
    b->next = before->next;
    before->next = b;
    join(b);
    join(before);
}

/* The predecessor of the smallest free block that has `size` bytes; NULL: there is none. */
static block *find(size_t size)
{
    block *found = NULL;

    for (block *b = &before_all; b->next != NULL; b = b->next) {
        if (b->next->size >= size && (found == NULL || b->next->size < found->next->size))
            found = b;
    }
    return found;
}

/* How many bytes are free where the heap ends. */
static size_t free_at_end(void)
{
    const block *b = &before_all;

    while (b->next != NULL)
        b = b->next;
    return (size_t)b + b->size == heap_end ? b->size : 0;
}

/* Lets the memory grow, which at first has some bytes left, until a block of `size` bytes is free
 * where it ends. */
static bool grow(size_t size)
{
    const size_t has = __builtin_wasm_memory_size(0);
    const size_t available = free_at_end() + has * PAGE - heap_end;
    const size_t pages = size > available ? (size - available + PAGE - 1) / PAGE : 0;
    block *const b = (block *)heap_end;

    if (pages > MOST_PAGES - has || __builtin_wasm_memory_grow(0, pages) == SIZE_MAX)
        return false;
    heap_end = (has + pages) * PAGE;
    b->size = heap_end - (size_t)b;
    free(b + 1);
    return true;
}

BY_ITSELF void *malloc(size_t size)
{
    const size_t whole = (size + 2 * sizeof(block) - 1) / sizeof(block) * sizeof(block);
    block       *before, *b;

    if (size > PTRDIFF_MAX)
        return NULL;
    if (heap_end == 0)
        heap_end = ((size_t)&__heap_base + sizeof(block) - 1) / sizeof(block) * sizeof(block);
    before = find(whole);
    if (before == NULL && grow(whole))
        before = find(whole);
    if (before == NULL)
        return NULL;
    b = before->next;
    before->next = b->next;
    if (b->size > whole) {
        block *const rest = (block *)((uint8_t *)b + whole);

        rest->size = b->size - whole;
        rest->next = before->next;
        before->next = rest;
        b->size = whole;
    }
    return b + 1;
}

BY_ITSELF void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void  *memory = __builtin_mul_overflow(count, size, &bytes) ? NULL : malloc(bytes);

    return memory == NULL ? NULL : memset(memory, 0, bytes);
}

BY_ITSELF void *realloc(void *memory, size_t size)
{
    const size_t has = memory == NULL ? 0 : ((block *)memory - 1)->size - sizeof(block);
    void        *moved;

    if (memory != NULL && size <= has)
        return memory;
    moved = malloc(size);
    if (moved == NULL || memory == NULL)
        return moved;
    memcpy(moved, memory, has);
    free(memory);
    return moved;
}
