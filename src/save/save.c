/* Converts into a file: in strips, so that memory does not grow with the image, or as a whole if
 * that is no worse. Or writes bytes that are there already. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "file.h"
#include "plan/halves.h"
#include "plan/profile.h"
#include "run/convert.h"
#include "save.h"

/* A BMP of at most this size is made in memory and written with one call; of a larger one, this
 * much is in memory at a time. */
#define STRIP_BYTES (1024 * 1024)

#define LONGEST_PATH 65535

static png2bmp_status report_failure(png2bmp_report *report, file_failure failed, const char *path)
{
    char text[64];

    if (!failed.code)
        return PNG2BMP_OK;
    if (!failed.syscall)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    if (failed.code == ECANCELED)
        return report_plain_error(report, PNG2BMP_ERR_CANCELLED);
    if (report) {
        report->file_errno = failed.code;
        report->file_syscall = failed.syscall;
    }
    file_error_text(failed.code, text, sizeof text);
    return report_error(report, PNG2BMP_ERR_FILE, "%s '%.120s': %s", failed.syscall, path, text);
}

/* ---- Whole ---------------------------------------------------------------- */

static png2bmp_status save_whole(new_file *file, const char *path, const png2bmp_plan *plan,
                                 const uint8_t *png, size_t size, const png2bmp_control *control,
                                 png2bmp_report *report)
{
    const size_t   bytes = (size_t)plan->bmp.byte_length;
    uint8_t       *bmp = malloc(bytes);
    png2bmp_status status;

    if (!bmp)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    status = png2bmp_run(plan, png, size, bmp, control, report);
    if (!status)
        status = report_failure(report, file_write(file, bmp, bytes, 0), path);
    free(bmp);
    return status;
}

/* ---- In strips ------------------------------------------------------------ */

typedef struct strip {
    row_target          target; /* first: a row_target pointer is a strip pointer */
    new_file           *file;
    const char         *path;
    const png2bmp_plan *plan;
    png2bmp_report     *report;
} strip;

static png2bmp_status write_strip(row_target *target, uint32_t first_row, uint32_t rows)
{
    strip             *s = (strip *)target;
    const target_strip part = target_strip_of(target, s->plan, first_row, rows);

    return report_failure(s->report, file_write(s->file, part.bytes, part.size, part.offset),
                          s->path);
}

static png2bmp_status write_profile(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    const strip *s = user;

    return report_failure(s->report, file_write(s->file, bytes, size, offset), s->path);
}

static png2bmp_status save_strips(new_file *file, const char *path, const png2bmp_plan *plan,
                                  const uint8_t *png, size_t size, const png2bmp_control *control,
                                  png2bmp_report *report)
{
    const uint32_t rows = target_strip_rows(plan, STRIP_BYTES);
    uint8_t       *rows_base = malloc((size_t)(rows * plan->bmp.stride));
    uint8_t        header[BMP_MAX_HEADER];
    png2bmp_status status;
    strip          s;

    if (!rows_base)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    s = (strip){target_at(rows_base, rows, plan), file, path, plan, report};
    s.target.flush = write_strip;
    bmp_write_header(header, plan);
    status = report_failure(report, file_write(file, header, plan->bmp.header_length, 0), path);
    if (!status)
        status = convert_rows(plan, png, size, &s.target, control, report);
    free(rows_base);
    if (!status)
        status = profile_write(plan, png, size, (profile_sink){write_profile, &s}, control, report);
    return status;
}

/* ---- Save ----------------------------------------------------------------- */

/* Paths that no system accepts: an empty one, and one whose length might not fit an int. */
static file_failure open_path(new_file **file, const char *path, const file_rules *rules)
{
    const size_t length = strlen(path);

    if (length == 0 || length > LONGEST_PATH)
        return (file_failure){length ? ENAMETOOLONG : ENOENT, "open"};
    return file_open(file, path, rules);
}

static file_rules rules_of(int directory, const png2bmp_options *options,
                           const png2bmp_control *control)
{
    file_rules rules = {
        .directory = directory, .exclusive = options->exclusive, .sync = options->sync};

    if (control) {
        rules.cancelled = control->cancelled;
        rules.user = control->user;
    }
    return rules;
}

/* Gives the file its name, or removes it if what was to be written failed. */
static png2bmp_status finish(new_file *file, png2bmp_status status, const char *path,
                             png2bmp_report *report)
{
    if (!status)
        return report_failure(report, file_commit(file), path);
    file_discard(file);
    return status;
}

png2bmp_status save_at(int directory, const char *path, const png2bmp_plan *plan,
                       const uint8_t *png, size_t size, const png2bmp_control *control,
                       png2bmp_report *report)
{
    const file_rules rules = rules_of(directory, &plan->options, control);
    new_file        *file = NULL;
    png2bmp_status   status = report_failure(report, open_path(&file, path, &rules), path);
    bool             whole;

    if (status)
        return status;
    whole = plan->png.interlaced || halves_are_needed(plan) ||
            plan->bmp.byte_length <= STRIP_BYTES || file_is_sequential(file);
    status = (whole ? save_whole : save_strips)(file, path, plan, png, size, control, report);
    return finish(file, status, path, report);
}

png2bmp_status save_bytes_at(int directory, const char *path, const uint8_t *bytes, size_t size,
                             const png2bmp_options *options, const png2bmp_control *control,
                             png2bmp_report *report)
{
    const file_rules rules = rules_of(directory, options, control);
    new_file        *file = NULL;
    png2bmp_status   status = report_failure(report, open_path(&file, path, &rules), path);

    if (status)
        return status;
    status = report_failure(report, file_write(file, bytes, size, 0), path);
    return finish(file, status, path, report);
}

png2bmp_status png2bmp_save(const char *path, const png2bmp_plan *plan, const uint8_t *png,
                            size_t size, const png2bmp_control *control, png2bmp_report *report)
{
    return save_at(FILE_WORKING_DIRECTORY, path, plan, png, size, control, report);
}
