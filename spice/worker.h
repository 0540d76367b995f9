/* A simulation worker: libngspice in a forked process of its own that may die at any time.
 *
 * libngspice keeps global state, calls for the process's exit on fatal errors and may crash or
 * hang; so it lives in a child that is thrown away after any failure and forked anew for the next
 * job (about 4 ms). The child has its own scratch directory (memory-backed where possible),
 * closed descriptors, one thread and at most 2 GiB of memory beyond its parent's; it ends when
 * its parent does. Not thread-safe per worker. The calling process is never taken down by a job.
 */
#ifndef GAL_SPICE_WORKER_H
#define GAL_SPICE_WORKER_H

#include "spice/simulate.h"

typedef struct gal_sim_worker gal_sim_worker;

/* Starts the process and waits for ngspice to be ready. Errors: GAL_ENOMEM, GAL_EIO (no scratch
 * directory, no process), GAL_ESIM (ngspice cannot be initialised). */
GAL_API gal_status gal_sim_worker_create(gal_sim_worker **worker, gal_error *err);
GAL_API void gal_sim_worker_destroy(gal_sim_worker *worker); /* NULL is fine */

/* Runs one job and waits at most `deadline` seconds (> 0). What goes wrong with the job is in
 * result->error; the returned status tells only that no process could be had. Overwrites *result.
 */
GAL_API gal_status gal_sim_worker_run(gal_sim_result *result, gal_sim_worker *worker,
                                      const gal_sim_job *job, double deadline, gal_error *err);

/* The same in pieces, for many workers at once: start, then poll whenever the descriptor is
 * readable or the deadline is over. Start restarts a dead process first; poll never blocks and is
 * 1 when *result is complete. A worker runs one job at a time. */
GAL_API gal_status gal_sim_worker_start(gal_sim_worker *worker, const gal_sim_job *job,
                                        double deadline, gal_error *err);
GAL_API int gal_sim_worker_poll(gal_sim_result *result, gal_sim_worker *worker);
GAL_API int gal_sim_worker_descriptor(const gal_sim_worker *worker);
/* Seconds until the running job's deadline; <= 0 when over. */
GAL_API double gal_sim_worker_left(const gal_sim_worker *worker);

/* Kills the process, running job included; the next start forks a new one. */
GAL_API void gal_sim_worker_stop(gal_sim_worker *worker);

/* Processes started so far (1 + restarts). */
GAL_API int32_t gal_sim_worker_starts(const gal_sim_worker *worker);

#endif
