/* Converts into a file: in strips, so that memory does not grow with the image, or as a whole if
 * that is no worse. Or writes bytes that are there already. */
#include <errno.h>
#include <string.h>

#include "failure.h"
#include "file.h"
#include "plan/plan.h"
#include "run/run.h"
#include "save.h"

/* Bytes; lib/save-path.js refuses longer ones already. */
#define LONGEST_PATH 65535

/* ---- A file, piece by piece ---------------------------------------------------- */

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

png2bmp_status saving_open(saving *s, int directory, const char *path,
                           const png2bmp_options *options, const png2bmp_control *control,
                           png2bmp_report *report)
{
    const file_rules rules = rules_of(directory, options, control);

    *s = (saving){NULL, path, report};
    return report_failure(report, open_path(&s->file, path, &rules), path);
}

bool saving_is_sequential(const saving *s)
{
    return file_is_sequential(s->file);
}

png2bmp_status saving_write(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    const saving *s = user;

    return report_failure(s->report, file_write(s->file, bytes, size, offset), s->path);
}

png2bmp_status saving_finish(saving *s, png2bmp_status status)
{
    if (!s->file)
        return status;
    if (!status)
        return report_failure(s->report, file_commit(s->file), s->path);
    file_discard(s->file);
    return status;
}

/* ---- Save ----------------------------------------------------------------------- */

png2bmp_status save_at(int directory, const char *path, const png2bmp_plan *plan,
                       const uint8_t *png, size_t size, const png2bmp_control *control,
                       png2bmp_report *report)
{
    png2bmp_status status = plan_check_png(plan, report);
    saving         to;

    if (!status)
        status = saving_open(&to, directory, path, &plan->options, control, report);
    if (status)
        return status;
    status = run_into(plan, &(run_source){.png = png, .size = size},
                      saving_is_sequential(&to) ? UINT64_MAX : SAVE_STRIP_BYTES,
                      (byte_sink){saving_write, &to}, control, report);
    return saving_finish(&to, status);
}

png2bmp_status save_bytes_at(int directory, const char *path, const uint8_t *bytes, size_t size,
                             const png2bmp_options *options, const png2bmp_control *control,
                             png2bmp_report *report)
{
    saving         to;
    png2bmp_status status = saving_open(&to, directory, path, options, control, report);

    if (!status)
        status = saving_write(&to, bytes, size, 0);
    return saving_finish(&to, status);
}

png2bmp_status png2bmp_save(const char *path, const png2bmp_plan *plan, const uint8_t *png,
                            size_t size, const png2bmp_control *control, png2bmp_report *report)
{
    return save_at(FILE_WORKING_DIRECTORY, path, plan, png, size, control, report);
}
