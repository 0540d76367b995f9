/* A pool of simulation workers: many jobs, results in the order of the jobs.
 *
 * The order of results and their values do not depend on the number of workers. A job that fails
 * runs once more on a fresh process before it counts as failed; a failed job never stops the
 * others. One thread drives all workers; a pool belongs to one thread.
 */
#ifndef GAL_SPICE_POOL_H
#define GAL_SPICE_POOL_H

#include "base/report.h"
#include "spice/simulate.h"

typedef struct gal_sim_pool gal_sim_pool;

typedef struct gal_sim_counts {
    int64_t n_job;     /* jobs finished */
    int64_t n_retry;   /* second attempts */
    int64_t n_failed;  /* jobs without a result */
    int64_t n_restart; /* processes started beyond one per worker */
} gal_sim_counts;

/* n_worker <= 0: one per processor. `deadline`: s per attempt, <= 0: 60. Errors: as
 * gal_sim_worker_create. */
GAL_API gal_status gal_sim_pool_create(gal_sim_pool **pool, int32_t n_worker, double deadline,
                                       gal_error *err);
GAL_API void gal_sim_pool_destroy(gal_sim_pool *pool); /* NULL is fine */

/* Runs job[0..n_job[ and fills result[0..n_job[ (overwritten; the caller clears each one; what
 * went wrong with a job is in its result). Errors: GAL_ECANCELED (the report said stop),
 * GAL_ENOMEM, GAL_EIO and GAL_ESIM (no more processes); results are then cleared. */
GAL_API gal_status gal_sim_pool_run(gal_sim_result *result, gal_sim_pool *pool,
                                    const gal_sim_job *job, int32_t n_job, const gal_report *report,
                                    gal_error *err);

/* Many jobs without holding them all: each is made when a worker is free and handed back when it
 * is done, in any order. */
typedef struct gal_sim_stream {
    void *user;
    /* Job `index`; must stay as it is until done(index). Called once per index, in ascending order.
     */
    gal_status (*job)(void *user, gal_sim_job *job, int32_t index, gal_error *err);
    /* Takes the result, which is cleared afterwards. A status other than GAL_OK ends the run. */
    gal_status (*done)(void *user, int32_t index, gal_sim_result *result, gal_error *err);
} gal_sim_stream;

/* Runs jobs 0..n_job-1. Errors: as gal_sim_pool_run and what the stream's functions return; jobs
 * that are done stay done. */
GAL_API gal_status gal_sim_pool_stream(gal_sim_pool *pool, const gal_sim_stream *stream,
                                       int32_t n_job, const gal_report *report, gal_error *err);

GAL_API int32_t gal_sim_pool_size(const gal_sim_pool *pool); /* workers */

/* Totals since the pool was created. */
GAL_API gal_sim_counts gal_sim_pool_counts(const gal_sim_pool *pool);

#endif
