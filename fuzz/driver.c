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

/* Of first inputs there are many, which take checkers minutes: with ONE_IN=3 in the environment
 * every third takes part. */
static unsigned long steps_in(const char *path)
{
    const char         *wanted = getenv("ONE_IN");
    const unsigned long step = wanted && strstr(path, "/seeds/") ? strtoul(wanted, NULL, 10) : 1;

    if (step == 0) {
        fputs("ONE_IN is not a number above 0\n", stderr);
        exit(2);
    }
    return step;
}

static void run_directory(const char *path)
{
    const unsigned long step = steps_in(path);
    struct dirent     **entries;
    const int           count = scandir(path, &entries, NULL, alphasort);
    char                name[4096];

    if (count < 0) {
        perror(path);
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.' && (unsigned long)i % step == 0) {
            snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
            run_file(name);
        }
        free(entries[i]);
    }
    free(entries);
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
