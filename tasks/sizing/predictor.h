/* What a surrogate is to the search: sizes in, metrics with their spread and validity out. */
#ifndef GAL_TASKS_SIZING_PREDICTOR_H
#define GAL_TASKS_SIZING_PREDICTOR_H

#include "spice/bench.h"

typedef struct gal_predictor {
    void *user;
    /* value [n, n_var] of the bench; mean [n, n_metric] in the metric's unit, sd [n, n_metric] on
     * the metric's scale, valid [n] probability. Nominal corner. */
    gal_status (*predict)(void *user, double *mean, double *sd, double *valid, const double *value,
                          int32_t n, gal_error *err);
    const uint8_t *is_log; /* [n_metric] 1: the scale is log10 */
    int64_t n_run;         /* simulations its training took: the offline cost */
} gal_predictor;

/* A trained surrogate, a shipped one by name or a file, checked against the deck. The caller
 * destroys it. Errors: those of gal_surrogate_find and gal_surrogate_check. */
GAL_API gal_status gal_predictor_load(gal_predictor **predictor, const char *name,
                                      const gal_bench *bench, gal_error *err);
GAL_API void gal_predictor_destroy(gal_predictor *predictor); /* NULL is fine */

#endif
