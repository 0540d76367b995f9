/* Scales: what a network sees of a sizing and what it predicts of a metric.
 *
 * A variable gives its logarithm (when its range is positive) and itself, both standardised. A
 * metric is standardised in log10 when it is positive and spans a decade, plainly otherwise (dB,
 * degrees and per cent always), by the mean and deviation of its values between the 1st and 99th
 * percentile of the valid points; targets are limited to GAL__SURROGATE_CLIP deviations.
 */
#ifndef GAL_TASKS_SURROGATE_SCALE_H
#define GAL_TASKS_SURROGATE_SCALE_H

#include "tasks/surrogate/samples.h"

#include "gnn/tensor.h"

#define GAL__SURROGATE_CLIP 6.0

typedef struct gal__surrogate_scale {
    int32_t n_var, n_feature, n_metric;
    double *lo, *hi;        /* [n_var] the ranges */
    int32_t *sampled_log;   /* [n_var] 1: sampled evenly in the logarithm */
    int32_t *feature_var;   /* [n_feature] variable */
    int32_t *feature_log;   /* [n_feature] 1: its natural logarithm */
    double *feature_mean;   /* [n_feature] */
    double *feature_factor; /* [n_feature] 1 / deviation */
    int32_t *metric_log;    /* [n_metric] 1: log10 */
    double *metric_mean;    /* [n_metric] on the metric's scale */
    double *metric_sd;      /* [n_metric] > 0 */
} gal__surrogate_scale;

/* Empty arrays in the arena; n_feature <= 2 n_var. GAL_ENOMEM. */
gal_status gal__surrogate_scale_new(gal__surrogate_scale *s, gal_arena *arena, int32_t n_var,
                                    int32_t n_feature, int32_t n_metric, gal_error *err);
/* From the deck's ranges and samples. GAL_ENOMEM. */
gal_status gal__surrogate_scale_fit(gal__surrogate_scale *s, gal_arena *arena,
                                    const gal_bench *bench, const gal_surrogate_samples *samples,
                                    gal_error *err);

/* x[n_feature] of value[n_var]. */
void gal__surrogate_features(float *x, const gal__surrogate_scale *s, const double *value);
/* A metric on its scale (log10 or plain; NAN where it has none), and from there to a network's. */
double gal__surrogate_to_scale(const gal__surrogate_scale *s, int32_t metric, double value);
double gal__surrogate_standard(const gal__surrogate_scale *s, int32_t metric, double value);
/* The metric's value for a network's output. */
double gal__surrogate_from_standard(const gal__surrogate_scale *s, int32_t metric, double z);

#endif
