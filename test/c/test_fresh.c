/*
 * Memory that the system has not provided yet (src/run/fresh.h). The clock and madvise are those
 * below, so that what is fresh does not depend on the machine: the Makefile finds here what the
 * linker replaces.
 */
#if !defined(__linux__)
#include <stdio.h>

int main(void)
{
    puts("# skipped: only Linux is asked for pages");
    return 0;
}
#else
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/opaque.h"
#include "check.h"
#include "png_writer.h"

#define KIB ((size_t)1024)

/* ---- The system --------------------------------------------------------------- */

static struct {
    bool     is_fresh; /* what the clock says of each store */
    int64_t  now;
    unsigned asked, calls;

    /* What was provided, a byte for each page of the target. */
    uintptr_t page, target;
    size_t    target_bytes;
    uint8_t   pages[4096];
    size_t    longest, outside;
} machine;

/* Three questions for each store, the last of them after it. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    (void)clock;
    machine.now += ++machine.asked % 3 == 0 && machine.is_fresh ? 2000 : 50;
    *time =
        (struct timespec){.tv_sec = machine.now / 1000000000, .tv_nsec = machine.now % 1000000000};
    return 0;
}

int __wrap_madvise(void *start, size_t size, int advice);
int __wrap_madvise(void *start, size_t size, int advice)
{
    const uintptr_t first = machine.target & ~(machine.page - 1);

    check(advice == 23, "advice %d", advice); /* MADV_POPULATE_WRITE */
    check((uintptr_t)start % machine.page == 0, "a page begins at %p", start);
    machine.calls++;
    machine.longest = size > machine.longest ? size : machine.longest;
    for (uintptr_t at = (uintptr_t)start; at < (uintptr_t)start + size; at += machine.page) {
        if (at < first || at >= machine.target + machine.target_bytes)
            machine.outside++;
        else
            machine.pages[(at - first) / machine.page] = 1;
    }
    return 0;
}

static void set_machine(bool is_fresh, const uint8_t *target, size_t bytes)
{
    memset(&machine, 0, sizeof machine);
    machine.is_fresh = is_fresh;
    machine.page = (uintptr_t)sysconf(_SC_PAGESIZE);
    machine.target = (uintptr_t)target;
    machine.target_bytes = bytes;
    if (bytes / machine.page + 2 > sizeof machine.pages)
        abort();
}

static size_t pages_of(size_t bytes)
{
    return (bytes + machine.page - 1) / machine.page;
}

static size_t provided(void)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof machine.pages; i++)
        count += machine.pages[i];
    return count;
}

/* ---- Conversions ---------------------------------------------------------------- */

/* kept: of the compressed bytes, in percent. */
static byte_buffer make_png(uint32_t width, uint32_t height, png2bmp_color_type type,
                            bool is_interlaced, unsigned kept)
{
    const png2bmp_png_info info = {.width = width,
                                   .height = height,
                                   .bit_depth = 8,
                                   .color_type = type,
                                   .interlaced = is_interlaced};
    const size_t           size = (size_t)png_all_scanlines_bytes(&info);
    uint8_t               *scanlines = calloc(size, 1);
    byte_buffer            png = {0}, stream;
    uint32_t               random = 1;

    if (!scanlines)
        abort();
    for (size_t i = 0; i < size && !is_interlaced; i++) {
        random = random * 1664525 + 1013904223;
        scanlines[i] = (uint8_t)(i % (size / height) == 0 ? i / (size / height) % 5 : random >> 24);
    }
    stream = zlib_stream(scanlines, size, 1);
    put_signature(&png);
    put_ihdr(&png, &info);
    put_idats(&png, stream.bytes, stream.size * kept / 100, SIZE_MAX);
    put_chunk(&png, "IEND", NULL, 0);
    free(scanlines);
    free(stream.bytes);
    return png;
}

typedef struct trial {
    png2bmp_options options;
    byte_buffer     png;
    bool            is_fresh;
    png2bmp_status  status;
    uint8_t        *bmp;
    size_t          bytes;
} trial;

static trial trial_with(byte_buffer png)
{
    trial t = {.png = png, .is_fresh = true};

    png2bmp_options_init(&t.options);
    return t;
}

static trial trial_of(png2bmp_color_type type)
{
    return trial_with(make_png(701, 903, type, false, 100));
}

static void convert(trial *t)
{
    png2bmp_plan  *plan = png2bmp_plan_new();
    png2bmp_report report;

    t->status = png2bmp_plan_make(plan, t->png.bytes, t->png.size, &t->options, &report);
    check(t->status == PNG2BMP_OK, "a plan: %s", report.error.message);
    t->bytes = (size_t)plan->bmp.byte_length;
    t->bmp = malloc(t->bytes);
    if (!t->bmp)
        abort();
    set_machine(t->is_fresh, t->bmp, t->bytes);
    t->status = png2bmp_run(plan, t->png.bytes, t->png.size, t->bmp, NULL, &report);
    png2bmp_plan_free(plan);
}

static void end(trial *t)
{
    free(t->png.bytes);
    free(t->bmp);
}

/* But for a page with the header alone. */
static void check_all_provided(const trial *t, const char *what)
{
    check(t->status == PNG2BMP_OK, "%s: %d", what, (int)t->status);
    check(provided() + 1 >= pages_of(t->bytes), "%s: %zu of %zu pages", what, provided(),
          pages_of(t->bytes));
    check(machine.outside == 0, "%s: %zu pages outside", what, machine.outside);
    check(machine.longest <= 1024 * KIB, "%s: %zu bytes at once", what, machine.longest);
    check(machine.calls <= 2 + t->bytes / (128 * KIB), "%s: %u calls", what, machine.calls);
}

static void check_none_provided(const trial *t, const char *what)
{
    check(t->status == PNG2BMP_OK, "%s: %d", what, (int)t->status);
    check(machine.calls == 0, "%s: %u calls", what, machine.calls);
}

static void test_fresh_memory_is_provided_and_gets_the_same_bytes(void)
{
    static const png2bmp_color_type types[] = {PNG2BMP_GRAY, PNG2BMP_RGB, PNG2BMP_GRAY_ALPHA,
                                               PNG2BMP_RGB_ALPHA};

    for (size_t i = 0; i < 8; i++) {
        trial fresh = trial_of(types[i % 4]), used = trial_of(types[i % 4]);

        fresh.options.top_down = used.options.top_down = i >= 4;
        used.is_fresh = false;
        convert(&fresh);
        check_all_provided(&fresh, i < 4 ? "bottom-up" : "top-down");
        convert(&used);
        check_none_provided(&used, "used memory");
        check(memcmp(fresh.bmp, used.bmp, used.bytes) == 0, "the same bytes, type %d",
              (int)types[i % 4]);
        end(&fresh);
        end(&used);
    }
}

static void test_memory_is_not_looked_at_where_nothing_is_gained(void)
{
    trial small = trial_with(make_png(200, 200, PNG2BMP_RGB, false, 100));
    trial recycled = trial_of(PNG2BMP_RGB);

    convert(&small);
    check_none_provided(&small, "120 kB");
    check(machine.asked == 0, "120 kB: the clock was asked %u times", machine.asked);
    recycled.options.uncached = true;
    convert(&recycled);
    check_none_provided(&recycled, "uncached");
    check(machine.asked == 0, "uncached: the clock was asked %u times", machine.asked);
    end(&small);
    end(&recycled);
}

static void test_a_damaged_image_takes_little_more_than_its_rows(void)
{
    trial t = trial_with(make_png(701, 903, PNG2BMP_RGB, false, 25));

    convert(&t);
    check(t.status != PNG2BMP_OK, "damage is an error");
    check(provided() <= pages_of(t.bytes / 4 + 800 * KIB), "damaged: %zu of %zu pages", provided(),
          pages_of(t.bytes));
    end(&t);
}

/* Rows of the passes are everywhere, and a damaged image would get all of its pages. */
static void test_pages_of_interlaced_images_come_one_by_one(void)
{
    trial t = trial_with(make_png(701, 903, PNG2BMP_RGB, true, 100));

    convert(&t);
    check_none_provided(&t, "interlaced");
    end(&t);
}

static void test_pixels_and_resized_images_are_provided_for_as_well(void)
{
    trial          t = trial_of(PNG2BMP_RGB);
    png2bmp_plan  *plan = png2bmp_plan_new();
    uint8_t       *data = calloc(700 * 900, 3);
    png2bmp_pixels pixels = {.data = data,
                             .size = (size_t)3 * 700 * 900,
                             .width = 700,
                             .height = 900,
                             .channels = 3,
                             .stride = 3 * 700};

    t.options.width = 600;
    convert(&t);
    check_all_provided(&t, "resized");
    free(t.bmp);
    t.options.width = 0;
    check(png2bmp_plan_pixels(plan, &pixels, &t.options, NULL) == PNG2BMP_OK, "a plan of pixels");
    t.bytes = (size_t)plan->bmp.byte_length;
    t.bmp = malloc(t.bytes);
    set_machine(true, t.bmp, t.bytes);
    t.status = png2bmp_run_pixels(plan, &pixels, t.bmp, NULL, NULL);
    check_all_provided(&t, "pixels");
    png2bmp_plan_free(plan);
    free(data);
    end(&t);
}

int main(void)
{
    test_fresh_memory_is_provided_and_gets_the_same_bytes();
    test_memory_is_not_looked_at_where_nothing_is_gained();
    test_a_damaged_image_takes_little_more_than_its_rows();
    test_pages_of_interlaced_images_come_one_by_one();
    test_pixels_and_resized_images_are_provided_for_as_well();
    printf("# %d checks, %d failed\n", checks, failures);
    return failures > 0;
}
#endif
