/* A sweep: points evaluated once each, with a store behind them.
 *
 * Looks every point up in the store, evaluates what is missing (equal points once), and stores each
 * result as soon as it is there. Interrupted, it keeps what it has; run again, it goes on.
 */
#ifndef GAL_SPICE_SWEEP_H
#define GAL_SPICE_SWEEP_H

#include "spice/store.h"

typedef struct gal_sweep {
    double *metric;           /* [n, n_metric] NAN where there is none */
    gal_point_result *result; /* [n] */
    uint8_t *known;           /* [n] 1: has a result */
    int32_t n;
    int32_t n_stored;     /* points that were in the store */
    int32_t n_evaluated;  /* points evaluated by this run */
    gal_sim_counts count; /* of the pool: retries, restarts */
} gal_sweep;

typedef struct gal_sweep_options {
    int32_t n_worker; /* <= 0: one per processor */
    double deadline;  /* s per point; <= 0: 60 */
    int retry;        /* 1: stored crashes and timeouts run again */
} gal_sweep_options;

/* `store` (of the same bench) may be NULL, and so may options. The caller clears *sweep whatever is
 * returned: after GAL_ECANCELED or GAL_EIO (the store's disk is full) it has the points finished so
 * far. Errors: also those of gal_sim_pool_create and gal_evaluator_create. */
GAL_API gal_status gal_sweep_run(gal_sweep *sweep, const gal_bench *bench, const gal_points *points,
                                 gal_store *store, const gal_sweep_options *options,
                                 const gal_report *report, gal_error *err);
GAL_API void gal_sweep_clear(gal_sweep *sweep);

#endif
