/* Where a sizing gets its numbers from: ngspice with a store behind it, or any function.
 *
 * gal_simulator is what the search calls; tests give it a function. gal_ngspice is the real one: it
 * keeps worker processes and the deck loaded between calls, looks every point up in the store
 * first, and stores each result as soon as it is there.
 */
#ifndef GAL_TASKS_SIZING_SIMULATOR_H
#define GAL_TASKS_SIZING_SIMULATOR_H

#include "spice/store.h"

typedef struct gal_simulator {
    void *user;
    /* Runs n points: value [n, n_var], corner [n]; fills metric [n, n_metric], result [n] and
     * stored [n] (1: was known, cost nothing). Errors end the search: GAL_ECANCELED, GAL_EIO, ...
     */
    gal_status (*run)(void *user, double *metric, gal_point_result *result, uint8_t *stored,
                      const double *value, const int32_t *corner, int32_t n,
                      const gal_report *report, gal_error *err);
} gal_simulator;

typedef struct gal_ngspice gal_ngspice;

typedef struct gal_ngspice_options {
    int32_t n_worker; /* <= 0: one per processor */
    double deadline;  /* s per point; <= 0: 60 */
} gal_ngspice_options;

/* Keeps `bench` and `store` (NULL: none), which must outlive it and stay as they are; options may
 * be NULL. Errors: those of gal_sim_pool_create and gal_evaluator_create. */
GAL_API gal_status gal_ngspice_create(gal_ngspice **ngspice, const gal_bench *bench,
                                      gal_store *store, const gal_ngspice_options *options,
                                      gal_error *err);
GAL_API void gal_ngspice_destroy(gal_ngspice *ngspice); /* NULL is fine */
GAL_API gal_simulator gal_ngspice_simulator(gal_ngspice *ngspice);
GAL_API int32_t gal_ngspice_workers(const gal_ngspice *ngspice);

#endif
