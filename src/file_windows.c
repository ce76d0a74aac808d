#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define _CRT_RAND_S /* rand_s */
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

/* At most this much of the target's name is in the temporary one. */
#define NAME_CHARACTERS 80

#define MARK L".png2bmp-"

/* Ticks of 100 ns: a file that is older and not open is a leftover. */
#define LEFTOVER_TICKS (UINT64_C(3600) * 10000000)

struct new_file {
    file_rules rules;
    HANDLE     handle;
    wchar_t   *target;
    wchar_t   *temporary;
};

static const file_failure success = {0, NULL};
static const file_failure no_memory = {ENOMEM, NULL};

static file_failure failure(const char *syscall)
{
    static const struct {
        DWORD error;
        int   code;
    } known[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},
        {ERROR_ACCESS_DENIED, EPERM},
        {ERROR_SHARING_VIOLATION, EBUSY},
        {ERROR_LOCK_VIOLATION, EBUSY},
        {ERROR_DISK_FULL, ENOSPC},
        {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {ERROR_WRITE_PROTECT, EROFS},
        {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
        {ERROR_DIRECTORY, ENOTDIR},
        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_ALREADY_EXISTS, EEXIST},
        {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
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

static uint64_t ticks(FILETIME time)
{
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

/* Removes what killed processes left for this target. An open file is not shared, so being open is
 * its lock; a file that is just being renamed is young. */
static void sweep(const new_file *file, size_t directory, const wchar_t *pattern)
{
    WIN32_FIND_DATAW found;
    FILETIME         now;
    const HANDLE     search = FindFirstFileW(pattern, &found);

    if (search == INVALID_HANDLE_VALUE)
        return;
    GetSystemTimeAsFileTime(&now);
    do {
        const size_t size = directory + wcslen(found.cFileName) + 1;
        wchar_t     *path = malloc(size * sizeof *path);

        if (!path)
            break;
        swprintf(path, size, L"%.*ls%ls", (int)directory, file->target, found.cFileName);
        if (ticks(now) > ticks(found.ftLastWriteTime) + LEFTOVER_TICKS &&
            !(found.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)))
            DeleteFileW(path);
        free(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

/* Not half of a surrogate pair at the end of the name. */
static int short_length(const wchar_t *name)
{
    const size_t length = wcslen(name);

    if (length <= NAME_CHARACTERS)
        return (int)length;
    return IS_HIGH_SURROGATE(name[NAME_CHARACTERS - 1]) ? NAME_CHARACTERS - 1 : NAME_CHARACTERS;
}

/* ".NAME.png2bmp-HOST-PID-RANDOM", as elsewhere. CREATE_NEW does not follow a link of that name. */
static file_failure open_temporary(new_file *file)
{
    const wchar_t *name = name_of(file->target);
    const size_t   directory = (size_t)(name - file->target);
    const size_t   size = directory + NAME_CHARACTERS + MAX_COMPUTERNAME_LENGTH + sizeof MARK + 64;
    wchar_t        host[MAX_COMPUTERNAME_LENGTH + 1] = L"";
    DWORD          host_size = MAX_COMPUTERNAME_LENGTH + 1;
    unsigned       random[2] = {0};
    int            marked;

    file->temporary = malloc(size * sizeof *file->temporary);
    if (!file->temporary)
        return no_memory;
    GetComputerNameW(host, &host_size);
    rand_s(&random[0]);
    rand_s(&random[1]);
    marked = swprintf(file->temporary, size, L"%.*ls.%.*ls" MARK L"*", (int)directory, file->target,
                      short_length(name), name);
    sweep(file, directory, file->temporary);
    swprintf(file->temporary + marked - 1, size - (size_t)marked, L"%ls-%lu-%08x%08x", host,
             GetCurrentProcessId(), random[0], random[1]);
    file->handle = CreateFileW(file->temporary, GENERIC_WRITE, 0, NULL, CREATE_NEW,
                               FILE_ATTRIBUTE_NORMAL, NULL);
    return file->handle != INVALID_HANDLE_VALUE ? success : failure("open");
}

/* Whether the system accepts the name, checked before anything is converted. */
static bool is_too_long(const wchar_t *target, DWORD error)
{
    return error == ERROR_FILENAME_EXCED_RANGE || wcslen(name_of(target)) > 255;
}

static file_failure open_new_file(new_file *file, const char *path)
{
    DWORD attributes;

    file->target = wide(path);
    if (!file->target)
        return (file_failure){EINVAL, "open"};
    attributes = GetFileAttributesW(file->target);
    if (attributes == INVALID_FILE_ATTRIBUTES && is_too_long(file->target, GetLastError()))
        return (file_failure){ENAMETOOLONG, "open"};
    if (attributes != INVALID_FILE_ATTRIBUTES && file->rules.exclusive)
        return (file_failure){EEXIST, "open"};
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
        return (file_failure){EISDIR, "open"};
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_READONLY)
        return (file_failure){EPERM, "open"};
    return open_temporary(file);
}

file_failure file_open(new_file **file, const char *path, const file_rules *rules)
{
    file_failure failed;

    *file = calloc(1, sizeof **file);
    if (!*file)
        return no_memory;
    (*file)->handle = INVALID_HANDLE_VALUE;
    (*file)->rules = *rules;
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

/* Windows cannot sync a directory: WRITE_THROUGH waits for the new name. */
static DWORD move_flags(const file_rules *rules)
{
    return (rules->exclusive ? 0 : MOVEFILE_REPLACE_EXISTING) |
           (rules->sync ? MOVEFILE_WRITE_THROUGH : 0);
}

file_failure file_commit(new_file *file)
{
    file_failure failed = success;

    if (file->rules.sync && !FlushFileBuffers(file->handle))
        failed = failure("fsync");
    close_handle(file);
    if (!failed.code && !MoveFileExW(file->temporary, file->target, move_flags(&file->rules)))
        failed = failure("rename");
    if (failed.code)
        DeleteFileW(file->temporary);
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

void file_error_text(int code, char *text, size_t size)
{
    strerror_s(text, size, code);
}

#endif
