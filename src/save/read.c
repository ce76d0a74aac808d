/* How much of a file is read at a time, and into which memory. */
#include "read.h"

#include <stdlib.h>

/* Small enough to be cancelled soon, and so large that the number of calls costs nothing. */
#define PIECE_BYTES ((size_t)16 << 20)

#define LEAST_CAPACITY 4096

/* How many bytes there will be in all, as far as it is known. */
static uint64_t expected_size(const old_file *file, size_t wanted)
{
    if (file->is_regular)
        return file->length < wanted ? file->length : wanted;
    return wanted == READ_ALL ? 0 : wanted;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Memory for one byte more than expected, so that a read which does not get it shows the end. */
static bool make_room(old_file *file, size_t wanted)
{
    const uint64_t expected = expected_size(file, wanted);
    size_t         capacity;
    uint8_t       *bytes;

    if (file->size < file->capacity && expected < file->capacity)
        return true;
    if (expected >= SIZE_MAX || file->size > SIZE_MAX / 2)
        return false;
    capacity = larger(larger((size_t)expected + 1, 2 * file->size), LEAST_CAPACITY);
    bytes = realloc(file->bytes, capacity);
    if (!bytes)
        return false;
    file->bytes = bytes;
    file->capacity = capacity;
    return true;
}

static file_failure read_piece(old_file *file)
{
    const size_t room = file->capacity - file->size;
    const size_t asked = room < PIECE_BYTES ? room : PIECE_BYTES;
    size_t       got = 0;
    file_failure failed = read_some(file, file->bytes + file->size, asked, &got);

    if (failed.code)
        return failed;
    file->size += got;
    if (file->passed + file->size > file->rules.most)
        return (file_failure){EFBIG, "read"};
    /* Network file systems may give less than was asked for in the middle of a file: the end is
     * believed at once only where it was expected. */
    file->ended =
        got == 0 || (got < asked && file->is_regular && file->passed + file->size == file->length);
    return success;
}

static bool is_cancelled(const old_file *file)
{
    return file->rules.cancelled && file->rules.cancelled(file->rules.user);
}

file_failure read_until(old_file *file, size_t wanted)
{
    if (file->is_regular && file->length > file->rules.most)
        return (file_failure){EFBIG, "read"};
    while (!file->ended && file->size < wanted) {
        file_failure failed;

        if (file->size > 0 && is_cancelled(file))
            return (file_failure){ECANCELED, "read"};
        if (!make_room(file, wanted))
            return no_memory;
        failed = read_piece(file);
        if (failed.code)
            return failed;
    }
    return success;
}

file_failure read_next(old_file *file)
{
    if (is_cancelled(file))
        return (file_failure){ECANCELED, "read"};
    file->passed += file->size;
    file->size = 0;
    return read_piece(file);
}
