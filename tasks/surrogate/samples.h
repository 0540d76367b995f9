/* Simulated points of a deck: what a surrogate is trained on and measured with. */
#ifndef GAL_TASKS_SURROGATE_SAMPLES_H
#define GAL_TASKS_SURROGATE_SAMPLES_H

#include "spice/plan.h"
#include "spice/sweep.h"

typedef struct gal_surrogate_samples {
    int32_t n, n_var, n_metric;
    double *value;      /* [n, n_var] SI, as in the deck */
    double *metric;     /* [n, n_metric] NAN where there is none */
    uint8_t *valid;     /* [n] 1: every measure is a number and every `valid` of the deck holds */
    uint8_t *simulated; /* [n] 1: ngspice gave metrics */
    int64_t n_run;      /* simulations behind them, those without a result included */
    int32_t n_stored;   /* of them, how many were in the store already */
} gal_surrogate_samples;

typedef struct gal_surrogate_sampling {
    const char *sweep; /* as spice/plan.h: "lhs:3000" */
    uint64_t seed;
    const char *store; /* SQLite file that keeps results, NULL: none */
    int32_t n_worker;  /* <= 0: one per processor */
    double deadline;   /* s per point; <= 0: 60 */
} gal_surrogate_sampling;

/* Simulates the plan over the deck's design variables at the nominal corner; points in the store
 * are not simulated again, and an interrupted run goes on from it. Points that say nothing about
 * the design (crash, timeout) are left out. Errors: GAL_EINVAL (no design variable, a malformed
 * plan), GAL_ESIM (no point has a result), those of gal_store_open and gal_sweep_run. The caller
 * clears it. */
GAL_API gal_status gal_surrogate_sample(gal_surrogate_samples *samples, const gal_bench *bench,
                                        const gal_surrogate_sampling *sampling,
                                        const gal_report *report, gal_error *err);
/* Simulates the points of a further plan of the deck and appends them; after an error samples holds
 * what it did. Errors: the same. */
GAL_API gal_status gal_surrogate_sample_more(gal_surrogate_samples *samples, const gal_bench *bench,
                                             const gal_plan *plan,
                                             const gal_surrogate_sampling *sampling,
                                             const gal_report *report, gal_error *err);
GAL_API void gal_surrogate_samples_clear(gal_surrogate_samples *samples);

/* index[0..n[ becomes a random order of 0..n-1 by `seed`, whose first entries are held out: returns
 * how many, `share` of n, at least 1 and at most half. */
GAL_API int32_t gal_surrogate_split(int32_t *index, int32_t n, double share, uint64_t seed);

#endif
