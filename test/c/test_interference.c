/*
 * Input that changes while it is converted: between plan and run, inside the checksum calls (which
 * the linker replaces, --wrap), and from a second thread. The result may be a BMP or an error.
 * There must be no access outside of input or output, which end at inaccessible pages, no byte
 * written to the input, and no effect on the next conversion.
 *
 *     test_interference [--seconds N] [--seed N]
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/opaque.h"
#include "check.h"
#include "guard.h"
#include "make_png.h"

enum {
    MAX_WIDTH = 300,
    MAX_HEIGHT = 120,
    INPUT_BYTES = 1 << 19,
    OUTPUT_BYTES = 1 << 18,
    THREAD_RUNS = 30,
    STALE = 0x5a
};

static guarded input_pages, output_pages;
static uint8_t stale[OUTPUT_BYTES];

/* ---- What happens to the input ------------------------------------------------- */

/* The second thread has random numbers of its own. */
typedef struct changer {
    volatile uint8_t *bytes; /* the input */
    const uint8_t    *original;
    size_t            size;
    uint64_t          random;
} changer;

static uint32_t next(changer *c, size_t n)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return (uint32_t)((c->random >> 16) % n);
}

static void restore(changer *c)
{
    for (size_t i = 0; i < c->size; i++)
        c->bytes[i] = c->original[i];
}

/* The offset of a random chunk's length field in the original. */
static size_t random_chunk(changer *c)
{
    size_t at = 8, wanted = next(c, 12);

    while (wanted-- > 0) {
        const uint8_t *p = c->original + at;
        const size_t   length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

        if (at + 12 + length + 12 > c->size)
            break;
        at += 12 + length;
    }
    return at;
}

static void change(changer *c)
{
    static const uint8_t numbers[][4] = {{0, 0, 0, 0},
                                         {0, 0, 0, 1},
                                         {0, 0, 1, 0},
                                         {0, 1, 0, 0},
                                         {0x7f, 0xff, 0xff, 0xff},
                                         {0xff, 0xff, 0xff, 0xff}};
    const size_t         at = next(c, c->size), left = c->size - at;
    const size_t         count = 1 + next(c, left < 40 ? left : 40);

    switch (next(c, 6)) {
    case 0: /* a number at the start of a chunk: its length, its type, in IHDR the sides */
    {
        const size_t   chunk = random_chunk(c) + 4 * next(c, 4);
        const uint8_t *number = numbers[next(c, sizeof numbers / sizeof numbers[0])];

        for (size_t i = 0; i < 4 && chunk + i < c->size; i++)
            c->bytes[chunk + i] = number[i];
        break;
    }
    case 1: { /* bytes from another place */
        const size_t from = next(c, c->size - count + 1);

        for (size_t i = 0; i < count; i++)
            c->bytes[at + i] = c->original[from + i];
        break;
    }
    case 2:
        for (size_t i = 0; i < count; i++)
            c->bytes[at + i] = (uint8_t)next(c, 256);
        break;
    case 3:
        c->bytes[at] ^= (uint8_t)(1u << next(c, 8));
        break;
    default:
        c->bytes[at] = c->original[at];
        break;
    }
}

/* ---- Inside the checksum calls --------------------------------------------------- */

static changer *in_checksums; /* NULL: nothing happens there */

static void interfere(void)
{
    if (!in_checksums)
        return;
    if (next(in_checksums, 8) == 0)
        restore(in_checksums);
    for (unsigned n = next(in_checksums, 3); n > 0; n--)
        change(in_checksums);
}

uint32_t __real_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_crc32(uint32_t crc, const void *bytes, size_t size)
{
    interfere();
    crc = __real_libdeflate_crc32(crc, bytes, size);
    interfere();
    return crc;
}

uint32_t __real_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size);
uint32_t __wrap_libdeflate_adler32(uint32_t adler, const void *bytes, size_t size)
{
    interfere();
    adler = __real_libdeflate_adler32(adler, bytes, size);
    interfere();
    return adler;
}

/* ---- Conversions ------------------------------------------------------------------- */

static unsigned conversions, converted;

static png2bmp_options random_options(void)
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    options.format = (png2bmp_format)random_below(PNG2BMP_FORMAT_COUNT);
    options.alpha = (png2bmp_alpha)random_below(PNG2BMP_ALPHA_COUNT);
    options.depth16 = (png2bmp_depth16)random_below(PNG2BMP_DEPTH16_COUNT);
    options.dither = (png2bmp_dither)random_below(PNG2BMP_DITHER_COUNT);
    options.cpu = (png2bmp_cpu)random_below(PNG2BMP_CPU_COUNT);
    options.top_down = random_below(2);
    options.strict = random_below(8) == 0;
    options.ignore_checksums = random_below(2);
    options.profile = (png2bmp_profile)random_below(PNG2BMP_PROFILE_COUNT);
    options.max_pixels = 1u << 17;
    return options;
}

/* Runs a plan into the output pages, which end or start with the BMP. */
static png2bmp_status run(const png2bmp_plan *plan, const changer *c, uint8_t **bmp,
                          png2bmp_report *report)
{
    const size_t   size = (size_t)plan->bmp.byte_length;
    const bool     at_end = random_below(2);
    png2bmp_status status;
    uint8_t       *beside;

    *bmp = guarded_place(&output_pages, size, at_end);
    memcpy(output_pages.pages, stale, output_pages.size);
    status = png2bmp_run(plan, (const uint8_t *)(uintptr_t)c->bytes, c->size, *bmp, NULL, report);
    beside = at_end ? output_pages.pages : *bmp + size;
    check(memcmp(beside, stale, output_pages.size - size) == 0,
          "bytes outside of the output are written");
    check(status == report->error.status, "status %d, report %d", (int)status,
          (int)report->error.status);
    conversions++;
    converted += status == PNG2BMP_OK;
    return status;
}

/* The plan may be of the whole file, of a changed one, or of one that changes. */
static void convert(changer *c, const png2bmp_options *options, bool between)
{
    png2bmp_report report;
    png2bmp_plan   plan;
    uint8_t       *bmp;

    png2bmp_report_clear(&report);
    if (png2bmp_plan_make(&plan, (const uint8_t *)(uintptr_t)c->bytes, c->size, options, &report) ||
        plan.bmp.byte_length > output_pages.size)
        return;
    for (unsigned n = between ? 1 + next(c, 4) : 0; n > 0; n--)
        change(c);
    if (next(c, 4) == 0)
        png2bmp_count_colors(&plan, (const uint8_t *)(uintptr_t)c->bytes, c->size, NULL, NULL);
    run(&plan, c, &bmp, &report);
}

typedef struct other_thread {
    changer     changer;
    atomic_bool stop;
} other_thread;

static void *change_on(void *user)
{
    other_thread *other = user;

    while (!atomic_load_explicit(&other->stop, memory_order_relaxed)) {
        change(&other->changer);
        if (next(&other->changer, 64) == 0)
            restore(&other->changer);
    }
    return NULL;
}

static void convert_beside_thread(changer *c, const png2bmp_options *options)
{
    other_thread other = {.changer = *c};
    pthread_t    thread;

    other.changer.random ^= 0x123456789;
    if (pthread_create(&thread, NULL, change_on, &other) != 0) {
        check(false, "no thread");
        return;
    }
    for (unsigned i = 0; i < THREAD_RUNS; i++)
        convert(c, options, false);
    atomic_store(&other.stop, true);
    pthread_join(thread, NULL);
}

static uint8_t *undisturbed(changer *c, const png2bmp_options *options, size_t *size)
{
    png2bmp_report report;
    png2bmp_plan   plan;
    uint8_t       *bmp;

    *size = 0;
    png2bmp_report_clear(&report);
    if (png2bmp_plan_make(&plan, (const uint8_t *)(uintptr_t)c->bytes, c->size, options, &report) ||
        run(&plan, c, &bmp, &report))
        return NULL;
    *size = (size_t)plan.bmp.byte_length;
    return exact_copy(bmp, *size);
}

typedef enum manner {
    BETWEEN,
    IN_CHECKSUMS,
    BY_THREAD,
    MANNERS
} manner;

static void disturb(changer *c, const png2bmp_options *options, manner how)
{
    switch (how) {
    case BETWEEN:
        for (unsigned i = 0; i < 10; i++) {
            convert(c, options, true);
            if (next(c, 3) == 0)
                restore(c);
        }
        break;
    case IN_CHECKSUMS:
        for (unsigned i = 0; i < 10; i++) {
            restore(c);
            in_checksums = c;
            convert(c, options, false);
            in_checksums = NULL;
        }
        break;
    default:
        convert_beside_thread(c, options);
        break;
    }
}

/* One image, disturbed in one way; before and after, it must give the same BMP. */
static void test_image(manner how)
{
    const png2bmp_options options = random_options();
    const size_t          type = random_below(PNG_TYPE_COUNT);
    image       im = image_random(type, 1 + random_below(MAX_WIDTH), 1 + random_below(MAX_HEIGHT),
                                  random_below(3) == 0, random_below(2));
    byte_buffer png = make_png(&im, FILTER_MIXED, (int)random_below(10),
                               1 + random_below(random_below(2) ? 60 : 20000));
    changer     c;
    uint8_t    *before, *after;
    size_t      size, size_after;

    if (options.profile == PNG2BMP_PROFILE_EMBED)
        insert_profile(&png, 132 + random_below(20000));
    c = (changer){.original = png.bytes, .size = png.size, .random = 1 + random_below(UINT32_MAX)};
    if (png.size <= input_pages.size) {
        c.bytes = guarded_place(&input_pages, c.size, random_below(4) > 0);
        restore(&c);
        before = undisturbed(&c, &options, &size);
        check(memcmp((const uint8_t *)(uintptr_t)c.bytes, png.bytes, png.size) == 0,
              "the input is written to");
        disturb(&c, &options, how);
        restore(&c);
        after = undisturbed(&c, &options, &size_after);
        check(size == size_after && (size == 0 || memcmp(before, after, size) == 0),
              "another BMP after what happened");
        free(before);
        free(after);
    }
    free(png.bytes);
    image_free(&im);
}

int main(int argc, char **argv)
{
    static const char *const names[MANNERS] = {"input that changes between plan and run",
                                               "input that changes inside the checksum calls",
                                               "input that another thread changes"};
    long                     seconds = 0;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            random_state ^= strtoull(argv[i + 1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15);
    }
    input_pages = guarded_make(INPUT_BYTES);
    output_pages = guarded_make(OUTPUT_BYTES);
    memset(stale, STALE, sizeof stale);
    for (unsigned how = 0; how < MANNERS; how++) {
        const int    failed_before = failures;
        const time_t end = time(NULL) + (seconds + MANNERS - 1) / MANNERS;

        conversions = converted = 0;
        for (unsigned i = 0; seconds > 0 ? time(NULL) < end : i < (how == BY_THREAD ? 30 : 150);
             i++)
            test_image((manner)how);
        printf("%s - %s: %u conversions, %u of them gave a BMP\n",
               failures == failed_before ? "ok" : "not ok", names[how], conversions, converted);
        fflush(stdout);
    }
    printf("# %d checks, %d failed\n", checks, failures);
    return failures != 0;
}
