/*
 * The benchmark in C: every peer on the same files, in one process, taking
 * turns round by round.
 *
 *     native --mode warm|cold --seconds S --rounds N --peers a,b,c file.png...
 *
 * warm: the BMP goes to the same memory every time, and freed memory stays with
 *       the process.
 * cold: the BMP goes to memory fresh from the system every time, and so does
 *       whatever large scratch a peer allocates.
 *
 * Prints one line of JSON per file: nanoseconds of processor time per conversion (minimum and
 * median over the rounds), page faults and peak memory of one conversion.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* RUSAGE_THREAD, mallopt */
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "peers.h"
#include "streams.h"

enum {
    MAX_RUNNERS = 16,
    MAX_ROUNDS = 1000
};

typedef struct settings {
    bool        cold;
    double      seconds; /* for one file, all peers together */
    size_t      rounds;  /* at most */
    const char *peers;   /* names with commas, NULL: all */
} settings;

typedef struct job {
    uint8_t    *png;
    size_t      png_size;
    size_t      bmp_size;
    zlib_stream stream;
    uint8_t    *target; /* what warm runs write to: large enough for all */
} job;

/* A conversion or an inflater: what takes turns. */
typedef struct runner {
    const peer         *peer;
    const inflate_peer *inflater;
    size_t              repeats; /* conversions per sample: short ones are timed in bulk */
    size_t              samples;
    double              ns[MAX_ROUNDS];
    long                faults;
    long                peak_kib;
} runner;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "bench: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
    exit(1);
}

static void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        fail("out of memory", NULL);
    return memory;
}

static double clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Processor time, user and system, of this thread (there are no others). On a machine with other
 * load, wall-clock time would punish programs that take longer than a time slice. */
static double now_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* glibc: with 0 mappings everything stays in the heap, which is never returned to the system;
 * otherwise every block of 64 KiB and more is mapped anew, and unmapped by free. */
static void set_memory_policy(bool cold)
{
    if (cold) {
        mallopt(M_MMAP_THRESHOLD, 64 << 10);
        mallopt(M_TRIM_THRESHOLD, 64 << 10);
    } else {
        mallopt(M_MMAP_MAX, 0);
        mallopt(M_TRIM_THRESHOLD, -1);
        mallopt(M_TOP_PAD, 64 << 20);
    }
}

/* ---- One turn ------------------------------------------------------------ */

/* Room for what any conversion or inflater writes. */
static size_t largest_output(const job *work)
{
    return work->stream.scanline_bytes > work->bmp_size ? work->stream.scanline_bytes
                                                        : work->bmp_size;
}

static size_t output_size(const runner *one, const job *work)
{
    return one->inflater ? largest_output(work) : work->bmp_size;
}

/* Returns memory for the caller to free after the clock has stopped. */
static uint8_t *convert_once(const runner *one, const job *work, uint8_t *target)
{
    if (one->inflater)
        return one->inflater->inflate(&work->stream, target) ? target : NULL;
    return one->peer->convert(work->png, work->png_size, target, work->bmp_size);
}

static bool take_turn(const runner *one, const job *work, bool cold)
{
    uint8_t *target = cold ? allocate(output_size(one, work)) : work->target;
    uint8_t *result = convert_once(one, work, target);
    if (result != target)
        free(result);
    if (cold)
        free(target);
    return result != NULL;
}

static double sample(const runner *one, const job *work, bool cold)
{
    double start = now_ns();
    for (size_t i = 0; i < one->repeats; i++)
        take_turn(one, work, cold);
    return (now_ns() - start) / (double)one->repeats;
}

/* ---- Memory -------------------------------------------------------------- */

static long status_kib(const char *field)
{
    char  line[256];
    long  value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, field, strlen(field)) == 0)
            value = strtol(line + strlen(field) + 1, NULL, 10);
    }
    fclose(file);
    return value;
}

/* Writing 5 resets the peak of resident memory to its current value: proc(5), /proc/pid/clear_refs.
 */
static void reset_peak(void)
{
    int file = open("/proc/self/clear_refs", O_WRONLY);
    if (file < 0)
        return;
    if (write(file, "5", 1) != 1)
        fprintf(stderr, "bench: the peak of memory cannot be reset\n");
    close(file);
}

static void measure_memory(runner *one, const job *work, bool cold)
{
    struct rusage before, after;
    malloc_trim(0);
    reset_peak();
    long resident = status_kib("VmRSS:");
    getrusage(RUSAGE_THREAD, &before);
    take_turn(one, work, cold);
    getrusage(RUSAGE_THREAD, &after);
    one->faults = after.ru_minflt - before.ru_minflt;
    one->peak_kib = status_kib("VmHWM:") - resident;
}

/* ---- All turns on one file ----------------------------------------------- */

static bool selected(const char *list, const char *name)
{
    size_t length = strlen(name);
    if (!list)
        return true;
    for (const char *at = list; *at; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    }
    return false;
}

static size_t choose_runners(runner *runners, const settings *set)
{
    size_t count = 0;
    for (size_t i = 0; i < peer_count; i++) {
        if (selected(set->peers, peers[i].name))
            runners[count++] = (runner){.peer = &peers[i]};
    }
    for (size_t i = 0; i < inflate_peer_count; i++) {
        if (selected(set->peers, inflate_peers[i].name))
            runners[count++] = (runner){.inflater = &inflate_peers[i]};
    }
    return count;
}

static const char *runner_name(const runner *one)
{
    return one->inflater ? one->inflater->name : one->peer->name;
}

/* The first turn is not counted; it determines how many repeats fill 300 us, and whether this peer
 * can read the file at all. */
static size_t warm_up(runner *runners, size_t count, const job *work, bool cold)
{
    size_t able = 0;
    for (size_t i = 0; i < count; i++) {
        if (!take_turn(&runners[i], work, cold)) {
            fprintf(stderr, "bench: %s cannot read this file\n", runner_name(&runners[i]));
            continue;
        }
        runners[able] = runners[i];
        runners[able].repeats = 1;
        double once = sample(&runners[able], work, cold);
        runners[able].repeats = once < 300e3 ? (size_t)(300e3 / once) + 1 : 1;
        able++;
    }
    return able;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A new order for each round: a peer that always followed the same other one would always find the
 * same data in the caches. Numerical Recipes' generator, so the orders are the same in each run. */
static void shuffle(runner **order, size_t count, uint32_t *state)
{
    for (size_t left = count; left > 1; left--) {
        *state = *state * 1664525 + 1013904223;
        size_t  pick = (size_t)((uint64_t)*state * left >> 32);
        runner *picked = order[pick];
        order[pick] = order[left - 1];
        order[left - 1] = picked;
    }
}

static void take_turns(runner *runners, size_t count, const job *work, const settings *set)
{
    runner  *order[MAX_RUNNERS];
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++)
        order[i] = &runners[i];
    double end = clock_ns(CLOCK_MONOTONIC) + set->seconds * 1e9;
    for (size_t round = 0; round < set->rounds && (round < 3 || clock_ns(CLOCK_MONOTONIC) < end);
         round++) {
        shuffle(order, count, &state);
        for (size_t i = 0; i < count; i++)
            order[i]->ns[order[i]->samples++] = sample(order[i], work, set->cold);
    }
}

static void print_runner(runner *one, bool last)
{
    qsort(one->ns, one->samples, sizeof *one->ns, by_value);
    printf("\"%s\":{\"min\":%.0f,\"median\":%.0f,\"rounds\":%zu,\"faults\":%ld,\"peakKiB\":%ld}%s",
           runner_name(one), one->ns[0], one->ns[one->samples / 2], one->samples, one->faults,
           one->peak_kib, last ? "" : ",");
}

static void measure(const char *name, const job *work, const settings *set)
{
    static runner runners[MAX_RUNNERS];
    size_t        count = choose_runners(runners, set);
    count = warm_up(runners, count, work, set->cold);
    take_turns(runners, count, work, set);
    for (size_t i = 0; i < count; i++)
        measure_memory(&runners[i], work, set->cold);

    printf("{\"file\":\"%s\",\"bmpBytes\":%zu,\"peers\":{", name, work->bmp_size);
    for (size_t i = 0; i < count; i++)
        print_runner(&runners[i], i + 1 == count);
    printf("}}\n");
    fflush(stdout);
}

/* ---- Equal results ------------------------------------------------------- */

/* Some peers round 16-bit samples, others truncate them. */
static int tolerance(const job *work)
{
    return work->png[24] == 16 ? 1 : 0;
}

static void compare_peer(const peer *one, const job *work, const uint8_t *expected)
{
    uint8_t *target = allocate(work->bmp_size);
    uint8_t *result = one->convert(work->png, work->png_size, target, work->bmp_size);
    int      worst = 0;
    for (size_t i = 54; result && i < work->bmp_size; i++) {
        int difference = abs(result[i] - expected[i]);
        worst = difference > worst ? difference : worst;
    }
    if (worst > tolerance(work))
        fprintf(stderr, "bench: %s gives other pixels than png2bmp\n", one->name);
    if (result != target)
        free(result);
    free(target);
}

/* A fast wrong result is worthless: first, all peers must agree. */
static void compare_all(const job *work, const settings *set)
{
    const peer *ours = find_peer("png2bmp-drop", strlen("png2bmp-drop"));
    uint8_t    *expected = allocate(work->bmp_size);
    if (!ours->convert(work->png, work->png_size, expected, work->bmp_size))
        fail("png2bmp cannot read this file", NULL);
    for (size_t i = 0; i < peer_count; i++) {
        if (strncmp(peers[i].name, "png2bmp", 7) != 0 && selected(set->peers, peers[i].name))
            compare_peer(&peers[i], work, expected);
    }
    free(expected);
}

/* ---- Files --------------------------------------------------------------- */

static void read_file(const char *path, job *work)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail("cannot read", path);
    fseek(file, 0, SEEK_END);
    work->png_size = (size_t)ftell(file);
    rewind(file);
    work->png = allocate(work->png_size);
    if (fread(work->png, 1, work->png_size, file) != work->png_size)
        fail("cannot read", path);
    fclose(file);
}

static void run_file(const char *path, const settings *set)
{
    job work;
    read_file(path, &work);
    work.bmp_size = bmp24_size(work.png, work.png_size);
    if (!stream_open(&work.stream, work.png, work.png_size, work.bmp_size))
        fail("cannot take apart", path);
    size_t largest = largest_output(&work);
    work.target = allocate(largest);
    memset(work.target, 0, largest);
    compare_all(&work, set);
    measure(path, &work, set);
    free(work.target);
    stream_close(&work.stream);
    free(work.png);
}

static int read_settings(int argc, char **argv, settings *set)
{
    int at = 1;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        const char *value = argv[at + 1];
        if (strcmp(argv[at], "--mode") == 0)
            set->cold = strcmp(value, "cold") == 0;
        else if (strcmp(argv[at], "--seconds") == 0)
            set->seconds = strtod(value, NULL);
        else if (strcmp(argv[at], "--rounds") == 0)
            set->rounds = strtoul(value, NULL, 10);
        else if (strcmp(argv[at], "--peers") == 0)
            set->peers = value;
        else
            fail("unknown option", argv[at]);
    }
    if (set->rounds < 1 || set->rounds > MAX_ROUNDS)
        fail("--rounds is out of range", NULL);
    return at;
}

int main(int argc, char **argv)
{
    settings set = {.seconds = 1, .rounds = 15};
    int      at = read_settings(argc, argv, &set);
    set_memory_policy(set.cold);
    for (; at < argc; at++)
        run_file(argv[at], &set);
    return 0;
}
