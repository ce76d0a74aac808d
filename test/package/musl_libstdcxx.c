/*
 * Debian has no libstdc++ for musl, which Bun for musl needs a little of. Debian's static
 * one, made for glibc, will do for that much: these are the names of glibc it asks for.
 */
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/random.h>

char          __libc_single_threaded = 0;
uint32_t      arc4random(void);
unsigned long __getauxval(unsigned long type);
int           _dl_find_object(void *address, void *result);

uint32_t arc4random(void)
{
    uint32_t number = 0;

    (void)!getrandom(&number, sizeof number, 0);
    return number;
}

/* On arm64, to choose between two kinds of atomic instructions. */
unsigned long __getauxval(unsigned long type)
{
    return getauxval(type);
}

/* "Not found": the unwinder then asks dl_iterate_phdr. */
int _dl_find_object(void *address, void *result)
{
    (void)address;
    (void)result;
    return -1;
}
