/* A trained stand-in for a simulation deck: sizes in, metrics with their spread and validity out.
 *
 * A metric is learnt on a scale of its own: log10 for quantities that are positive and span decades
 * (Hz, s, W, V/s), plain for dB, degrees and ratios. `mean` comes back in the metric's unit; `sd`
 * is on the scale. Variables and metrics are those of the deck (spice/bench.h) in its order. A
 * loaded surrogate is read-only: many threads may predict.
 */
#ifndef GAL_TASKS_SURROGATE_SURROGATE_H
#define GAL_TASKS_SURROGATE_SURROGATE_H

#include "spice/bench.h"

typedef struct gal_surrogate gal_surrogate;

/* Errors: those of gal_safetensors_read, GAL_EMISMATCH (no surrogate). */
GAL_API gal_status gal_surrogate_load(gal_surrogate **surrogate, const char *path, gal_error *err);
/* The same from a shipped surrogate's name or a path. Errors: those of gal_model_find as well. */
GAL_API gal_status gal_surrogate_find(gal_surrogate **surrogate, const char *name, gal_error *err);
GAL_API void gal_surrogate_destroy(gal_surrogate *surrogate); /* NULL is fine */

/* Refuses a deck whose variables, metrics or content differ from those it was trained on:
 * GAL_EMISMATCH, naming the first difference. */
GAL_API gal_status gal_surrogate_check(const gal_surrogate *surrogate, const gal_bench *bench,
                                       gal_error *err);

GAL_API int32_t gal_surrogate_n_var(const gal_surrogate *surrogate);
GAL_API int32_t gal_surrogate_n_metric(const gal_surrogate *surrogate);
GAL_API int64_t gal_surrogate_n_run(const gal_surrogate *surrogate); /* simulations it cost */
GAL_API const char *gal_surrogate_metric_name(const gal_surrogate *surrogate, int32_t metric);
GAL_API int gal_surrogate_metric_is_log(const gal_surrogate *surrogate, int32_t metric);

/* What n points would measure: value [n, n_var] in SI units, as in the deck; mean, sd
 * [n, n_metric]; valid [n] the probability that the point counts as valid. sd and valid may be
 * NULL. GAL_ENOMEM. About a microsecond a point in batches of 1024. */
GAL_API gal_status gal_surrogate_predict(double *mean, double *sd, double *valid,
                                         const gal_surrogate *surrogate, const double *value,
                                         int32_t n, gal_error *err);

#endif
