/*
 * Runs a fuzz target over files, without libFuzzer: regressions in CI, corpora under
 * other sanitizers and for coverage.
 *
 *     driver FILE|DIRECTORY...
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static unsigned long runs;

static void run_file(const char *path)
{
    FILE    *file = fopen(path, "rb");
    uint8_t *bytes;
    long     size;

    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET)) {
        perror(path);
        exit(2);
    }
    bytes = fuzz_alloc((size_t)size);
    if (fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(2);
    }
    fclose(file);
    if (getenv("FUZZ_VERBOSE"))
        fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    runs++;
}

static void run_directory(const char *path)
{
    DIR           *directory = opendir(path);
    struct dirent *entry;
    char           name[4096];

    if (!directory) {
        perror(path);
        exit(2);
    }
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        run_file(name);
    }
    closedir(directory);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat s;

        if (stat(argv[i], &s)) {
            perror(argv[i]);
            return 2;
        }
        (S_ISDIR(s.st_mode) ? run_directory : run_file)(argv[i]);
    }
    printf("%lu inputs: no promise broken\n", runs);
    return 0;
}
