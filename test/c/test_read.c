/* Files that are read: their end, and what becomes of those that shrink and grow meanwhile. */
#define _GNU_SOURCE /* mkstemp */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check.h"
#include "save/read.h"

#define LENGTH 300000

typedef struct sample {
    char name[32];
    int  fd;
} sample;

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 7 + i / 256);
}

static void write_bytes(const sample *to, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        const uint8_t byte = byte_at(i);

        if (pwrite(to->fd, &byte, 1, (off_t)i) != 1)
            abort();
    }
}

static sample make(size_t length)
{
    sample made = {.name = "/tmp/png2bmp-read-XXXXXX"};

    made.fd = mkstemp(made.name);
    if (made.fd < 0)
        abort();
    write_bytes(&made, 0, length);
    return made;
}

static void throw_away(const sample *made)
{
    close(made->fd);
    unlink(made->name);
}

static read_rules rules_for(const sample *of)
{
    return (read_rules){.directory = FILE_WORKING_DIRECTORY, .path = of->name, .most = UINT64_MAX};
}

static void check_bytes(const old_file *file, size_t size, const char *what)
{
    size_t same = 0;

    while (same < file->size && file->bytes[same] == byte_at(same))
        same++;
    check(file->ended, "%s: not at its end", what);
    check(file->size == size, "%s: %zu bytes, not %zu", what, file->size, size);
    check(same == file->size, "%s: byte %zu is another", what, same);
}

/* Reads `wanted` bytes, changes the file, and reads the rest. */
static void check_change(size_t length, size_t wanted, size_t cut, size_t grown, const char *what)
{
    const sample     made = make(length);
    const read_rules rules = rules_for(&made);
    old_file         file;

    check(!read_open(&file, &rules).code, "%s: cannot be opened", what);
    check(!read_until(&file, wanted).code, "%s: the beginning cannot be read", what);
    if (ftruncate(made.fd, (off_t)cut) != 0)
        abort();
    write_bytes(&made, cut, grown);
    check(!read_until(&file, READ_ALL).code, "%s: the rest cannot be read", what);
    check_bytes(&file, grown, what);
    read_close(&file);
    free(file.bytes);
    throw_away(&made);
}

static void check_most(uint64_t most, size_t grown, int code, const char *what)
{
    const sample made = make(5000);
    read_rules   rules = rules_for(&made);
    old_file     file;
    file_failure failed;

    rules.most = most;
    check(!read_open(&file, &rules).code, "%s: cannot be opened", what);
    write_bytes(&made, 5000, grown);
    failed = read_until(&file, READ_ALL);
    check(failed.code == code, "%s: code %d, not %d", what, failed.code, code);
    read_close(&file);
    read_close(&file);
    free(file.bytes);
    throw_away(&made);
}

/* The first 65536 bytes, then piece by piece in their place, while the file gets another length. */
static void check_pieces(size_t length, size_t grown, uint64_t most, int code, const char *what)
{
    const sample made = make(length);
    read_rules   rules = rules_for(&made);
    old_file     file;
    file_failure failed;
    size_t       all = 0;
    bool         same = true;

    rules.most = most;
    check(!read_open(&file, &rules).code, "%s: cannot be opened", what);
    failed = read_until(&file, 65536);
    if (ftruncate(made.fd, (off_t)smaller(length, grown)) != 0)
        abort();
    write_bytes(&made, length, grown);
    for (;;) {
        for (size_t i = 0; i < file.size; i++)
            same = same && file.bytes[i] == byte_at(all + i);
        all += file.size;
        if (failed.code || file.ended)
            break;
        failed = read_next(&file);
        check(file.capacity <= 65537, "%s: %zu bytes are held", what, file.capacity);
    }
    check(failed.code == code, "%s: code %d, not %d", what, failed.code, code);
    check(code || all == grown, "%s: %zu bytes, not %zu", what, all, grown);
    check(same, "%s: other bytes", what);
    read_close(&file);
    free(file.bytes);
    throw_away(&made);
}

static bool yes(void *user)
{
    (void)user;
    return true;
}

static void check_cancelled(void)
{
    int        ends[2];
    read_rules rules = {.most = UINT64_MAX, .cancelled = yes};
    old_file   file;

    if (pipe(ends) != 0)
        abort();
    rules.descriptor = ends[0];
    check(!read_open(&file, &rules).code, "a pipe: cannot be opened");
    check(read_until(&file, READ_ALL).code == ECANCELED, "a pipe without bytes: not cancelled");
    read_close(&file);
    check(close(ends[0]) == 0, "a descriptor of the caller was closed");
    close(ends[1]);
    free(file.bytes);
}

/* As in a program that was started without an input. */
static void check_descriptor_zero(void)
{
    const sample     made = make(10);
    const read_rules rules = rules_for(&made);
    const int        input = dup(STDIN_FILENO);
    old_file         file;

    close(STDIN_FILENO);
    check(!read_open(&file, &rules).code, "descriptor 0: cannot be opened");
    check(file.handle == 0, "another descriptor than 0 is opened");
    read_close(&file);
    check(fcntl(STDIN_FILENO, F_GETFD) == -1, "descriptor 0 is left open");
    if (input >= 0) {
        dup2(input, STDIN_FILENO);
        close(input);
    }
    free(file.bytes);
    throw_away(&made);
}

int main(void)
{
    check_change(0, 100, 0, 0, "an empty file");
    check_change(100, 100, 100, 100, "a short file");
    check_change(4096, 1, 4096, 4096, "a file of a page");
    check_change(LENGTH, 65536, LENGTH, LENGTH, "a file");
    check_change(LENGTH, 65536, 100000, 100000, "a file that shrinks");
    check_change(LENGTH, 65536, LENGTH, 2 * LENGTH, "a file that grows");
    check_change(65536, 65000, 65536, LENGTH, "a file that grows at its end");
    check_pieces(LENGTH, LENGTH, UINT64_MAX, 0, "a file in pieces");
    check_pieces(65536, 65536, UINT64_MAX, 0, "a file of one piece");
    check_pieces(4 * 65537, 4 * 65537, UINT64_MAX, 0, "a file of whole pieces");
    check_pieces(LENGTH, 100000, UINT64_MAX, 0, "a file in pieces that shrinks");
    check_pieces(LENGTH, 2 * LENGTH, UINT64_MAX, 0, "a file in pieces that grows");
    check_pieces(LENGTH, LENGTH, LENGTH, 0, "as many bytes in pieces as allowed");
    check_pieces(LENGTH, LENGTH + 1, LENGTH, EFBIG, "one byte more in pieces");
    check_most(5000, 5000, 0, "as many bytes as allowed");
    check_most(4999, 5000, EFBIG, "more bytes than allowed");
    check_most(5000, 5001, EFBIG, "a file that grows beyond what is allowed");
    check_cancelled();
    check_descriptor_zero();
    printf("%s: %d checks, %d failed\n", failures ? "not ok" : "ok", checks, failures);
    return failures != 0;
}
