/*
 * Every way to a BMP in C, under AddressSanitizer and UndefinedBehaviorSanitizer: reads cases from
 * standard input and answers on standard output (test/combinations/in-c.js).
 *
 * A case: a seed, the number of values of options (src/host/host_options.h), the bytes of the PNG,
 * each a uint32_t; the values; the PNG. An answer: the number of bytes of a text, the text in JSON,
 * the number of bytes of the BMP, the BMP. All numbers are in the order of the machine.
 *
 * In memory the conversion must allocate at most what its plan says, and write every byte. Checked
 * against its bytes here: the same at a CPU level, in strips of any number of rows, fed in pieces,
 * cancelled at any moment, and of the decoded pixels in strips.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../c/counted_memory.h"
#include "../c/fed.h"
#include "base/opaque.h"
#include "host/host_options.h"
#include "plan/route.h"
#include "plan/sizes.h"
#include "run/convert.h"
#include "run/encode.h"

#define PATTERN_A 0x00
#define PATTERN_B 0xa5

static char wrong[400]; /* the first thing that is */

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
    va_list list;

    if (wrong[0])
        return;
    va_start(list, format);
    vsnprintf(wrong, sizeof wrong, format, list);
    va_end(list);
}

static uint32_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (uint32_t)((uint64_t)random_state * n >> 32);
}

/* ---- Memory --------------------------------------------------------------------------- */

static void end_count(const png2bmp_plan *plan, const char *what)
{
    counted.on = false;
    if (counted.peak > plan->memory)
        complain("%s: %llu bytes were allocated, the plan says %llu", what,
                 (unsigned long long)counted.peak, (unsigned long long)plan->memory);
}

/* Exactly so many bytes, so that one more is noticed. */
static uint8_t *fresh(size_t size, int pattern)
{
    uint8_t *p = malloc(size ? size : 1);

    if (!p) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    memset(p, pattern, size);
    return p;
}

/* ---- A case --------------------------------------------------------------------------- */

typedef struct source {
    const uint8_t        *png;
    size_t                size;
    const png2bmp_pixels *pixels; /* NULL: the PNG */
} source;

typedef struct outcome {
    png2bmp_status status;
    png2bmp_report report;
    png2bmp_plan   plan;
    uint8_t       *bmp; /* plan.bmp.byte_length bytes when the status is OK, else NULL */
} outcome;

static png2bmp_status make_plan(outcome *out, const source *from, const png2bmp_options *options)
{
    png2bmp_report_clear(&out->report);
    out->bmp = NULL;
    out->status = from->pixels
                      ? png2bmp_plan_pixels(&out->plan, from->pixels, options, &out->report)
                      : png2bmp_plan_make(&out->plan, from->png, from->size, options, &out->report);
    return out->status;
}

static void run_memory(outcome *out, const source *from, int pattern,
                       const png2bmp_control *control)
{
    const png2bmp_plan *plan = &out->plan;

    out->bmp = fresh((size_t)plan->bmp.byte_length, pattern);
    count_from_zero();
    out->status = from->pixels
                      ? png2bmp_run_pixels(plan, from->pixels, out->bmp, control, &out->report)
                      : png2bmp_run(plan, from->png, from->size, out->bmp, control, &out->report);
    end_count(plan, "memory");
    if (out->status) {
        free(out->bmp);
        out->bmp = NULL;
    }
}

static outcome convert(const source *from, const png2bmp_options *options, int pattern,
                       const png2bmp_control *control)
{
    outcome out;

    if (!make_plan(&out, from, options))
        run_memory(&out, from, pattern, control);
    return out;
}

static bool same_report(const png2bmp_report *a, const png2bmp_report *b)
{
    bool same = a->error.status == b->error.status && a->warning_count == b->warning_count &&
                strcmp(a->error.message, b->error.message) == 0;

    for (unsigned i = 0; same && i < a->warning_count; i++)
        same = strcmp(a->warnings[i].message, b->warnings[i].message) == 0;
    return same;
}

/* What is held differs: a limit of memory is refused with the figure of the door. */
static void check_same(const outcome *found, const outcome *wanted, const char *what)
{
    if (found->status != wanted->status)
        complain("%s: %s, not %s", what, png2bmp_status_code(found->status),
                 png2bmp_status_code(wanted->status));
    else if (found->status != PNG2BMP_ERR_MEMORY_LIMIT &&
             !same_report(&found->report, &wanted->report))
        complain("%s: other messages: %s", what, found->report.error.message);
    else if (wanted->bmp &&
             memcmp(found->bmp, wanted->bmp, (size_t)wanted->plan.bmp.byte_length) != 0)
        complain("%s: other bytes", what);
}

/* At one CPU level. */
static void check_level(const source *from, const png2bmp_options *options, const outcome *wanted)
{
    png2bmp_options other = *options;
    outcome         out;

    other.cpu = (png2bmp_cpu)random_below(PNG2BMP_CPU_COUNT);
    out = convert(from, &other, PATTERN_B, NULL);
    check_same(&out, wanted, "a CPU level");
    free(out.bmp);
}

/* ---- Strips ----------------------------------------------------------------------------- */

typedef struct strip {
    row_target          target; /* first: a row_target pointer is a strip pointer */
    const png2bmp_plan *plan;
    uint8_t            *rows; /* of the whole image, in the order of the file */
    uint32_t            next; /* the first row that has not come */
} strip;

/* Keeps the rows. Their places are poisoned, so that what is not written again is seen; that of the
 * last row may still be read. */
static png2bmp_status keep_strip(row_target *target, uint32_t first_row, uint32_t rows)
{
    strip             *s = (strip *)target;
    const target_strip part = target_strip_of(target, s->plan, first_row, rows);

    if (first_row != s->next || rows == 0 || rows > target->rows)
        complain("rows %u + %u after %u", first_row, rows, s->next);
    s->next = first_row + rows;
    memcpy(s->rows + (part.offset - s->plan->bmp.header_length), part.bytes, part.size);
    for (uint32_t y = first_row; y + 1 < s->next; y++)
        memset(target_row(target, y), PATTERN_B, (size_t)s->plan->bmp.stride);
    return PNG2BMP_OK;
}

static png2bmp_status fill_strips(const source *from, strip *s, const png2bmp_control *control,
                                  png2bmp_report *report)
{
    cancel_check   cancel = {.control = control, .report = report};
    png_file       file = png_file_of(from->png, from->size, &s->plan->options, report);
    conversion     c;
    png2bmp_status status;

    if (from->pixels)
        return encode_rows(s->plan, from->pixels, &s->target, &cancel);
    file.cancel = &cancel;
    status = conversion_open(&c, s->plan, &file, &s->target);
    if (!status)
        status = conversion_go_on(&c);
    conversion_close(&c);
    return status;
}

static void check_strips(const source *from, const outcome *wanted, uint32_t rows,
                         const png2bmp_control *control, const char *what)
{
    const png2bmp_plan *plan = &wanted->plan;
    const size_t        stride = (size_t)plan->bmp.stride, all = stride * plan->bmp.height;
    uint8_t            *memory = fresh(stride * rows, PATTERN_A);
    const bool          flips = plan->turn.flips && !from->pixels;
    strip               s = {target_at(memory, rows, plan, flips), plan, fresh(all, PATTERN_A), 0};
    outcome             out = {.plan = *plan};

    s.target.flush = keep_strip;
    png2bmp_report_clear(&out.report);
    count_from_zero();
    out.status = fill_strips(from, &s, control, &out.report);
    end_count(plan, what);
    if (out.status && out.status != PNG2BMP_ERR_CANCELLED)
        complain("%s of %u rows: %s", what, rows, png2bmp_status_code(out.status));
    if (!out.status && memcmp(s.rows, wanted->bmp + plan->bmp.header_length, all) != 0)
        complain("%s of %u rows: other bytes", what, rows);
    free(memory);
    free(s.rows);
}

/* As few rows as the library itself may have in a strip, two, and any number. */
static void check_all_strips(const source *from, const outcome *wanted, const char *what)
{
    const png2bmp_plan *plan = &wanted->plan;
    const uint32_t      height = plan->bmp.height, least = target_strip_rows(plan, 1);

    if (route_is_whole(plan) || sizes_differ(plan)) /* strips of another size: check_fed */
        return;
    check_strips(from, wanted, least, NULL, what);
    if (height > 2)
        check_strips(from, wanted, 2, NULL, what);
    if (height > least)
        check_strips(from, wanted, least + random_below(height - least), NULL, what);
}

/* ---- Fed --------------------------------------------------------------------------------------
 */

static size_t cut_anywhere(void *user, size_t most)
{
    const size_t wanted = 1 + random_below(*(const uint32_t *)user);

    return wanted < most ? wanted : most;
}

/* What is held counts for max_memory: a profile, the PNG with `salvage`, a BMP that is one piece, a
 * row that is longer than a strip. 0: not in strips. */
static bool may_hold_more(const png2bmp_options *options, const outcome *wanted, size_t strip)
{
    return options->salvage || options->profile == PNG2BMP_PROFILE_EMBED ||
           (strip > 0 && (route_is_whole(&wanted->plan) || wanted->plan.bmp.stride > strip));
}

/* In pieces of up to 1, 10, 100... bytes, into memory or in strips of any size, with pauses. */
static void check_fed(const source *from, const png2bmp_options *options, const outcome *wanted)
{
    static const uint32_t longest[] = {1, 10, 100, 10000};
    uint32_t              most = longest[random_below(4)];
    const size_t          strip = random_below(2) ? 1 + random_below(20000) : 0;
    outcome               out = {.plan = wanted->plan};
    fed                   f;

    if (from->pixels)
        return;
    png2bmp_report_clear(&out.report);
    f = fed_convert(from->png, from->size, options, strip, random_below(4), cut_anywhere, &most,
                    &out.report);
    out.status = f.status;
    out.bmp = f.bmp;
    if (f.wrong)
        complain("fed: %s", f.wrong);
    if (f.status != PNG2BMP_ERR_MEMORY_LIMIT || wanted->status == f.status ||
        !may_hold_more(options, wanted, strip))
        check_same(&out, wanted, strip ? "fed, in strips" : "fed");
    free(f.bmp);
}

/* ---- Given up ----------------------------------------------------------------------------- */

typedef struct patience {
    unsigned looks, left; /* cancels when it was asked `left` times; UINT_MAX: never */
} patience;

static bool is_lost(void *user)
{
    patience *p = user;

    p->looks++;
    if (p->left > 0)
        p->left--;
    return p->left == 0;
}

/* At one of the moments when it is asked for. */
static void check_cancelled(const source *from, const png2bmp_options *options,
                            const outcome *wanted)
{
    patience              p = {.left = (unsigned)-1};
    const png2bmp_control control = {is_lost, &p};
    outcome               out = convert(from, options, PATTERN_B, &control);

    check_same(&out, wanted, "a control that does nothing");
    free(out.bmp);
    if (p.looks == 0)
        return;
    p.left = 1 + random_below(p.looks);
    out = convert(from, options, PATTERN_B, &control);
    if (out.status != PNG2BMP_ERR_CANCELLED)
        complain("cancelled, and yet %s", png2bmp_status_code(out.status));
    free(out.bmp);
    if (wanted->bmp && !route_is_whole(&wanted->plan) && !sizes_differ(&wanted->plan)) {
        p.left = 1 + random_below(p.looks);
        check_strips(from, wanted, target_strip_rows(&wanted->plan, 1), &control,
                     "strips that are cancelled");
    }
}

/* ---- Raw pixels ------------------------------------------------------------------------------ */

static void check_pixels(const source *from, const png2bmp_options *options)
{
    png2bmp_options raw, own = *options;
    png2bmp_pixels  pixels;
    outcome         decoded, whole;

    png2bmp_options_init(&raw);
    raw.format = random_below(2) ? PNG2BMP_FORMAT_RAW_RGBA : PNG2BMP_FORMAT_RAW_RGB;
    decoded = convert(from, &raw, PATTERN_B, NULL);
    if (!decoded.bmp)
        return;
    pixels = (png2bmp_pixels){.data = decoded.bmp,
                              .size = (size_t)decoded.plan.bmp.byte_length,
                              .width = decoded.plan.png.width,
                              .height = decoded.plan.png.height,
                              .channels = decoded.plan.bmp.bits_per_pixel / 8,
                              .stride = (size_t)decoded.plan.bmp.stride};
    own.max_memory = own.max_pixels = UINT64_MAX;
    whole = convert(&(source){.pixels = &pixels}, &own, PATTERN_A, NULL);
    if (whole.bmp) {
        check_all_strips(&(source){.pixels = &pixels}, &whole, "pixels in strips");
        check_level(&(source){.pixels = &pixels}, &own, &whole);
    }
    free(whole.bmp);
    free(decoded.bmp);
}

/* ---- Standard input and output ------------------------------------------------------------------
 */

static bool take(void *bytes, size_t size)
{
    return size == 0 || fread(bytes, size, 1, stdin) == 1;
}

static void give(const void *bytes, uint32_t size)
{
    fwrite(&size, sizeof size, 1, stdout);
    if (size)
        fwrite(bytes, size, 1, stdout);
}

static void put_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++)
        fprintf(to, (unsigned char)*text < ' ' || strchr("\"\\", *text) ? "\\u%04x" : "%c",
                (unsigned char)*text);
    fputc('"', to);
}

static void answer(const outcome *out)
{
    static char text[16384];
    FILE       *to = fmemopen(text, sizeof text, "w");
    const bool  has_message = out->report.error.message[0];

    fprintf(to, "{\"code\":\"%s\",\"memory\":%llu,\"message\":", png2bmp_status_code(out->status),
            (unsigned long long)(out->bmp ? out->plan.memory : 0));
    put_text(to, has_message ? out->report.error.message : png2bmp_status_text(out->status));
    fputs(",\"wrong\":", to);
    put_text(to, wrong);
    fputs(",\"warnings\":[", to);
    for (unsigned i = 0; i < out->report.warning_count; i++) {
        fprintf(to, "%s{\"code\":\"%s\",\"message\":", i ? "," : "",
                png2bmp_status_code(out->report.warnings[i].status));
        put_text(to, out->report.warnings[i].message);
        fputc('}', to);
    }
    fputs("]}", to);
    fclose(to);
    give(text, (uint32_t)strlen(text));
    give(out->bmp, out->bmp ? (uint32_t)out->plan.bmp.byte_length : 0);
    fflush(stdout);
}

static void run_case(const source *from, const png2bmp_options *options)
{
    outcome wanted = convert(from, options, PATTERN_A, NULL), again;

    wrong[0] = 0;
    again = convert(from, options, PATTERN_B, NULL);
    check_same(&again, &wanted, "over another pattern");
    free(again.bmp);
    check_level(from, options, &wanted);
    check_fed(from, options, &wanted);
    if (wanted.bmp)
        check_all_strips(from, &wanted, "strips");
    check_cancelled(from, options, &wanted);
    check_pixels(from, options);
    answer(&wanted);
    free(wanted.bmp);
}

int main(void)
{
    uint32_t head[3]; /* seed, values, bytes */
    double   values[HOST_VALUES_MOST];

    while (take(head, sizeof head)) {
        png2bmp_options options;
        uint8_t        *png = fresh(head[2], 0);

        random_state = head[0] | 1;
        if (head[1] > HOST_VALUES_MOST || !take(values, head[1] * sizeof *values) ||
            !take(png, head[2]))
            return 2;
        if (!host_options_read(&options, values, head[1])) {
            fputs("the values are not options\n", stderr);
            return 2;
        }
        run_case(&(source){png, head[2], NULL}, &options);
        free(png);
    }
    return 0;
}
