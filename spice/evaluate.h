/* Evaluation of design points: values in, metrics out, in worker processes that keep the deck.
 *
 * A worker loads the deck of a corner once; for each point it sets the design variables with
 * `alterparam`, rebuilds the circuit with `reset`, and runs the analyses that the metrics need (an
 * .ac also gives the operating point). Newton's iterations start from the deck's nominal operating
 * point in the same corner. A point's numbers depend on the deck, the point, its corner and its
 * seed alone: not on the number of workers, the order of points or what ran before. A point
 * that fails is run once more on a fresh process (spice/pool.h). Not thread-safe.
 */
#ifndef GAL_SPICE_EVALUATE_H
#define GAL_SPICE_EVALUATE_H

#include "spice/bench.h"
#include "spice/pool.h"

#define GAL_POINT_STATUS_MAP(XX)                                                                   \
    XX(OK, "ok")                                                                                   \
    XX(INVALID, "invalid") /* simulated, but a measure is no number or a `valid` fails */          \
    XX(NONCONVERGED, "nonconverged") /* no operating point, or a transient that stopped */         \
    XX(PARSE, "parse")               /* ngspice did not accept the deck, or a vector is missing */ \
    XX(CRASH, "crash")               /* the process died, twice */                                 \
    XX(TIMEOUT, "timeout")           /* longer than the pool's deadline, twice */

typedef enum gal_point_status {
#define XX(name, text) GAL_POINT_##name,
    GAL_POINT_STATUS_MAP(XX)
#undef XX
        GAL_POINT_STATUSES
} gal_point_status;

typedef struct gal_point_result {
    gal_point_status status;
    int32_t n_attempt;
    char words[256]; /* "" when ok; else ngspice's own words, or which measure is invalid */
} gal_point_result;

/* Points to evaluate. */
typedef struct gal_points {
    int32_t n;
    const double *value;   /* [n, n_var] */
    const int32_t *corner; /* [n] index into gal_bench.corner; NULL: all nominal */
    const uint64_t *seed;  /* [n] of random functions; 0: nominal values; NULL: all 0 */
} gal_points;

typedef struct gal_evaluate_options {
    int cheap; /* 1: leave out transients; their metrics are NAN and do not make a point invalid */
    /* Called for each point as soon as it is done, in any order; may be NULL. A status other than
     * GAL_OK ends the run. */
    void *user;
    gal_status (*done)(void *user, int32_t index, const double *metric,
                       const gal_point_result *result, gal_error *err);
} gal_evaluate_options;

typedef struct gal_evaluator gal_evaluator;

/* Keeps `bench` and `pool`, which must outlive it and stay as they are. Errors: GAL_ENOMEM,
 * GAL_EINVAL (the deck has no metric). */
GAL_API gal_status gal_evaluator_create(gal_evaluator **evaluator, const gal_bench *bench,
                                        gal_sim_pool *pool, gal_error *err);
GAL_API void gal_evaluator_destroy(gal_evaluator *evaluator); /* NULL is fine */

/* Evaluates points; metric [n, n_metric] and result [n] are the caller's, either may be NULL when
 * options->done takes the results. Metrics of a point that failed are all NAN. Errors: those of
 * gal_sim_pool_stream and of `done`; points that are done stay done. */
GAL_API gal_status gal_evaluator_run(double *metric, gal_point_result *result,
                                     gal_evaluator *evaluator, const gal_points *points,
                                     const gal_evaluate_options *options, const gal_report *report,
                                     gal_error *err);

GAL_API const char *gal_point_status_name(gal_point_status status);

#endif
