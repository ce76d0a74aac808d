/*
 * The functions that lib/wasm/engine.js calls: the only code that depends on WebAssembly's host.
 *
 * One conversion at a time: input_reserve, then the bytes are copied in, then plan, then facts()
 * for a destination of the right size, then run, which outputs the BMP in pieces through host_rows;
 * at the end input_release.
 *
 * The BMP is never complete in WebAssembly memory, unless the PNG is interlaced: its passes go over
 * the image seven times.
 */
#include <libdeflate.h>
#include <stdlib.h>

#include "base/opaque.h"
#include "base/report.h"
#include "host/host_facts.h"
#include "host/host_feed.h"
#include "host/host_options.h"
#include "host/host_png.h"
#include "run/run.h"
#include "save/save.h"

#define EXPORT(name) __attribute__((export_name(#name), visibility("default"))) name
#define IMPORT(name) __attribute__((import_module("png2bmp"), import_name(#name)))

/* Called between batches of scanlines: true stops the conversion. */
IMPORT(cancelled) extern bool host_cancelled(void);

/* Receives bytes of the BMP that belong at `offset`. False: it failed, and has kept the error. */
IMPORT(rows) extern bool host_rows(const uint8_t *bytes, size_t size, uint32_t offset);

/* Rows of about this many bytes are output at a time, while they are still in the L2 cache. */
#define STRIP_BYTES (256 * 1024)

static struct {
    uint8_t        *input;
    size_t          size;
    bool            is_pixels;
    bool            is_to_png; /* pixels to a PNG, not to a BMP */
    png2bmp_pixels  pixels;
    double          values[HOST_VALUES_MOST]; /* the options: see host_options.h */
    size_t          value_count;
    bool            has_options; /* of these values */
    png2bmp_options options;
    png2bmp_plan    plan;
    png2bmp_report  report;
    double          facts[HOST_FACTS_COUNT];
} job;

/* ---- Input ------------------------------------------------------------------ */

/* Where to copy the input to; NULL: out of memory. */
uint8_t *EXPORT(input_reserve)(size_t size)
{
    job.input = malloc(size);
    job.size = size;
    return job.input;
}

void EXPORT(input_release)(void)
{
    free(job.input);
    job.input = NULL;
}

/* ---- Cancellation --------------------------------------------------------------- */

static bool is_cancelled(void *user)
{
    (void)user;
    return host_cancelled();
}

static const png2bmp_control control = {.cancelled = is_cancelled};

/* ---- Plan -------------------------------------------------------------------- */

const double *EXPORT(facts)(void)
{
    return job.facts;
}

uint32_t EXPORT(fact_count)(void)
{
    return HOST_FACTS_COUNT;
}

/* Where to write the values of the options; there are `count` of them. */
double *EXPORT(options_reserve)(size_t count)
{
    job.value_count = count;
    job.has_options = false;
    return count <= HOST_VALUES_MOST ? job.values : NULL;
}

/* Reads the options, unless they are those of the conversion before. */
static png2bmp_status begin(void)
{
    png2bmp_report_clear(&job.report);
    if (!job.has_options)
        job.has_options = host_options_read(&job.options, job.values, job.value_count);
    return job.has_options ? PNG2BMP_OK : report_plain_error(&job.report, PNG2BMP_ERR_OPTION);
}

static png2bmp_status planned(png2bmp_status status)
{
    if (!status)
        host_facts_write(job.facts, &job.plan);
    return status;
}

/* Plans the conversion of a PNG in the input. */
png2bmp_status EXPORT(plan)(void)
{
    png2bmp_status status = begin();

    job.is_pixels = job.is_to_png = false;
    if (!status)
        status = png2bmp_plan_make(&job.plan, job.input, job.size, &job.options, &job.report);
    return planned(status);
}

/* Counts the colours of what was planned: a fact. */
png2bmp_status EXPORT(count_colors)(void)
{
    return planned(png2bmp_count_colors(&job.plan, job.input, job.size, &control, &job.report));
}

/* Plans the conversion of raw pixels in the input. */
png2bmp_status EXPORT(plan_pixels)(uint32_t width, uint32_t height, uint32_t channels,
                                   double stride)
{
    png2bmp_status status = begin();

    job.is_pixels = true;
    job.is_to_png = false;
    /* A stride that does not fit does no harm: with one row it is not used, with more the pixels
     * would not fit either. */
    job.pixels = (png2bmp_pixels){.data = job.input,
                                  .size = job.size,
                                  .width = width,
                                  .height = height,
                                  .channels = channels,
                                  .stride = stride < 0x1p32 ? (size_t)stride : SIZE_MAX};
    if (!status)
        status = png2bmp_plan_pixels(&job.plan, &job.pixels, &job.options, &job.report);
    return planned(status);
}

/* The same for a PNG of R G B A pixels: see host_png.h. The plan has its greatest length. */
png2bmp_status EXPORT(plan_png)(uint32_t width, uint32_t height)
{
    png2bmp_status status = plan_pixels(width, height, 4, 4.0 * width);

    job.is_to_png = true;
    if (!status)
        status = host_png_plan(&job.plan, &job.pixels, &job.report);
    return planned(status);
}

/* ---- Run --------------------------------------------------------------------- */

/* If the host could not receive the rows, that is its own error, which lib/ has kept. */
static png2bmp_status hand_out(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    (void)user;
    if (host_rows(bytes, size, (uint32_t)offset))
        return PNG2BMP_OK;
    return report_plain_error(&job.report, PNG2BMP_ERR_FILE);
}

static png2bmp_status run_to_png(void)
{
    const png2bmp_pixels *pixels = &job.pixels;
    const bool            fits = job.plan.bmp.byte_length <= PTRDIFF_MAX;
    uint8_t              *png = fits ? malloc((size_t)job.plan.bmp.byte_length) : NULL;
    const size_t size = png ? host_png_write(png, job.input, pixels->width, pixels->height) : 0;
    const png2bmp_status status = size ? hand_out(NULL, png, size, 0)
                                       : report_plain_error(&job.report, PNG2BMP_ERR_OUT_OF_MEMORY);

    free(png);
    return status;
}

/* Converts what was planned. */
png2bmp_status EXPORT(run)(void)
{
    const run_source source = {
        .png = job.input, .size = job.size, .pixels = job.is_pixels ? &job.pixels : NULL};

    if (job.is_to_png)
        return run_to_png();
    return run_into(&job.plan, &source, STRIP_BYTES, (byte_sink){hand_out, NULL}, &control,
                    &job.report);
}

/* ---- Fed in pieces -------------------------------------------------------------- */

/* Of one PNG: an instance that is fed does nothing else. Its bytes are in the input, each step's
 * until they are used up; what leaves in order is in `memory`, a whole goes through host_rows. */
static struct {
    pump     pump;
    uint8_t *memory;
    size_t   memory_size;
    double   numbers[HOST_FEED_COUNT];
} fed;

png2bmp_status EXPORT(feed_open)(double png_size, bool wants_whole)
{
    png2bmp_status status = begin();

    pump_close(&fed.pump); /* one that was opened to check its options */
    if (!status)
        status = pump_open(&fed.pump, &job.options, (uint64_t)png_size, wants_whole, &control,
                           &job.report);
    fed.pump.parts_of_whole.write = hand_out;
    return status;
}

/* room: bytes that may be written to the memory. */
png2bmp_status EXPORT(feed_step)(bool is_last, size_t room)
{
    pump_input     input = {.bytes = job.input, .size = job.size, .is_last = is_last};
    pump_state     state = PUMP_WANTS_INPUT;
    png2bmp_status status;

    if (fed.pump.plan && !fed.pump.is_whole) {
        if (!fed.memory)
            fed.memory = malloc(fed.memory_size = (size_t)pump_needed(&fed.pump));
        if (!fed.memory)
            return report_plain_error(&job.report, PNG2BMP_ERR_OUT_OF_MEMORY);
        input.memory = fed.memory;
        input.memory_size = room < fed.memory_size ? room : fed.memory_size;
    }
    status = pump_step(&fed.pump, &input, &state);
    host_feed_write(fed.numbers, &fed.pump, state);
    return status;
}

/* Whether what was planned may be converted into a file that the host writes, of a PNG that it
 * reads or is fed. */
png2bmp_status EXPORT(check_piece)(void)
{
    const png2bmp_plan *plan = fed.pump.plan ? fed.pump.plan : &job.plan;

    return run_check_piece(plan, SAVE_STRIP_BYTES, &job.report);
}

/* After a step: HOST_FEED_COUNT numbers, and what it has written. */
const double *EXPORT(feed_numbers)(void)
{
    return fed.numbers;
}

uint32_t EXPORT(feed_number_count)(void)
{
    return HOST_FEED_COUNT;
}

const uint8_t *EXPORT(feed_memory)(void)
{
    return fed.memory;
}

/* ---- Facts and texts ----------------------------------------------------------- */

const char *EXPORT(error_message)(png2bmp_status status)
{
    return job.report.error.message[0] ? job.report.error.message : png2bmp_status_text(status);
}

uint32_t EXPORT(warning_count)(void)
{
    return job.report.warning_count;
}

png2bmp_status EXPORT(warning_status)(uint32_t index)
{
    return job.report.warnings[index].status;
}

const char *EXPORT(warning_message)(uint32_t index)
{
    return job.report.warnings[index].message;
}

/* Status i of all that there are, errors first; 0 after the last. */
png2bmp_status EXPORT(status)(uint32_t i)
{
    return host_status(i);
}

uint32_t EXPORT(first_warning)(void)
{
    return PNG2BMP_FIRST_WARNING;
}

const char *EXPORT(status_code)(png2bmp_status status)
{
    return png2bmp_status_code(status);
}

const char *EXPORT(status_text)(png2bmp_status status)
{
    return png2bmp_status_text(status);
}

/* The table of options, by index. The name is NULL after the last, and so is the choice. */
const char *EXPORT(option_name)(uint32_t i)
{
    return i < HOST_OPTIONS_COUNT ? host_options_all[i].name : NULL;
}

bool EXPORT(option_is_of_lib)(uint32_t i)
{
    return i >= HOST_OPTIONS_OF_USERS;
}

host_option_kind EXPORT(option_kind)(uint32_t i)
{
    return host_options_all[i].kind;
}

double EXPORT(option_initial)(uint32_t i)
{
    double defaults[HOST_OPTIONS_COUNT];

    host_options_defaults(defaults);
    return defaults[i];
}

uint32_t EXPORT(option_least)(uint32_t i)
{
    return host_options_all[i].least;
}

uint32_t EXPORT(option_most)(uint32_t i)
{
    return host_options_all[i].most;
}

const char *EXPORT(option_choice)(uint32_t i, uint32_t choice)
{
    return host_options_all[i].choice ? host_options_all[i].choice(choice) : NULL;
}

const char *EXPORT(fact_name)(uint32_t i)
{
    return host_fact_name(i);
}

const char *EXPORT(version)(void)
{
    return PNG2BMP_VERSION;
}

const char *EXPORT(version_libdeflate)(void)
{
    return LIBDEFLATE_VERSION_STRING;
}
