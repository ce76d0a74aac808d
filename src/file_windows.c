#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

/* So many saves of one target may run at the same time. */
#define SLOTS 64

/* See file_posix.c. A path may be longer, a name may not. */
#define NAME_CHARACTERS 200

struct new_file {
    HANDLE   handle;
    wchar_t *target;
    wchar_t *temporary;
};

static const file_failure success = {0, NULL};
static const file_failure no_memory = {ENOMEM, NULL};

static file_failure failure(const char *syscall)
{
    static const struct {
        DWORD error;
        int   code;
    } known[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},    {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},      {ERROR_ACCESS_DENIED, EPERM},
        {ERROR_SHARING_VIOLATION, EBUSY},  {ERROR_LOCK_VIOLATION, EBUSY},
        {ERROR_DISK_FULL, ENOSPC},         {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {ERROR_WRITE_PROTECT, EROFS},      {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM}, {ERROR_DIRECTORY, ENOTDIR},
    };
    const DWORD error = GetLastError();

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].error == error)
            return (file_failure){known[i].code, syscall};
    }
    return (file_failure){EIO, syscall};
}

static wchar_t *wide(const char *utf8)
{
    const int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);
    wchar_t  *text = length > 0 ? malloc((size_t)length * sizeof *text) : NULL;

    if (text)
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, text, length);
    return text;
}

static const wchar_t *name_of(const wchar_t *path)
{
    const wchar_t *name = path;

    for (const wchar_t *p = path; *p; p++) {
        if (*p == L'/' || *p == L'\\' || *p == L':')
            name = p + 1;
    }
    return name;
}

/* Without sharing, an open file is its own lock; a leftover is written over. */
static HANDLE take_slot(const wchar_t *path)
{
    return CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
}

static file_failure open_temporary(new_file *file)
{
    const wchar_t *name = name_of(file->target);
    const size_t   directory = (size_t)(name - file->target);
    const size_t   size = directory + NAME_CHARACTERS + sizeof "..png2bmp-00";

    file->temporary = malloc(size * sizeof *file->temporary);
    if (!file->temporary)
        return no_memory;
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        swprintf(file->temporary, size, L"%.*ls.%.*ls.png2bmp-%u", (int)directory, file->target,
                 NAME_CHARACTERS, name, slot);
        file->handle = take_slot(file->temporary);
        if (file->handle != INVALID_HANDLE_VALUE)
            return success;
        if (GetLastError() != ERROR_SHARING_VIOLATION)
            break;
    }
    return failure("open");
}

static file_failure open_new_file(new_file *file, const char *path)
{
    DWORD attributes;

    file->target = wide(path);
    if (!file->target)
        return (file_failure){EINVAL, "open"};
    attributes = GetFileAttributesW(file->target);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
        return (file_failure){EISDIR, "open"};
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_READONLY)
        return (file_failure){EPERM, "open"};
    return open_temporary(file);
}

file_failure file_open(new_file **file, const char *path)
{
    file_failure failed;

    *file = calloc(1, sizeof **file);
    if (!*file)
        return no_memory;
    (*file)->handle = INVALID_HANDLE_VALUE;
    failed = open_new_file(*file, path);
    if (failed.code) {
        file_discard(*file);
        *file = NULL;
    }
    return failed;
}

bool file_is_sequential(const new_file *file)
{
    (void)file;
    return false;
}

file_failure file_write(new_file *file, const void *bytes, size_t size, uint64_t offset)
{
    const char *p = bytes;

    while (size > 0) {
        OVERLAPPED  at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
        const DWORD part = size < 1u << 30 ? (DWORD)size : 1u << 30;
        DWORD       n = 0;

        if (!WriteFile(file->handle, p, part, &n, &at))
            return failure("write");
        p += n;
        size -= n;
        offset += n;
    }
    return success;
}

static void free_file(new_file *file)
{
    free(file->target);
    free(file->temporary);
    free(file);
}

static void close_handle(new_file *file)
{
    if (file->handle != INVALID_HANDLE_VALUE)
        CloseHandle(file->handle);
    file->handle = INVALID_HANDLE_VALUE;
}

file_failure file_commit(new_file *file)
{
    file_failure failed = success;

    close_handle(file);
    if (!MoveFileExW(file->temporary, file->target, MOVEFILE_REPLACE_EXISTING)) {
        failed = failure("rename");
        DeleteFileW(file->temporary);
    }
    free_file(file);
    return failed;
}

void file_discard(new_file *file)
{
    const bool made = file->handle != INVALID_HANDLE_VALUE;

    close_handle(file);
    if (made)
        DeleteFileW(file->temporary);
    free_file(file);
}
#endif
