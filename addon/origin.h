/* The working directory at the time of a call, for a save that runs later. */
#ifndef ADDON_ORIGIN_H
#define ADDON_ORIGIN_H

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
bool origin_fix(instance *self, job *job);

void origin_release(origin *origin);

#endif
