#include "job.h"

#include <stdlib.h>

void job_convert(job *job, const png2bmp_control *control)
{
    job->status = png2bmp_run(&job->plan, job->png, job->png_size, job->bmp, control, &job->report);
}

void job_save(job *job, const png2bmp_control *control)
{
    job->status =
        png2bmp_save(job->path, &job->plan, job->png, job->png_size, control, &job->report);
}

void job_release(job *job)
{
    free(job->path);
}
