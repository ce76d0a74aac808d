/* The working directory at the time of a call, for a save that runs later. */
#ifndef ADDON_CWD_H
#define ADDON_CWD_H

#include "instance.h"
#include "job.h"

/*
 * Makes the job's paths mean what they mean now, even if the working directory changes before the
 * job runs: with a handle of the directory, or on Windows as absolute paths. Pending saves share a
 * handle as long as the directory is the same.
 *
 * On the JavaScript thread, like job_release, which releases it. False: status and report of the
 * job say why.
 */
bool cwd_keep(instance *self, job *job);

/* The directory for functions of src/save, of which FILE_WORKING_DIRECTORY is that of the process:
 * as it has for NULL. */
int cwd_directory(const cwd *cwd);

void cwd_release(cwd *cwd);

/* Before the instance is freed: a stream that saves may be released after it. */
void cwd_forget(instance *self);

#endif
