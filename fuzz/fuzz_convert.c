/*
 * A whole conversion of any bytes with any options.
 *
 * Checked in addition to what the sanitizers see: the report; the same verdict and bytes
 * at every CPU level, and whatever stood in the output before (so every byte is
 * written); the same bytes strip by strip; the same verdict, messages and bytes fed in pieces,
 * with pauses; `strict`; cancellation.
 *
 * Input: the options; how it is fed: pauses and strips (1 byte), the pieces (7); the PNG.
 */
#include "../test/c/fed.h"
#include "cpu/levels.h"
#include "fuzz.h"
#include "mutator.h"
#include "run/run.h"

#define PIECES 7
#define HEAD (FUZZ_OPTION_BYTES + 1 + PIECES)

const size_t mutator_head = HEAD;

typedef struct input {
    const uint8_t *png;
    size_t         size;
} input;

typedef struct outcome {
    png2bmp_status status;
    png2bmp_report report;
    png2bmp_plan   plan;
    uint8_t       *bmp; /* plan.bmp.byte_length bytes when the status is OK, else NULL */
} outcome;

static outcome convert(input in, const png2bmp_options *options, int fill,
                       const png2bmp_control *control)
{
    outcome  out = {.bmp = NULL};
    uint8_t *bmp;

    png2bmp_report_clear(&out.report);
    out.status = png2bmp_plan_make(&out.plan, in.png, in.size, options, &out.report);
    if (out.status)
        return out;
    bmp = fuzz_output((size_t)out.plan.bmp.byte_length, fill);
    out.status = png2bmp_run(&out.plan, in.png, in.size, bmp, control, &out.report);
    if (out.status) {
        free(bmp);
        return out;
    }
    out.bmp = bmp;
    fuzz_check_written(out.bmp, (size_t)out.plan.bmp.byte_length);
    return out;
}

static void check_same(const outcome *a, const outcome *b, const char *what)
{
    FUZZ_CHECK(a->status == b->status, "%s: %s, then %s", what, png2bmp_status_code(a->status),
               png2bmp_status_code(b->status));
    FUZZ_CHECK(a->report.warning_count == b->report.warning_count, "%s: other warnings", what);
    if (a->bmp)
        FUZZ_CHECK(memcmp(a->bmp, b->bmp, (size_t)a->plan.bmp.byte_length) == 0, "%s: other bytes",
                   what);
}

static void check_levels(input in, const png2bmp_options *options, const outcome *expected)
{
    png2bmp_options other = *options;
    const kernels  *before = NULL;

    for (unsigned level = PNG2BMP_CPU_SCALAR; level <= FUZZ_LAST_CPU; level++) {
        outcome out;

        if (kernels_for((png2bmp_cpu)level) == before)
            continue;
        before = kernels_for((png2bmp_cpu)level);
        other.cpu = (png2bmp_cpu)level;
        out = convert(in, &other, 0x55, NULL);
        check_same(expected, &out, "CPU level");
        free(out.bmp);
    }
}

static void check_strict(input in, const png2bmp_options *options, const outcome *lenient)
{
    png2bmp_options strict = *options;
    outcome         out;

    strict.strict = true;
    out = convert(in, &strict, 0, NULL);
    fuzz_check_report(&out.report, out.status, true);
    if (!out.status)
        FUZZ_CHECK(fuzz_defects(&lenient->report) == 0, "strict misses a warning");
    if (out.status && !lenient->status) {
        FUZZ_CHECK(fuzz_warned(&lenient->report, out.status), "strict alone says %s",
                   png2bmp_status_code(out.status));
    } else {
        FUZZ_CHECK(out.status == lenient->status || fuzz_warned(&lenient->report, out.status),
                   "strict changes %s to %s", png2bmp_status_code(lenient->status),
                   png2bmp_status_code(out.status));
    }
    free(out.bmp);
}

/* ---- Strips ---------------------------------------------------------------- */

/* A BMP that arrives in pieces. */
typedef struct pieces {
    uint8_t *bmp;
    uint64_t size, received;
} pieces;

static png2bmp_status keep_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    pieces *p = user;

    FUZZ_CHECK(size > 0 && offset <= p->size && size <= p->size - offset, "%zu bytes at %llu", size,
               (unsigned long long)offset);
    memcpy(p->bmp + offset, bytes, size);
    p->received += size;
    return PNG2BMP_OK;
}

static void check_strips(input in, const outcome *expected, uint32_t strip_rows)
{
    const png2bmp_plan *plan = &expected->plan;
    const size_t        size = (size_t)plan->bmp.byte_length;
    const run_source    source = {.png = in.png, .size = in.size};
    pieces              p = {fuzz_output(size, 0x33), size, 0};
    png2bmp_status      status;

    status = run_into(plan, &source, strip_rows * plan->bmp.stride, (byte_sink){keep_piece, &p},
                      NULL, NULL);
    FUZZ_CHECK(status == PNG2BMP_OK, "strips fail: %s", png2bmp_status_code(status));
    FUZZ_CHECK(p.received == size, "%llu of %zu bytes", (unsigned long long)p.received, size);
    FUZZ_CHECK(memcmp(p.bmp, expected->bmp, size) == 0, "strips of %u rows differ", strip_rows);
    free(p.bmp);
}

/* ---- Fed ------------------------------------------------------------------- */

typedef struct cuts {
    const uint8_t *pieces; /* PIECES bytes: 1 to 32, shifted by 0, 2, ... 14 bits */
    unsigned       count;  /* of pieces so far */
} cuts;

/* Each time that the bytes are used again the pieces are four times as long, or a large PNG would
 * have a piece for each byte. */
static size_t cut_piece(void *user, size_t most)
{
    cuts          *c = user;
    const uint8_t  byte = c->pieces[c->count % PIECES];
    const unsigned shift = byte / 32 * 2 + c->count / PIECES * 2;
    const size_t   size = ((size_t)byte % 32 + 1) << (shift < 24 ? shift : 24);

    c->count++;
    return size < most ? size : most;
}

/* What is held counts for max_memory, so that a limit may be met where memory has none. */
static void check_fed(input in, const png2bmp_options *options, const outcome *expected,
                      const uint8_t *flow)
{
    const unsigned pause_every = flow[0] % 4, strip_bytes = flow[0] / 4 * 160;
    cuts           cuts = {.pieces = flow + 1};
    png2bmp_report report;
    outcome        out = {.plan = expected->plan};
    fed            f;

    png2bmp_report_clear(&report);
    f = fed_convert(in.png, in.size, options, strip_bytes, pause_every, cut_piece, &cuts, &report);
    out.status = f.status;
    out.bmp = f.status ? NULL : f.bmp;
    out.report = report;
    FUZZ_CHECK(!f.wrong, "fed: %s", f.wrong);
    if (f.status != PNG2BMP_ERR_MEMORY_LIMIT) {
        check_same(&out, expected, "fed");
        FUZZ_CHECK(strcmp(report.error.message, expected->report.error.message) == 0,
                   "fed: '%s', not '%s'", report.error.message, expected->report.error.message);
    }
    free(f.bmp);
}

/* ---- Colours --------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    return memcmp(a, b, 4);
}

/* An RGBA output has them all. */
static void check_colors(input in, outcome *out)
{
    const size_t   pixels = (size_t)out->plan.png.width * out->plan.png.height;
    unsigned       colors = 1;
    png2bmp_status status;

    if (out->plan.bmp.format != PNG2BMP_FORMAT_RAW_RGBA || out->plan.options.width ||
        out->plan.options.height)
        return;
    status = png2bmp_count_colors(&out->plan, in.png, in.size, NULL, NULL);
    FUZZ_CHECK(!status, "colours are not counted: %s", png2bmp_status_code(status));
    qsort(out->bmp, pixels, 4, by_value);
    for (size_t i = 1; i < pixels && colors < PNG2BMP_MANY_COLORS; i++)
        colors += memcmp(out->bmp + 4 * i, out->bmp + 4 * i - 4, 4) != 0;
    FUZZ_CHECK(out->plan.png.colors == colors, "%u colours, not %u", (unsigned)out->plan.png.colors,
               colors);
}

/* ---- Cancellation ---------------------------------------------------------- */

static bool count_down(void *user)
{
    unsigned *looks = user;

    if (*looks == 0)
        return true;
    --*looks;
    return *looks == 0;
}

static void check_cancelled(input in, const png2bmp_options *options, const outcome *expected,
                            unsigned looks)
{
    unsigned        left = looks;
    png2bmp_control control = {count_down, &left};
    outcome         out;

    if (looks == 0)
        return;
    out = convert(in, options, 0, &control);
    FUZZ_CHECK(out.status == PNG2BMP_ERR_CANCELLED || left > 0, "not cancelled");
    if (out.status != PNG2BMP_ERR_CANCELLED)
        check_same(expected, &out, "a control that does nothing");
    free(out.bmp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    png2bmp_options options;
    outcome         out;
    input           in;

    if (size < HEAD)
        return 0;
    in = (input){data + HEAD, size - HEAD};
    fuzz_options(&options, data);
    if (options.format == PNG2BMP_FORMAT_MONO1 && data[5] % 4 == 0) {
        options.container = PNG2BMP_CONTAINER_ROWS;
        options.row_align = (uint8_t)(1u << data[4] % 3);
    }
    options.salvage = options.format != PNG2BMP_FORMAT_MONO1 && data[6] >> 7;
    out = convert(in, &options, 0xAA, NULL);
    fuzz_check_report(&out.report, out.status, options.strict);
    check_levels(in, &options, &out);
    check_fed(in, &options, &out, data + FUZZ_OPTION_BYTES);
    if (!options.strict)
        check_strict(in, &options, &out);
    if (!out.status)
        check_strips(in, &out, data[7] & 15);
    check_cancelled(in, &options, &out, data[7] >> 4);
    if (!out.status)
        check_colors(in, &out);
    free(out.bmp);
    return 0;
}
