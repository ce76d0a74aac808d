#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "cwd.h"
#include "host/host_png.h"
#include "save/convert_file.h"
#include "save/save.h"
#include "stream.h"

static png2bmp_pixels job_pixels(const job *job)
{
    png2bmp_pixels pixels = job->pixels;
    pixels.data = job->input;
    pixels.size = job->input_size;
    return pixels;
}

void job_plan(job *job, const png2bmp_options *options)
{
    job->status = png2bmp_plan_make(&job->plan, job->input, job->input_size, options, &job->report);
}

void job_plan_pixels(job *job, const png2bmp_options *options)
{
    const png2bmp_pixels pixels = job_pixels(job);
    job->status = png2bmp_plan_pixels(&job->plan, &pixels, options, &job->report);
}

void job_convert(job *job, const png2bmp_control *control)
{
    job->status =
        png2bmp_run(&job->plan, job->input, job->input_size, job->output, control, &job->report);
}

const char *job_path_name(const job_path *path)
{
    return path->full ? path->full : path->given;
}

void job_save(job *job, const png2bmp_control *control)
{
    job->status = save_at(cwd_directory(job->cwd), job_path_name(&job->to), &job->plan, job->input,
                          job->input_size, control, &job->report);
}

void job_save_bytes(job *job, const png2bmp_control *control)
{
    job->status = save_bytes_at(cwd_directory(job->cwd), job_path_name(&job->to), job->input,
                                job->input_size, &job->plan.options, control, &job->report);
}

static read_rules source_of(const job *job)
{
    return (read_rules){.directory = cwd_directory(job->cwd),
                        .path = job_path_name(&job->from),
                        .descriptor = job->descriptor,
                        .most = job->most_input};
}

static void write_facts(const job *job, file_conversion *done)
{
    const size_t name_at = HOST_FACTS_COUNT * sizeof(double);
    double       facts[HOST_FACTS_COUNT];

    _Static_assert(sizeof done->plan.about.icc_name <= JOB_FILE_FACTS_BYTES - sizeof facts,
                   "the name must fit");
    done->plan.about.icc_name_at = name_at;
    host_facts_write(facts, &done->plan);
    memcpy(job->output, facts, sizeof facts);
    memcpy(job->output + name_at, done->plan.about.icc_name, sizeof done->plan.about.icc_name);
}

void job_convert_file(job *job, const png2bmp_control *control)
{
    file_conversion conversion = {.from = source_of(job),
                                  .directory = cwd_directory(job->cwd),
                                  .to = job_path_name(&job->to),
                                  .options = job->plan.options,
                                  .progress = (void *)job->output};

    job->status = convert_file(&conversion, control, &job->report);
    job->read_failed = conversion.is_of_input;
    if (job->status == PNG2BMP_OK)
        write_facts(job, &conversion);
}

/* The length of the BMP; 0: it failed. */
static double convert_named(job *job, const char *from, const char *to)
{
    file_conversion conversion = {.from = {.directory = FILE_WORKING_DIRECTORY,
                                           .path = from,
                                           .descriptor = -1,
                                           .most = job->most_input},
                                  .directory = FILE_WORKING_DIRECTORY,
                                  .to = to,
                                  .options = job->plan.options};

    png2bmp_report_clear(&job->report);
    if (convert_file(&conversion, NULL, &job->report) == PNG2BMP_OK)
        return (double)conversion.plan.bmp.byte_length;
    png2bmp_report_clear(&job->report);
    return 0;
}

static const char *after(const char *name)
{
    return name + strlen(name) + 1;
}

size_t job_convert_files(job *job)
{
    const char *from = job->from.given, *end = from + job->input_size;
    size_t      count = 0;

    while (count < JOB_FILE_FACTS_BYTES / sizeof(double) && from < end && after(from) < end) {
        const char  *to = after(from);
        const double length = convert_named(job, from, to);

        if (length == 0)
            break;
        memcpy(job->output + count * sizeof length, &length, sizeof length);
        count++;
        if (job->report.warning_count > 0)
            break;
        from = after(to);
    }
    return count;
}

void job_encode(job *job, const png2bmp_control *control)
{
    const png2bmp_pixels pixels = job_pixels(job);
    job->status = png2bmp_run_pixels(&job->plan, &pixels, job->output, control, &job->report);
}

void job_encode_png(job *job, const png2bmp_control *control)
{
    (void)control;
    if (!host_png_write(job->output, job->input, job->pixels.width, job->pixels.height))
        job->status = PNG2BMP_ERR_OUT_OF_MEMORY;
}

void job_count_colors(job *job)
{
    job->status = png2bmp_count_colors(&job->plan, job->input, job->input_size, NULL, &job->report);
}

const char *job_failed_path(const job *job)
{
    if (job->stream)
        return stream_path(job->stream);
    return job->read_failed ? job->from.given : job->to.given;
}

void job_path_free(job_path *path)
{
    free(path->full);
    free(path->given);
}

void job_release(job *job)
{
    stream_release(job->stream);
    cwd_release(job->cwd);
    job_path_free(&job->to);
    job_path_free(&job->from);
}
