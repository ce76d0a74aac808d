/* One conversion, on whatever thread it runs: what to do, from where, to where. */
#ifndef ADDON_JOB_H
#define ADDON_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opaque.h"
#include "host/host_facts.h"

/* The path of a file, owned by its job. */
typedef struct job_path {
    char *given; /* from malloc; NULL: none */
    char *full;  /* the same from the root; NULL: `given`, from the job's cwd */
} job_path;

/* What src/save is given. */
const char *job_path_name(const job_path *path);

typedef struct job {
    /* Runs on any thread and does not call JavaScript; sets status, fills report. */
    void (*run)(struct job *job, const png2bmp_control *control);

    const uint8_t *input; /* a PNG, raw pixels, or the bytes to save; borrowed */
    size_t         input_size;
    png2bmp_pixels pixels; /* job_encode: all but data and size, which are `input` */
    png2bmp_plan   plan;   /* job_save_bytes, job_convert_file: only its options are there */
    uint8_t       *output; /* plan.bmp.byte_length bytes, borrowed; job_save: not used;
                              job_convert_file: JOB_FILE_FACTS_BYTES */

    /* job_save, job_save_bytes, job_convert_file; owned: see job_release */
    job_path    to;
    struct cwd *cwd; /* where paths start; NULL: where the process is */

    /* job_convert_file */
    job_path from; /* without a path: */
    int      descriptor;
    uint64_t most_input;  /* bytes */
    bool     read_failed; /* PNG2BMP_ERR_FILE is about the file that is read */

    struct stream *stream; /* job_step; held */

    png2bmp_status status;
    png2bmp_report report;
} job;

/* The plan: from input and options, sets status, fills report. job_plan is for
 * PNGs, job_plan_pixels for raw pixels. */
void job_plan(job *job, const png2bmp_options *options);
void job_plan_pixels(job *job, const png2bmp_options *options);

/* What job_convert_file gives: the facts of the plan, of which profileNameAt is where in these
 * bytes the name is. */
#define JOB_FILE_FACTS_BYTES ((HOST_FACTS_COUNT + 10) * sizeof(double))

/* The functions for `run`: a PNG into memory, a PNG into a file, bytes into a file, a PNG in a file
 * into a file, pixels into memory. */
void job_convert(job *job, const png2bmp_control *control);
void job_save(job *job, const png2bmp_control *control);
void job_save_bytes(job *job, const png2bmp_control *control);
void job_convert_file(job *job, const png2bmp_control *control);
void job_encode(job *job, const png2bmp_control *control);

/* Several files, one after the other, with what job_convert_file has; but from.given has the names,
 * input_size bytes: that of a PNG, that of its BMP, that of the next PNG, each with a zero byte
 * after it. Returns how many are done: it ends before a file that fails, of which it says nothing,
 * and after one with warnings, which are in the report. The output has the lengths of the BMPs,
 * each a double, as many as there is room for. */
size_t job_convert_files(job *job);

/* Pixels into a PNG, which may be shorter than the output. */
void job_encode_png(job *job, const png2bmp_control *control);

/* Counts the colours of a PNG: a fact. */
void job_count_colors(job *job);

/* The path of the file that PNG2BMP_ERR_FILE is about; NULL: a descriptor. */
const char *job_failed_path(const job *job);

/* Frees the texts. */
void job_path_free(job_path *path);

/* Frees what the job owns. */
void job_release(job *job);

#endif
