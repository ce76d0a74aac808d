/*
 * A PNG that is fed is read as one in memory, however it is cut: facts, data, warnings, errors and
 * the positions in them. The files are random sequences of chunks, good and bad ones; each is read
 * in memory, and fed in pieces, which are freed after each call: first the chunks alone, then whole
 * conversions with random options. Files may be given as well.
 *
 *     build/c/test_feed                    random files, the same in each run
 *     build/c/test_feed --files a.png ...  these files, cut at every byte
 */
#include <libdeflate.h>
#include <stdio.h>

#include "check.h"
#include "fed.h"
#include "make_png.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "plan/profile.h"
#include "png/png.h"
#include "png/window.h"
#include "run/pump.h"

/* ---- Reading a file, as far as it can be seen ------------------------------------- */

/* How the data is read: to its end; to its end and then for an IDAT after other chunks, as if it
 * had ended early; or a part of it, as if the rest were damaged. */
typedef enum ending {
    END_WHOLE,
    END_EARLY,
    END_DAMAGED,
    ENDINGS
} ending;

typedef enum stage {
    HEADER,
    DATA,
    DIAGNOSIS,
    LATE_IDAT,
    LAST_CHUNKS,
    DONE
} stage;

typedef struct reading {
    png2bmp_plan      plan;
    png_file          file;
    fed_chunks        fed;
    png_header_reader header;
    idat_reader       idats;
    ending            ending;
    size_t            wanted; /* END_DAMAGED: so many bytes of data */
    stage             stage;
    uint64_t          most_memory; /* of the plan, less what is kept */

    /* What came of it. */
    png2bmp_status status;
    png2bmp_report report;
    byte_buffer    data;
    bool           extra;
} reading;

static void begin(reading *r, const png2bmp_options *options, ending ending, size_t wanted)
{
    memset(r, 0, sizeof *r);
    if (options_take(&r->plan.options, options, NULL))
        abort();
    r->file = png_file_of(NULL, 0, &r->plan.options, &r->report);
    r->ending = ending;
    r->wanted = wanted;
}

static void open_header(reading *r)
{
    png_header_open(&r->header, &r->file, &r->plan.png, &r->plan.about);
    r->header.max_memory = r->plan.options.max_memory;
    r->header.profile_most = r->file.fed ? profile_most_kept(&r->plan.options) : 0;
}

static void end(reading *r)
{
    png_header_close(&r->fed);
    free(r->data.bytes);
}

static png2bmp_status read_header(reading *r)
{
    png2bmp_status status = png_header_read(&r->header, &r->plan.first_idat);

    if (!status)
        status = plan_after_header(&r->plan, &r->file, UINT64_MAX);
    if (!status)
        status = png_check_unused_chunks(&r->file, r->plan.first_idat);
    if (status)
        return status;
    r->most_memory = r->plan.memory - profile_kept_bytes(&r->file);
    idat_open(&r->idats, &r->file, r->plan.first_idat);
    r->stage = DATA;
    return PNG2BMP_OK;
}

static png2bmp_status read_data(reading *r)
{
    const uint8_t *bytes;
    size_t         size;

    for (;;) {
        if (r->ending == END_DAMAGED && r->data.size >= r->wanted) {
            r->stage = DIAGNOSIS;
            return PNG2BMP_OK;
        }
        idat_next(&r->idats, &bytes, &size);
        if (size == 0)
            break;
        put_bytes(&r->data, bytes, size);
    }
    if (idat_is_waiting(&r->idats))
        return STATUS_WAITING;
    r->stage = r->ending == END_EARLY ? LATE_IDAT : LAST_CHUNKS;
    return r->idats.status;
}

static png2bmp_status read_on(reading *r)
{
    png2bmp_status status;

    switch (r->stage) {
    case HEADER:
        return read_header(r);
    case DATA:
        return read_data(r);
    case DIAGNOSIS:
        status = idat_diagnose(&r->idats);
        r->stage = status ? DIAGNOSIS : DONE;
        return status;
    case LATE_IDAT:
        status = png_find_late_idat(&r->idats);
        r->stage = status ? LATE_IDAT : LAST_CHUNKS;
        return status;
    default:
        status = png_parse_end(&r->idats, &r->extra);
        r->stage = status ? LAST_CHUNKS : DONE;
        return status;
    }
}

/* As far as possible. */
static void read_all(reading *r)
{
    do
        r->status = read_on(r);
    while (!r->status && r->stage != DONE);
}

static void read_in_memory(reading *r, const uint8_t *bytes, size_t size)
{
    r->file.bytes = bytes;
    r->file.size = size;
    open_header(r);
    read_all(r);
}

/* ---- The same, fed ------------------------------------------------------------------ */

static size_t most_held; /* by a window or of a profile, since it was set to 0 */

static size_t position_of(const reading *r)
{
    return r->stage == HEADER ? png_header_position(&r->header) : idat_position(&r->idats);
}

static void feed_piece(reading *r, png_window *window, const uint8_t *bytes, size_t size)
{
    bool more = true;

    if (window_feed(window, &r->file, bytes, size))
        abort(); /* out of memory */
    while (more) {
        read_all(r);
        if (r->status != STATUS_WAITING)
            return;
        if (window_move(window, &r->file, position_of(r), &more))
            abort();
        if (window->room + r->fed.kept_room > most_held)
            most_held = window->room + r->fed.kept_room;
    }
}

/* next_size: of the next piece, at most `most`. */
static void read_fed(reading *r, const uint8_t *bytes, size_t size, fed_cut next_size, void *user)
{
    png_window window = {0};

    r->file.is_open = true;
    r->file.fed = &r->fed;
    r->status = STATUS_WAITING;
    open_header(r);
    for (size_t at = 0; at < size && r->status == STATUS_WAITING;) {
        const size_t n = next_size(user, size - at);
        uint8_t     *piece = exact_copy(bytes + at, n);

        feed_piece(r, &window, piece, n);
        free(piece);
        at += n;
    }
    if (r->status == STATUS_WAITING) {
        r->file.is_open = false;
        read_all(r);
    }
    window_close(&window);
}

/* ---- Ways of cutting ------------------------------------------------------------------ */

static size_t next_fixed(void *user, size_t most)
{
    return smaller(*(size_t *)user, most);
}

/* Two pieces: the first of *user bytes. */
static size_t next_of_two(void *user, size_t most)
{
    const size_t first = *(size_t *)user;

    *(size_t *)user = SIZE_MAX;
    return smaller(first, most);
}

static size_t next_random(void *user, size_t most)
{
    const uint32_t longest = *(const uint32_t *)user;

    return smaller(1 + random_below(longest), most);
}

/* ---- Comparing -------------------------------------------------------------------------- */

static bool same_facts(const reading *a, const reading *b)
{
    const png2bmp_png_about *x = &a->plan.about, *y = &b->plan.about;

    return memcmp(&a->plan.png, &b->plan.png, sizeof a->plan.png) == 0 && x->gamma == y->gamma &&
           x->is_srgb == y->is_srgb && x->has_cicp == y->has_cicp &&
           x->cicp_primaries == y->cicp_primaries && x->cicp_transfer == y->cicp_transfer &&
           x->cicp_matrix == y->cicp_matrix && x->cicp_full_range == y->cicp_full_range &&
           x->is_hdr == y->is_hdr && x->icc_at == y->icc_at && x->icc_name_at == y->icc_name_at &&
           x->icc_name_length == y->icc_name_length &&
           memcmp(x->icc_name, y->icc_name, sizeof x->icc_name) == 0 &&
           x->orientation == y->orientation && x->frames == y->frames &&
           a->plan.first_idat == b->plan.first_idat &&
           a->plan.bmp.byte_length == b->plan.bmp.byte_length &&
           a->plan.bmp.profile_length == b->plan.bmp.profile_length &&
           a->most_memory == b->most_memory;
}

static bool same_finding(const png2bmp_finding *a, const png2bmp_finding *b)
{
    return a->status == b->status && strcmp(a->message, b->message) == 0;
}

static bool same_report(const png2bmp_report *a, const png2bmp_report *b)
{
    bool same = a->warning_count == b->warning_count && same_finding(&a->error, &b->error);

    for (unsigned i = 0; same && i < a->warning_count; i++)
        same = same_finding(&a->warnings[i], &b->warnings[i]);
    return same;
}

static void show(const char *what, const reading *r)
{
    printf("# %s: status %d, stage %d, %zu bytes of data, error '%s'\n", what, (int)r->status,
           (int)r->stage, r->data.size, r->report.error.message);
    for (unsigned i = 0; i < r->report.warning_count; i++)
        printf("#   warning '%s'\n", r->report.warnings[i].message);
}

static void compare(const reading *memory, const reading *fed, const char *name, const char *cut,
                    size_t number)
{
    const bool past_header = memory->stage != HEADER;
    /* data that is damaged is given up between two pieces */
    const bool   all_data = memory->ending != END_DAMAGED;
    const size_t data = smaller(memory->data.size, fed->data.size);
    const bool   same = memory->status == fed->status && memory->stage == fed->stage &&
                      (!past_header || same_facts(memory, fed)) &&
                      same_report(&memory->report, &fed->report) && memory->extra == fed->extra &&
                      (!all_data || memory->data.size == fed->data.size) &&
                      (data == 0 || memcmp(memory->data.bytes, fed->data.bytes, data) == 0);

    check(same, "%s, %s %zu: as in memory", name, cut, number);
    if (!same && failures < 10) {
        show("memory", memory);
        show("fed", fed);
    }
}

typedef struct manner {
    const png2bmp_options *options;
    ending                 ending;
    size_t                 wanted;
} manner;

static void try_cut(const reading *memory, const manner *m, const uint8_t *bytes, size_t size,
                    const char *name, fed_cut next_size, void *user, const char *cut, size_t number)
{
    reading *fed = must_have(malloc(sizeof *fed));

    begin(fed, m->options, m->ending, m->wanted);
    read_fed(fed, bytes, size, next_size, user);
    compare(memory, fed, name, cut, number);
    end(fed);
    free(fed);
}

static reading *reference(const manner *m, const uint8_t *bytes, size_t size)
{
    reading *memory = must_have(malloc(sizeof *memory));
    uint8_t *copy = exact_copy(bytes, size);

    begin(memory, m->options, m->ending, m->wanted);
    read_in_memory(memory, copy, size);
    memory->file.bytes = NULL;
    free(copy);
    return memory;
}

/* In pieces of one size, and of random sizes. */
static void try_pieces(const manner *m, const uint8_t *bytes, size_t size, const char *name)
{
    static const size_t sizes[] = {1, 2, 7, 4096, SIZE_MAX};
    reading            *memory = reference(m, bytes, size);
    uint32_t            longest = 97;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t of = sizes[i];

        try_cut(memory, m, bytes, size, name, next_fixed, &of, "pieces of", sizes[i]);
    }
    try_cut(memory, m, bytes, size, name, next_random, &longest, "random pieces up to", longest);
    end(memory);
    free(memory);
}

/* In two pieces, at every byte. */
static void try_every_byte(const manner *m, const uint8_t *bytes, size_t size, const char *name)
{
    reading *memory = reference(m, bytes, size);

    for (size_t first = 1; first < size; first++) {
        size_t of = first;

        try_cut(memory, m, bytes, size, name, next_of_two, &of, "cut at", first);
    }
    end(memory);
    free(memory);
}

/* ---- Random files ------------------------------------------------------------------------- */

static bool one_in(uint32_t n)
{
    return random_below(n) == 0;
}

static void put_random_chunk(byte_buffer *b, const char *type, size_t size)
{
    uint8_t *data = must_have(malloc(size + 1));

    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)random_below(one_in(2) ? 3 : 256);
    put_chunk(b, type, data, size);
    if (one_in(9)) /* its CRC, or its last byte */
        b->bytes[b->size - 1 - random_below(5)] ^= 1;
    free(data);
}

/* A directory with one entry, at an offset which may be outside of it. */
static void put_exif(byte_buffer *b)
{
    static const uint32_t offsets[] = {8, 20, 65522, 65530, 70000, 0xfffffff0};
    const uint32_t        at = offsets[random_below(6)];
    const size_t          size = at > 20 ? 66000 : 40;
    const uint8_t         entry[] = {0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0};
    uint8_t              *data = must_have(calloc(1, size));

    memcpy(data, "MM\0*", 4);
    store32(data + 4, at);
    if (at + sizeof entry <= size)
        memcpy(data + at, entry, sizeof entry);
    put_chunk(b, "eXIf", data, size - random_below(2) * random_below(40));
    free(data);
}

static void put_some_chunk(byte_buffer *b)
{
    static const struct {
        const char *type;
        uint16_t    sizes[4];
    } kinds[] = {
        {"PLTE", {3, 6, 768, 771}},  {"PLTE", {0, 4, 48, 5000}},   {"tRNS", {1, 2, 6, 256}},
        {"tRNS", {0, 257, 2, 4097}}, {"pHYs", {9, 9, 8, 10}},      {"gAMA", {4, 4, 3, 5000}},
        {"cHRM", {32, 32, 3, 4000}}, {"sRGB", {1, 1, 0, 2}},       {"cICP", {4, 4, 5, 300}},
        {"acTL", {8, 8, 7, 9}},      {"tEXt", {0, 1, 30, 9000}},   {"iCCP", {0, 20, 79, 200}},
        {"zTXt", {11, 12, 13, 64}},  {"IHDR", {13, 13, 12, 5000}}, {"IEND", {0, 0, 3, 100}},
        {"ABCD", {0, 1, 100, 3000}}, {"IDAT", {0, 1, 100, 3000}},  {"CgBI", {4, 4, 0, 50}}};
    const size_t usual = 13, kind = random_below(one_in(12) ? 18 : usual);

    if (one_in(12))
        put_profile(b, 132 + random_below(3000), 132 + random_below(3000));
    else if (one_in(12))
        put_exif(b);
    else
        put_random_chunk(b, kinds[kind].type, kinds[kind].sizes[random_below(4)]);
}

static void damage(byte_buffer *b)
{
    if (one_in(3) && b->size > 60)
        b->bytes[8 + random_below((uint32_t)b->size - 8)] ^= (uint8_t)(1u << random_below(8));
    if (one_in(4))
        b->size = random_below((uint32_t)b->size + 1);
}

/* side: of the image, at most. */
static byte_buffer random_file(uint32_t side)
{
    const image im = image_random(random_below(PNG_TYPE_COUNT), 1 + random_below(side),
                                  1 + random_below(side), one_in(2), one_in(2));
    byte_buffer b = {0}, zlib, scanlines = make_scanlines(&im, FILTER_MIXED);

    if (one_in(20)) /* perhaps a filter type */
        scanlines.bytes[random_below((uint32_t)scanlines.size)] = 9;
    zlib = zlib_stream(scanlines.bytes, scanlines.size, 6);
    if (one_in(5)) /* chunks that are right, of a stream that is not */
        zlib.bytes[random_below((uint32_t)zlib.size)] ^= (uint8_t)(1u << random_below(8));
    if (one_in(20))
        zlib.size = random_below((uint32_t)zlib.size);
    if (one_in(300))
        put_random_chunk(&b, "xxxx", random_below(80000)); /* before the signature */
    put_before_pixels(&b, &im);
    if (one_in(10))
        b.size = 8; /* without a header */
    for (unsigned i = random_below(5); i > 0; i--)
        put_some_chunk(&b);
    put_pixels(&b, &zlib, one_in(3) ? 0 : 1 + random_below(2000));
    for (unsigned i = random_below(4); i > 0; i--)
        put_some_chunk(&b);
    if (!one_in(8))
        put_chunk(&b, "IEND", NULL, 0);
    if (one_in(4))
        put_signature(&b);
    damage(&b);
    free(zlib.bytes);
    free(scanlines.bytes);
    free(im.samples);
    return b;
}

static png2bmp_options random_options(void)
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    options.strict = one_in(4);
    options.ignore_checksums = one_in(4);
    options.profile = one_in(2) ? PNG2BMP_PROFILE_EMBED : PNG2BMP_PROFILE_SRGB;
    options.color_space =
        (png2bmp_color_space)(one_in(3) ? PNG2BMP_COLOR_SPACE_SRGB : options.color_space);
    return options;
}

static void test_random_files(void)
{
    for (unsigned i = 0; i < 3000; i++) {
        const png2bmp_options options = random_options();
        const byte_buffer     file = random_file(20);
        const manner          m = {&options, (ending)random_below(ENDINGS), random_below(3000)};
        char                  name[40];

        snprintf(name, sizeof name, "random file %u", i);
        if (takes_part())
            try_pieces(&m, file.bytes, file.size, name);
        if (i % 40 == 0 && file.size < 5000 && takes_part())
            try_every_byte(&m, file.bytes, file.size, name);
        free(file.bytes);
    }
}

/* ---- Whole conversions ---------------------------------------------------------------------- */

typedef struct outcome {
    png2bmp_status  status;
    png2bmp_report *report;
    uint8_t        *bmp;
    size_t          size;
} outcome;

static void clear(outcome *out)
{
    png2bmp_report_free(out->report);
    free(out->bmp);
}

static outcome convert(const uint8_t *bytes, size_t size, const png2bmp_options *options)
{
    outcome       out = {.report = must_have(png2bmp_report_new())};
    png2bmp_plan *plan = must_have(png2bmp_plan_new());
    uint8_t      *png = exact_copy(bytes, size);

    out.status = png2bmp_plan_make(plan, png, size, options, out.report);
    if (!out.status) {
        out.size = (size_t)png2bmp_plan_bmp(plan)->byte_length;
        out.bmp = must_have(malloc(out.size));
        out.status = png2bmp_run(plan, png, size, out.bmp, NULL, out.report);
    }
    free(png);
    png2bmp_plan_free(plan);
    return out;
}

static outcome convert_fed(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                           size_t strip_bytes, fed_cut cut, void *user)
{
    outcome   out = {.report = must_have(png2bmp_report_new())};
    const fed f =
        fed_convert(bytes, size, options, strip_bytes, random_below(4), cut, user, out.report);

    check(!f.wrong, "%s", f.wrong ? f.wrong : "");
    out.status = f.status;
    out.bmp = f.bmp;
    out.size = f.size;
    return out;
}

static void compare_outcomes(const outcome *memory, const outcome *fed, const char *name,
                             const char *cut, size_t number)
{
    bool same = memory->status == fed->status && same_report(memory->report, fed->report);

    if (!memory->status)
        same = same && memory->size == fed->size && memcmp(memory->bmp, fed->bmp, fed->size) == 0;
    check(same, "%s, %s %zu: as in memory", name, cut, number);
    if (same || failures > 10)
        return;
    printf("# memory: status %d '%s'\n# fed: status %d '%s'\n", (int)memory->status,
           memory->report->error.message, (int)fed->status, fed->report->error.message);
    for (unsigned i = 0; i < memory->report->warning_count; i++)
        printf("#   memory: warning '%s'\n", memory->report->warnings[i].message);
    for (unsigned i = 0; i < fed->report->warning_count; i++)
        printf("#   fed: warning '%s'\n", fed->report->warnings[i].message);
}

/* Alternately into memory and in strips of any size. */
static void compare_conversions(const uint8_t *bytes, size_t size, const png2bmp_options *options,
                                const char *name)
{
    static const size_t sizes[] = {1, 2, 7, 4096, SIZE_MAX, 0};
    outcome             memory = convert(bytes, size, options);
    uint32_t            longest = 97;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t       of = sizes[i];
        const size_t strip = random_below(2) ? 1 + random_below(4000) : 0;
        outcome      fed = of ? convert_fed(bytes, size, options, strip, next_fixed, &of)
                              : convert_fed(bytes, size, options, strip, next_random, &longest);

        compare_outcomes(&memory, &fed, name, "conversion in pieces of", sizes[i]);
        clear(&fed);
    }
    clear(&memory);
}

static png2bmp_options random_conversion(void)
{
    png2bmp_options options = random_options();

    options.format = (png2bmp_format)random_below(PNG2BMP_FORMAT_COUNT);
    if (options.format == PNG2BMP_FORMAT_RAW_RGB || options.format == PNG2BMP_FORMAT_RAW_RGBA)
        options.profile = PNG2BMP_PROFILE_SRGB;
    options.top_down = one_in(2);
    options.salvage = one_in(4);
    if (options.format == PNG2BMP_FORMAT_INDEXED && one_in(2))
        options.colors = (uint16_t)(2 + random_below(30));
    return options;
}

static void test_conversions(void)
{
    for (unsigned i = 0; i < 1500; i++) {
        const png2bmp_options options = random_conversion();
        const byte_buffer     file = random_file(one_in(10) ? 200 : 20);
        char                  name[40];

        snprintf(name, sizeof name, "conversion of random file %u", i);
        if (takes_part() && file.size < 70000)
            compare_conversions(file.bytes, file.size, &options, name);
        free(file.bytes);
    }
}

/* ---- A pump ---------------------------------------------------------------------------------- */

/* Memory of a step is an allocation of its own, which is overwritten and freed behind it. */
typedef struct pumped {
    pump       pump;
    outcome    out;
    size_t     used; /* bytes of out.bmp */
    uint8_t   *whole;
    pump_state state;
    unsigned   steps, copies; /* copies: what was written elsewhere first */
} pumped;

/* Of any size, small ones included; NULL only before there is a plan. */
static uint8_t *memory_of_step(pumped *p, size_t *size)
{
    if (!p->pump.plan) {
        *size = random_below(3) ? 1 + random_below(100000) : 0;
        return *size ? must_have(malloc(*size)) : NULL;
    }
    *size = (size_t)pump_needed(&p->pump);
    if (p->pump.is_whole) {
        if (!p->whole)
            p->whole = must_have(malloc(*size));
        return p->whole;
    }
    if (one_in(3))
        *size = 1 + random_below(one_in(2) ? 30 : (uint32_t)*size);
    return must_have(malloc(*size));
}

static void keep_output(pumped *p, const uint8_t *memory, size_t size)
{
    const size_t all = p->pump.plan ? (size_t)p->pump.plan->bmp.byte_length : 0;

    check(p->pump.used <= size && p->used + p->pump.used <= all, "a step stays in its memory");
    if (all > 0 && !p->out.bmp)
        p->out.bmp = must_have(malloc(all));
    if (p->pump.used > 0)
        memcpy(p->out.bmp + p->used, memory, p->pump.used);
    p->used += p->pump.used;
    p->out.size = all;
}

static void keep_whole(pumped *p)
{
    free(p->out.bmp);
    p->out.bmp = p->whole;
    p->out.size = (size_t)p->pump.plan->bmp.byte_length;
    p->whole = NULL;
}

static void take_step(pumped *p, pump_input input)
{
    input.memory = memory_of_step(p, &input.memory_size);
    p->out.status = pump_step(&p->pump, &input, &p->state);
    p->steps++;
    p->copies += p->pump.row != NULL;
    if (input.memory == p->whole)
        return;
    if (!p->out.status)
        keep_output(p, input.memory, input.memory_size);
    if (input.memory)
        memset(input.memory, 0xb7, input.memory_size);
    free(input.memory);
}

static void pump_piece(pumped *p, const uint8_t *bytes, size_t size, bool is_last)
{
    uint8_t *const piece = exact_copy(bytes, size);

    do
        take_step(p, (pump_input){.bytes = piece, .size = size, .is_last = is_last});
    while (!p->out.status && p->state == PUMP_WANTS_MEMORY);
    memset(piece, 0xb7, size);
    free(piece);
}

/* The end is told with the last piece, or behind it. */
static void pump_all(pumped *p, const uint8_t *bytes, size_t size, uint32_t longest)
{
    const bool in_one = one_in(2);

    for (size_t at = 0, n; at < size && !p->out.status; at += n) {
        n = 1 + random_below(longest);
        n = n < size - at ? n : size - at;
        pump_piece(p, bytes + at, n, in_one && at + n == size);
    }
    if (!p->out.status && p->state != PUMP_IS_DONE)
        pump_piece(p, NULL, 0, true);
    if (!p->out.status && p->whole)
        keep_whole(p);
    check(p->out.status || p->pump.is_whole || p->used == p->out.size, "all of the BMP has left");
}

/* Options that a pump refuses, or that hold a BMP for which there is no memory, do not take part.
 */
static pumped convert_pumped(const byte_buffer *file, const png2bmp_options *options,
                             const char *name)
{
    outcome memory = convert(file->bytes, file->size, options);
    pumped  p = {.out = {.report = must_have(png2bmp_report_new())}};

    if (!pump_open(&p.pump, options, random_below(2) ? file->size : 0, false, NULL, p.out.report)) {
        pump_all(&p, file->bytes, file->size, one_in(2) ? 300 : 70000);
        if (p.out.status != PNG2BMP_ERR_MEMORY_LIMIT)
            compare_outcomes(&memory, &p.out, name, "pumped, steps", p.steps);
    }
    pump_close(&p.pump);
    free(p.whole);
    clear(&memory);
    clear(&p.out);
    return p;
}

static void test_pump(void)
{
    for (unsigned i = 0; i < 300; i++) {
        const png2bmp_options options = random_conversion();
        const byte_buffer     file = random_file(one_in(3) ? 300 : 20);
        char                  name[40];

        snprintf(name, sizeof name, "pump of random file %u", i);
        if (takes_part())
            convert_pumped(&file, &options, name);
        free(file.bytes);
    }
}

/* Of each type, more than 64 KiB, with steps whose memory has no room for a row as well. Returns
 * how many have copied rows. */
static unsigned rows_in_place(const png2bmp_options *options, uint32_t height)
{
    unsigned copied = 0;

    for (unsigned i = 0; i < PNG_TYPE_COUNT; i++) {
        const image       im = image_random(i, 900, height, false, false);
        const byte_buffer png = make_png(&im, FILTER_MIXED, 1, 8192);
        const pumped      p = convert_pumped(&png, options, "rows in place");

        check(p.pump.is_placed && p.used > 64 * 1024,
              "rows of type %u in format %d are written where they leave from", i,
              (int)options->format);
        copied += p.copies > 0;
        free(png.bytes);
        free(im.samples);
    }
    return copied;
}

/* In the formats that unfilter writes itself, too. */
static void test_rows_in_place(void)
{
    static const png2bmp_format formats[] = {PNG2BMP_FORMAT_AUTO, PNG2BMP_FORMAT_BGRA32,
                                             PNG2BMP_FORMAT_GRAY8, PNG2BMP_FORMAT_RAW_RGB,
                                             PNG2BMP_FORMAT_RAW_RGBA};
    png2bmp_options             options;
    unsigned                    copied = 0;

    png2bmp_options_init(&options);
    options.top_down = true;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        options.format = formats[i];
        copied += rows_in_place(&options, options.format == PNG2BMP_FORMAT_AUTO ? 600 : 100);
    }
    check(copied > 25, "where there is no room for a row, it is copied (%u)", copied);
}

/* The first half of the data gives rows, before the rest has come. */
static void test_rows_leave_early(void)
{
    const image        im = image_random(5, 300, 400, false, false); /* RGB */
    byte_buffer        png = make_png(&im, FILTER_MIXED, 6, 8192);
    fed                f = {.in_strips = true};
    const png2bmp_sink sink = {fed_begin, fed_write, &f, 4096};
    png2bmp_options    options;
    png2bmp_feed      *feed;

    png2bmp_options_init(&options);
    options.top_down = true;
    feed = must_have(png2bmp_feed_new(&options, 0, &sink, NULL, NULL));
    check(!png2bmp_feed_bytes(feed, png.bytes, png.size / 2), "the first half is taken");
    check(f.next > f.size * 4 / 10, "after half of the PNG %llu of %zu bytes have left",
          (unsigned long long)f.next, f.size);
    check(!png2bmp_feed_bytes(feed, png.bytes + png.size / 2, png.size - png.size / 2) &&
              !png2bmp_feed_finish(feed) && f.next == f.size && !f.wrong,
          "after the second half all have");
    png2bmp_feed_free(feed);
    free(f.bmp);
    free(png.bytes);
    free(im.samples);
}

/* Each strip on its own, from a PNG that was given in whole; salvage fills the last of them. */
static void test_pauses(void)
{
    const image     im = image_random(5, 300, 400, false, false);
    byte_buffer     png = make_png(&im, FILTER_MIXED, 6, 8192);
    size_t          all = SIZE_MAX;
    unsigned        strips;
    png2bmp_options options;
    fed             f;

    png2bmp_options_init(&options);
    for (unsigned i = 0; i < 4; i++) {
        options.top_down = i & 1;
        options.salvage = i >= 2;
        png.bytes[png.size / 2] ^= (uint8_t)(i == 2);
        f = fed_convert(png.bytes, png.size, &options, 4096, 1, next_fixed, &all, NULL);
        strips = 400 / (4096 / 900);
        check(!f.status && !f.wrong && f.pauses == strips + 1,
              "a pause after `begin`, and one after each of %u strips: %u", strips, f.pauses);
        free(f.bmp);
    }
    free(png.bytes);
    free(im.samples);
}

/* Rows of another size, smaller and larger, of which several may be due after one row of the PNG.
 */
static void test_resized_pauses(void)
{
    static const uint32_t sides[][2] = {{300, 170}, {90, 390}, {420, 900}, {300, 400}};
    const image           im = image_random(5, 300, 400, false, false);
    byte_buffer           png = make_png(&im, FILTER_MIXED, 6, 8192);
    size_t                all = SIZE_MAX;
    png2bmp_options       options;

    png2bmp_options_init(&options);
    options.fit = PNG2BMP_FIT_FILL;
    for (unsigned i = 0; i < 8; i++) {
        outcome memory;
        fed     f;

        options.width = sides[i / 2][0];
        options.height = sides[i / 2][1];
        options.top_down = i & 1;
        memory = convert(png.bytes, png.size, &options);
        f = fed_convert(png.bytes, png.size, &options, 4096, 1, next_fixed, &all, NULL);
        check(!memory.status && !f.status && !f.wrong && f.size == memory.size &&
                  memcmp(f.bmp, memory.bmp, f.size) == 0 && f.pauses > f.size / 4096,
              "%u x %u: %u pauses, and the BMP is that of memory (%s)", options.width,
              options.height, f.pauses, f.wrong ? f.wrong : "");
        free(f.bmp);
        free(memory.bmp);
        png2bmp_report_free(memory.report);
    }
    free(png.bytes);
    free(im.samples);
}

/* How much a paused feed still writes, and what it takes. */
static void test_paused_calls(void)
{
    const image        im = image_random(5, 300, 400, false, false);
    byte_buffer        png = make_png(&im, FILTER_MIXED, 6, 8192);
    fed                f = {.in_strips = true, .pause_every = 1};
    const png2bmp_sink sink = {fed_begin, fed_write, &f, 4096};
    png2bmp_report    *report = must_have(png2bmp_report_new());
    png2bmp_options    options;

    png2bmp_options_init(&options);
    options.top_down = true;
    f.feed = must_have(png2bmp_feed_new(&options, 0, &sink, NULL, report));
    check(!png2bmp_feed_bytes(f.feed, NULL, 0) && !png2bmp_feed_is_paused(f.feed),
          "no bytes are nothing");
    check(!png2bmp_feed_bytes(f.feed, png.bytes, png.size) && png2bmp_feed_is_paused(f.feed) &&
              f.next == 54,
          "the headers alone after `begin` has paused");
    f.has_paused = false;
    check(!png2bmp_feed_finish(f.feed) && png2bmp_feed_is_paused(f.feed) && f.next == 54 + 3600,
          "png2bmp_feed_finish goes on with what was fed, and pauses");
    for (unsigned i = 0; i < 200 && !f.status && png2bmp_feed_is_paused(f.feed); i++) {
        f.has_paused = false;
        f.status = png2bmp_feed_finish(f.feed);
    }
    check(!f.status && !f.wrong && f.next == f.size && !png2bmp_feed_is_paused(f.feed),
          "png2bmp_feed_finish goes on to the end");
    png2bmp_feed_free(f.feed);
    free(f.bmp);

    f = (fed){.in_strips = true, .pause_every = 1};
    f.feed = must_have(png2bmp_feed_new(&options, 0, &sink, NULL, report));
    check(!png2bmp_feed_bytes(f.feed, png.bytes, png.size), "a piece is taken");
    check(png2bmp_feed_bytes(f.feed, png.bytes, 1) == PNG2BMP_ERR_PLAN &&
              strstr(report->error.message, "(feed, NULL, 0)"),
          "bytes while it is paused are an error that says what to do");
    check(png2bmp_feed_bytes(f.feed, NULL, 0) == PNG2BMP_ERR_PLAN &&
              !png2bmp_feed_is_paused(f.feed),
          "which stays");
    png2bmp_feed_free(f.feed);
    free(f.bmp);
    png2bmp_report_free(report);
    free(png.bytes);
    free(im.samples);
}

static png2bmp_status refuse(void *user, const png2bmp_plan *plan, uint8_t **bmp)
{
    (void)user, (void)plan, (void)bmp;
    return PNG2BMP_ERR_PIXEL_LIMIT;
}

static void test_ends(void)
{
    const image        im = image_random(5, 30, 40, true, false);
    byte_buffer        png = make_png(&im, FILTER_MIXED, 6, 8192);
    png2bmp_report    *report = must_have(png2bmp_report_new());
    const png2bmp_sink refuses = {.begin = refuse};
    png2bmp_options    options;
    png2bmp_feed      *feed;
    outcome            out;

    png2bmp_options_init(&options);
    feed = must_have(png2bmp_feed_new(&options, 0, &refuses, NULL, report));
    check(png2bmp_feed_bytes(feed, png.bytes, png.size) == PNG2BMP_ERR_PIXEL_LIMIT, "refused");
    png2bmp_feed_free(feed);

    feed = must_have(png2bmp_feed_new(&options, 0, &refuses, NULL, report));
    check(png2bmp_feed_finish(feed) == PNG2BMP_ERR_SIGNATURE, "nothing is not a PNG");
    png2bmp_feed_free(feed);

    options.bits = 3;
    feed = must_have(png2bmp_feed_new(&options, 0, &refuses, NULL, report));
    check(png2bmp_feed_bytes(feed, png.bytes, 1) == PNG2BMP_ERR_OPTION, "an option is invalid");
    png2bmp_feed_free(feed);
    options.bits = 0;

    feed = must_have(png2bmp_feed_new(&options, 0, &refuses, NULL, report));
    check(!png2bmp_feed_bytes(feed, png.bytes, 20), "the header is not there yet");
    png2bmp_feed_free(feed); /* given up: nothing leaks */
    png2bmp_feed_free(NULL);

    options.max_memory = png.size - 1;
    options.salvage = true;
    {
        size_t one = 1;

        out = convert_fed(png.bytes, png.size, &options, 1, next_fixed, &one);
        check(out.status == PNG2BMP_ERR_MEMORY_LIMIT, "with salvage the PNG is held");
        clear(&out);
    }
    png2bmp_report_free(report);
    free(png.bytes);
    free(im.samples);
}

static png2bmp_status fail_after_five(void *user, const uint8_t *bytes, size_t size,
                                      uint64_t offset)
{
    unsigned *const pieces = user;

    (void)bytes, (void)size, (void)offset;
    return ++*pieces > 5 ? PNG2BMP_ERR_CRC : PNG2BMP_OK;
}

/* The sink's error is not one of the PNG, whatever its number. */
static void test_sink_that_fails(void)
{
    const image        im = image_random(5, 300, 400, false, false);
    byte_buffer        png = make_png(&im, FILTER_MIXED, 6, 8192);
    png2bmp_report    *report = must_have(png2bmp_report_new());
    unsigned           pieces = 0;
    const png2bmp_sink sink = {NULL, fail_after_five, &pieces, 4096};
    png2bmp_options    options;
    png2bmp_feed      *feed;

    png2bmp_options_init(&options);
    options.salvage = true;
    feed = must_have(png2bmp_feed_new(&options, 0, &sink, NULL, report));
    check(!png2bmp_feed_bytes(feed, png.bytes, png.size) &&
              png2bmp_feed_finish(feed) == PNG2BMP_ERR_CRC && pieces == 6,
          "an error of the sink ends a conversion with salvage: %u pieces", pieces);
    check(report->warning_count == 0 && report->error.message[0] == 0,
          "and is not told as damage: '%s'", report->error.message);
    png2bmp_feed_free(feed);
    png2bmp_report_free(report);
    free(png.bytes);
    free(im.samples);
}

/* How much may be mended follows from the size of the file, which is known at its end. */
static void test_salvage_of_long_chunks(void)
{
    const size_t    head = 8 + 25, length = 600000; /* signature and IHDR; of a text */
    const image     im = image_random(5, 30, 40, false, false);
    byte_buffer     png = make_png(&im, FILTER_MIXED, 6, 8192), damaged = {0};
    uint8_t        *text = must_have(calloc(1, length));
    size_t          piece = 4096;
    png2bmp_options options;
    outcome         memory, fed;

    put_bytes(&damaged, png.bytes, head);
    put_chunk(&damaged, "tEXt", text, length);
    put_chunk(&damaged, "tEXt", text, 10);
    damaged.bytes[damaged.size - 10 - 12] = 0x40; /* its length */
    put_bytes(&damaged, png.bytes + head, png.size - head);

    png2bmp_options_init(&options);
    options.salvage = true;
    memory = convert(damaged.bytes, damaged.size, &options);
    fed = convert_fed(damaged.bytes, damaged.size, &options, 0, next_fixed, &piece);
    check(!memory.status, "a chunk after a long one is mended");
    compare_outcomes(&memory, &fed, "a damaged file with a long chunk", "in pieces of", piece);
    clear(&memory);
    clear(&fed);
    free(text);
    free(damaged.bytes);
    free(png.bytes);
    free(im.samples);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* A text of 100 MB before the data: signature and header, the chunk in pieces, the rest. */
static void test_long_text(void)
{
    const png2bmp_png_info info = {
        .width = 4, .height = 1, .bit_depth = 8, .color_type = PNG2BMP_GRAY};
    const size_t    piece = 65536, pieces = 1600;
    byte_buffer     head = {0}, tail = {0};
    uint8_t        *text = must_have(calloc(1, piece));
    png_window      window = {0};
    png2bmp_options options;
    reading        *r = must_have(malloc(sizeof *r));
    uint32_t        crc = libdeflate_crc32(0, "tEXt", 4);

    png2bmp_options_init(&options);
    put_signature(&head);
    put_ihdr(&head, &info);
    put_number(&head, (uint32_t)(piece * pieces));
    put_bytes(&head, "tEXt", 4);
    for (size_t i = 0; i < pieces; i++)
        crc = libdeflate_crc32(crc, text, piece);
    put_number(&tail, crc);
    put_chunk(&tail, "IDAT", "123", 3);
    put_chunk(&tail, "IEND", NULL, 0);

    begin(r, &options, END_WHOLE, 0);
    r->file.is_open = true;
    r->file.fed = &r->fed;
    open_header(r);
    most_held = 0;
    feed_piece(r, &window, head.bytes, head.size);
    for (size_t i = 0; i < pieces; i++)
        feed_piece(r, &window, text, piece);
    feed_piece(r, &window, tail.bytes, tail.size);
    r->file.is_open = false;
    read_all(r);
    check(r->status == PNG2BMP_OK && r->data.size == 3 && r->report.warning_count == 0,
          "a text of 100 MB passes, with the right CRC");
    check(most_held <= 64, "a text of 100 MB is not held: %zu bytes are", most_held);
    window_close(&window);
    end(r);
    free(r);
    free(text);
    free(head.bytes);
    free(tail.bytes);
}

/* The length of a profile that is used decides at once whether there may be memory for it. */
static void test_kept_profile(void)
{
    const png2bmp_png_info info = {
        .width = 4, .height = 1, .bit_depth = 8, .color_type = PNG2BMP_GRAY};
    byte_buffer png = {0};

    put_signature(&png);
    put_ihdr(&png, &info);
    put_number(&png, 3000000);
    put_bytes(&png, "iCCPa profile\0", 14);
    put_bytes(&png, (uint8_t[100]){0}, 100);
    for (uint64_t most = 2999999; most <= 3000000; most++) {
        png2bmp_options    options;
        const png2bmp_sink sink = {.write = fed_write};
        png2bmp_feed      *feed;

        png2bmp_options_init(&options);
        options.profile = PNG2BMP_PROFILE_EMBED;
        options.max_memory = most;
        feed = must_have(png2bmp_feed_new(&options, 0, &sink, NULL, NULL));
        check(png2bmp_feed_bytes(feed, png.bytes, png.size) ==
                  (most < 3000000 ? PNG2BMP_ERR_MEMORY_LIMIT : PNG2BMP_OK),
              "a profile of 3000000 bytes, of which 100 have come; maxMemory %u", (unsigned)most);
        png2bmp_feed_free(feed);
    }
    free(png.bytes);
}

/* What is not a PNG: no more is held than is looked at for a PNG in it. */
static void test_no_png(void)
{
    const size_t    size = 100000;
    uint8_t        *bytes = must_have(malloc(size));
    png2bmp_options options;
    manner          m = {&options, END_WHOLE, 0};

    memset(bytes, 'x', size);
    png2bmp_options_init(&options);
    most_held = 0;
    try_pieces(&m, bytes, size, "what is no PNG");
    check(most_held <= 2 * 65600, "of what is no PNG %zu bytes are held", most_held);
    free(bytes);
}

/* ---- Files --------------------------------------------------------------------------------------
 */

static byte_buffer load(const char *path)
{
    FILE       *file = fopen(path, "rb");
    byte_buffer b = {0};
    uint8_t     part[4096];
    size_t      n;

    check(file != NULL, "%s is there", path);
    while (file && (n = fread(part, 1, sizeof part, file)) > 0)
        put_bytes(&b, part, n);
    if (file)
        fclose(file);
    return b;
}

static void test_file(const char *path)
{
    const byte_buffer file = load(path);
    png2bmp_options   options;

    png2bmp_options_init(&options);
    for (unsigned i = 0; i < ENDINGS; i++) {
        manner m = {&options, (ending)i, file.size / 2};

        options.strict = i == END_EARLY;
        options.profile = i == END_WHOLE ? PNG2BMP_PROFILE_EMBED : PNG2BMP_PROFILE_SRGB;
        try_pieces(&m, file.bytes, file.size, path);
        if (file.size < 3000)
            try_every_byte(&m, file.bytes, file.size, path);
    }
    for (unsigned i = 0; i < 4; i++) {
        options = random_conversion();
        compare_conversions(file.bytes, file.size, &options, path);
    }
    free(file.bytes);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--files") == 0) {
        for (int i = 2; i < argc; i++)
            test_file(argv[i]);
    } else {
        test_random_files();
        test_conversions();
        test_pump();
        test_rows_in_place();
        test_rows_leave_early();
        test_pauses();
        test_resized_pauses();
        test_paused_calls();
        test_ends();
        test_sink_that_fails();
        test_salvage_of_long_chunks();
        test_long_text();
        test_kept_profile();
        test_no_png();
    }
    printf("# %d checks, %d failed\n", checks, failures);
    return failures > 0;
}
