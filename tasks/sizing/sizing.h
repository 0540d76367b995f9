/* A sizing search: an engine proposes designs, the simulator measures them, the best one is kept.
 *
 * Designs are points u of the unit cube, one axis per design variable that moves; `log` variables
 * are even in their logarithm, `step` variables snap to their grid. The nominal corner runs first,
 * the others only where it meets every hard target (skip on fail). Every simulation counts once;
 * a design that was visited before costs nothing. With the same spec, engine, seed and batch the
 * search visits the same designs, so that with a store an interrupted search is resumed by running
 * it again: what was simulated comes back from the store.
 */
#ifndef GAL_TASKS_SIZING_SIZING_H
#define GAL_TASKS_SIZING_SIZING_H

#include "base/report.h"
#include "base/rng.h"
#include "tasks/sizing/cost.h"
#include "tasks/sizing/predictor.h"
#include "tasks/sizing/simulator.h"

/* A design that was simulated. */
typedef struct gal_sizing_design {
    double *u;      /* [dim] in 0..1, snapped */
    double *value;  /* [n_var] */
    double *metric; /* [n_corner, n_metric]; NAN where there is none */
    gal_cost cost;
    gal_point_status status; /* of the nominal corner */
    int32_t n_run;           /* corners simulated */
    int32_t n_refused;       /* of them, where a `valid` line of the deck fails */
    int32_t n_sim;           /* simulations counted when it was done, itself included */
} gal_sizing_design;

typedef struct gal_sizing_options {
    const char *engine; /* NULL: "gp" */
    int32_t budget;     /* most simulations; <= 0: the spec's, or 200 */
    int32_t batch;      /* designs simulated together; <= 0: 1 */
    uint64_t seed;
    int no_start;                   /* 1: does not begin with the deck's own values */
    const gal_predictor *predictor; /* for engines "surrogate" and "policy"; NULL: none */
    int32_t policy_steps;           /* of training a policy; <= 0: 2000 */
    const char *policy; /* file of engine "policy": loaded when it is there, else written */
} gal_sizing_options;

typedef struct gal_engine gal_engine;

typedef struct gal_sizing {
    gal_arena arena;
    const gal_bench *bench;
    const gal_sizing_spec *spec;
    gal_simulator simulator;
    gal_sizing_options options; /* defaults filled in */
    const gal_engine *engine;
    gal_rng rng;
    int32_t *var; /* [dim] bench variable of each axis */
    int32_t dim;
    int32_t *corner; /* [n_corner] of the bench */
    int32_t n_corner;
    gal_sizing_design *design; /* [n_design] in the order visited */
    int32_t n_design, capacity;
    int32_t best;     /* -1: none */
    int32_t n_sim;    /* simulations so far, stored ones included */
    int32_t n_stored; /* of them, how many came from the store */
    int32_t n_failed; /* of them, how many have no result */
    char first_failure[300];
    const gal_report *report, *outer_report; /* of a run: the simulator's, the caller's */
} gal_sizing;

/* Prepares a search; keeps bench, spec and the simulator's user. Errors: GAL_ENOTFOUND (engine;
 * lists those there are), GAL_EINVAL (the engine needs a surrogate), GAL_ENOMEM. */
GAL_API gal_status gal_sizing_create(gal_sizing **sizing, const gal_bench *bench,
                                     const gal_sizing_spec *spec, const gal_simulator *simulator,
                                     const gal_sizing_options *options, gal_error *err);
GAL_API void gal_sizing_destroy(gal_sizing *sizing); /* NULL is fine */

/* Searches until every target is met (and there is no objective) the budget is spent or 200
 * rounds bring no new design. What was found stays whatever is returned. Errors: GAL_ECANCELED (the
 * report said stop), GAL_ESIM (none of the first 20 simulations has a result; with ngspice's
 * words), those of the simulator. */
GAL_API gal_status gal_sizing_run(gal_sizing *sizing, const gal_report *report, gal_error *err);

/* 1 when a design meets every hard target in every corner. */
GAL_API int gal_sizing_met(const gal_sizing *sizing);

/* The values of a point of the cube, on each variable's grid; u itself is moved there too. */
GAL_API void gal_sizing_snap(double *value, double *u, const gal_sizing *sizing);

/* Engines by index, NULL behind the last: for help. */
GAL_API const gal_engine *gal_sizing_engine(int32_t index);

#endif
