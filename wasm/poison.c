/* In the build for tests (npm run build:wasm -- --poison): memory of malloc is never that of an
 * earlier conversion, nor zeros, so that a byte that nobody has written is seen. */
#ifdef PNG2BMP_POISON
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    void *const memory = __real_malloc(size);

    return memory ? memset(memory, 0xb7, size) : NULL;
}
#endif
