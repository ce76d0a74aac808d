/* One conversion, whichever thread runs it: what to do, from where, to where. */
#ifndef ADDON_JOB_H
#define ADDON_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "png2bmp.h"

typedef struct job {
    /* Runs on any thread, calls no JavaScript; sets status, fills report. */
    void (*run)(struct job *job, const png2bmp_control *control);

    const uint8_t *png; /* borrowed */
    size_t         png_size;
    png2bmp_plan   plan;
    uint8_t       *bmp;  /* job_convert: plan.bmp.byte_length bytes, borrowed */
    char          *path; /* job_save: from malloc, owned: see job_release */

    png2bmp_status status;
    png2bmp_report report;
} job;

/* The two functions for `run`: into memory, and into a file. */
void job_convert(job *job, const png2bmp_control *control);
void job_save(job *job, const png2bmp_control *control);

/* Frees what the job owns. */
void job_release(job *job);

#endif
