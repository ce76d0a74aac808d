#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define _CRT_RAND_S /* rand_s */
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#include "read.h"

/* At most this much of the target's name is in the temporary one. */
#define NAME_CHARACTERS 80

#define MARK L".png2bmp-"

/* The system accepts 32767 characters, with the prefix of a long path and the current directory. */
#define LONGEST_TARGET 32000
#define LONGEST_NAME 255

/* How long a rename is tried again, and the pause between two tries. */
#define RENAME_PATIENCE_MS 1000
#define RENAME_PAUSE_MS 10

/* Ticks of 100 ns: a file that is older and not open is a leftover. */
#define LEFTOVER_TICKS (UINT64_C(3600) * 10000000)

struct new_file {
    file_rules rules;
    HANDLE     handle;
    wchar_t   *target;
    wchar_t   *temporary; /* NULL: the target is a device, written in place */
};

static file_failure failure(const char *syscall)
{
    static const struct {
        DWORD error;
        int   code;
    } known[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},
        {ERROR_BAD_PATHNAME, ENOENT},
        {ERROR_INVALID_DRIVE, ENOENT},
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

/* ---- Paths -------------------------------------------------------------------- */

static wchar_t *wide(const char *utf8)
{
    const int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);
    wchar_t  *text = length > 0 ? malloc((size_t)length * sizeof *text) : NULL;

    if (text)
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, text, length);
    return text;
}

static bool begins_with(const wchar_t *path, const wchar_t *start)
{
    return wcsncmp(path, start, wcslen(start)) == 0;
}

/* Frees the path and gives it with a prefix that allows more than 260 characters: the system then
 * uses the path as it is, so it must be a full one. Devices get no prefix. */
static wchar_t *with_prefix(wchar_t *path)
{
    const bool     is_share = begins_with(path, L"\\\\");
    const wchar_t *prefix = is_share ? L"\\\\?\\UNC\\" : L"\\\\?\\";
    const wchar_t *rest = is_share ? path + 2 : path;
    const size_t   size = wcslen(prefix) + wcslen(rest) + 1;
    wchar_t       *prefixed;

    if (begins_with(path, L"\\\\?\\") || begins_with(path, L"\\\\.\\"))
        return path;
    prefixed = malloc(size * sizeof *prefixed);
    if (prefixed)
        swprintf(prefixed, size, L"%ls%ls", prefix, rest);
    free(path);
    return prefixed;
}

/* An absolute path, with a prefix. NULL: no memory. */
static wchar_t *full_path(const wchar_t *path)
{
    const DWORD size = GetFullPathNameW(path, 0, NULL, NULL) + 1;
    wchar_t    *full = malloc(size * sizeof *full);
    const DWORD length = full ? GetFullPathNameW(path, size, full, NULL) : 0;

    if (length > 0 && length < size)
        return with_prefix(full);
    free(full);
    return NULL;
}

/* The path of an open file, without links. NULL: no memory. */
static wchar_t *path_of(HANDLE handle)
{
    const DWORD size = GetFinalPathNameByHandleW(handle, NULL, 0, FILE_NAME_NORMALIZED) + 1;
    wchar_t    *path = malloc(size * sizeof *path);
    const DWORD length =
        path ? GetFinalPathNameByHandleW(handle, path, size, FILE_NAME_NORMALIZED) : 0;

    if (length > 0 && length < size)
        return path;
    free(path);
    return NULL;
}

/* Replaces the target by what it points to. */
static file_failure follow(new_file *file)
{
    const DWORD  share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const HANDLE handle =
        CreateFileW(file->target, 0, share, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    wchar_t *path;

    if (handle == INVALID_HANDLE_VALUE)
        return failure("open");
    path = path_of(handle);
    CloseHandle(handle);
    if (!path)
        return no_memory;
    free(file->target);
    file->target = path;
    return success;
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

/* ---- The temporary file -------------------------------------------------------- */

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

/* ---- The target -------------------------------------------------------------- */

static bool is_device(const wchar_t *target)
{
    return begins_with(target, L"\\\\.\\");
}

/* "NUL", "CON", or the name of a pipe. */
static file_failure open_device(new_file *file)
{
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE;

    if (file->rules.exclusive)
        return (file_failure){EEXIST, "open"};
    file->handle = CreateFileW(file->target, GENERIC_WRITE, share, NULL, OPEN_EXISTING, 0, NULL);
    return file->handle != INVALID_HANDLE_VALUE ? success : failure("open");
}

/* Whether the system accepts the path, checked before anything is converted. */
static bool is_too_long(const wchar_t *path)
{
    return wcslen(path) > LONGEST_TARGET || wcslen(name_of(path)) > LONGEST_NAME;
}

/* Checks a target that does not exist. */
static file_failure check_new(const wchar_t *target)
{
    if (GetLastError() == ERROR_FILENAME_EXCED_RANGE)
        return (file_failure){ENAMETOOLONG, "open"};
    return *name_of(target) ? success : (file_failure){EISDIR, "open"};
}

/* Checks a target that exists. */
static file_failure check_old(DWORD attributes)
{
    if (attributes & FILE_ATTRIBUTE_DIRECTORY)
        return (file_failure){EISDIR, "open"};
    if (attributes & FILE_ATTRIBUTE_READONLY)
        return (file_failure){EPERM, "open"};
    return success;
}

/* A symbolic link is kept, and what it points to is replaced. */
static file_failure find_target(new_file *file)
{
    const DWORD  attributes = GetFileAttributesW(file->target);
    file_failure failed;

    if (attributes == INVALID_FILE_ATTRIBUTES)
        return check_new(file->target);
    if (file->rules.exclusive)
        return (file_failure){EEXIST, "open"};
    if (!(attributes & FILE_ATTRIBUTE_REPARSE_POINT))
        return check_old(attributes);
    failed = follow(file);
    return failed.code ? failed : check_old(GetFileAttributesW(file->target));
}

/* A full path, with a prefix, from malloc. */
static file_failure system_path(wchar_t **full, const char *path)
{
    wchar_t *given = wide(path);

    if (!given)
        return (file_failure){EINVAL, "open"};
    if (is_too_long(given)) {
        free(given);
        return (file_failure){ENAMETOOLONG, "open"};
    }
    *full = full_path(given);
    free(given);
    return *full ? success : no_memory;
}

static file_failure open_new_file(new_file *file, const char *path)
{
    file_failure failed = system_path(&file->target, path);

    if (failed.code)
        return failed;
    if (is_device(file->target))
        return open_device(file);
    failed = find_target(file);
    return failed.code ? failed : open_temporary(file);
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
    return !file->temporary;
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

static bool is_in_use(DWORD error)
{
    return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION ||
           error == ERROR_LOCK_VIOLATION;
}

/* One at a time in this process: two saves of one file would make each other fail. */
static bool move(const wchar_t *from, const wchar_t *to, DWORD flags)
{
    static SRWLOCK lock = SRWLOCK_INIT;
    bool           moved;

    AcquireSRWLockExclusive(&lock);
    moved = MoveFileExW(from, to, flags);
    ReleaseSRWLockExclusive(&lock);
    return moved;
}

/* The system refuses while another process has the old file open: a virus scanner, another save. */
static file_failure take_name(const new_file *file)
{
    const ULONGLONG end = GetTickCount64() + RENAME_PATIENCE_MS;

    while (!move(file->temporary, file->target, move_flags(&file->rules))) {
        if (!is_in_use(GetLastError()) || GetTickCount64() > end)
            return failure("rename");
        Sleep(RENAME_PAUSE_MS);
    }
    return success;
}

file_failure file_commit(new_file *file)
{
    file_failure failed = success;

    if (file->rules.sync && file->temporary && !FlushFileBuffers(file->handle))
        failed = failure("fsync");
    close_handle(file);
    if (!failed.code && file->temporary)
        failed = take_name(file);
    if (failed.code && file->temporary)
        DeleteFileW(file->temporary);
    free_file(file);
    return failed;
}

void file_discard(new_file *file)
{
    const bool made = file->handle != INVALID_HANDLE_VALUE && file->temporary;

    close_handle(file);
    if (made)
        DeleteFileW(file->temporary);
    free_file(file);
}

/* ---- Reading ------------------------------------------------------------------- */

/* Directories are opened, too, so that they can be told from files that may not be read. */
file_failure read_open(old_file *file, const read_rules *rules)
{
    const DWORD                share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    wchar_t                   *path = NULL;
    HANDLE                     handle;
    BY_HANDLE_FILE_INFORMATION info;
    file_failure               failed = success;

    *file = (old_file){.rules = *rules, .handle = -1};
    failed = system_path(&path, rules->path);
    if (failed.code)
        return failed;
    handle = CreateFileW(path, GENERIC_READ, share, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS,
                         NULL);
    if (handle == INVALID_HANDLE_VALUE)
        failed = failure("open");
    free(path);
    file->handle = (intptr_t)handle;
    if (failed.code || GetFileType(handle) != FILE_TYPE_DISK)
        return failed;
    if (!GetFileInformationByHandle(handle, &info))
        return failure("fstat");
    if (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
        return (file_failure){EISDIR, "read"};
    file->is_regular = true;
    file->length = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    return success;
}

file_failure read_some(old_file *file, uint8_t *into, size_t size, size_t *got)
{
    DWORD count = 0;

    if (ReadFile((HANDLE)file->handle, into, (DWORD)size, &count, NULL) ||
        GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_HANDLE_EOF) {
        *got = count;
        return success;
    }
    return failure("read");
}

void read_close(old_file *file)
{
    if (file->handle != -1)
        CloseHandle((HANDLE)file->handle);
    file->handle = -1;
}

/* ---- Errors -------------------------------------------------------------------- */

void file_error_text(int code, char *text, size_t size)
{
    strerror_s(text, size, code);
}

#endif
