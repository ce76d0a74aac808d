/* Converts into a file: in strips, so that memory does not grow with the image, or as a whole if
 * that is no worse. Or writes bytes that are there already. */
#include <errno.h>
#include <string.h>

#include "failure.h"
#include "file.h"
#include "plan/plan.h"
#include "run/run.h"
#include "save.h"

/* A BMP of at most this size is made in memory and written with one call; of a larger one, this
 * much is in memory at a time. */
#define STRIP_BYTES (1024 * 1024)

/* Bytes; lib/save-path.js refuses longer ones already. */
#define LONGEST_PATH 65535

typedef struct destination {
    new_file       *file;
    const char     *path;
    png2bmp_report *report;
} destination;

static png2bmp_status write_piece(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    const destination *to = user;

    return report_failure(to->report, file_write(to->file, bytes, size, offset), to->path);
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
    png2bmp_status   status = plan_check_png(plan, report);
    destination      to;

    if (!status)
        status = report_failure(report, open_path(&file, path, &rules), path);
    if (status)
        return status;
    to = (destination){file, path, report};
    status = run_into(plan, &(run_source){.png = png, .size = size},
                      file_is_sequential(file) ? UINT64_MAX : STRIP_BYTES,
                      (byte_sink){write_piece, &to}, control, report);
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
