/* Scores of predictions, in double.
 *
 * Regression scores compare pred [n] with truth [n] in whatever unit both share (log10 or SI).
 * Where a score has no value (n = 0, constant truth for R2, one class for AUC, a value that is not
 * finite) it is NAN. Definitions agree with scikit-learn's unless said otherwise. Functions that
 * return a status allocate O(n) and fail with GAL_ENOMEM only; the others need no memory.
 */
#ifndef GAL_GNN_METRICS_H
#define GAL_GNN_METRICS_H

#include "base/status.h"
#include <stdint.h>

typedef struct gal_regression_score {
    int64_t n;
    double r2;   /* 1 - sum (truth - pred)^2 / sum (truth - mean truth)^2 */
    double mae;  /* mean |pred - truth| */
    double rmse; /* root of the mean squared error */
} gal_regression_score;

/* O(n). */
GAL_API gal_regression_score gal_score_regression(const double *pred, const double *truth,
                                                  int64_t n);

/* 95 % interval of R2 over the groups that could have been drawn: percentiles of 2000 draws of
 * whole groups with replacement (cluster bootstrap; Davison, Hinkley, "Bootstrap Methods and their
 * Application", 1997, section 3.8), one fixed seed. group [n] labels samples that err together, as
 * the nets of one cell family do. NAN with fewer than twenty groups (ten hold the truth 88 times in
 * 100, twenty 92). O(n log n + groups). */
GAL_API gal_status gal_score_r2_interval(double interval[2], const double *pred,
                                         const double *truth, const uint64_t *group, int64_t n,
                                         gal_error *err);

/* Median of |pred - truth| / |truth| over truth != 0; 0.2 means 20 %. O(n log n). */
GAL_API gal_status gal_score_median_ape(double *out, const double *pred, const double *truth,
                                        int64_t n, gal_error *err);

/* Spearman's rank correlation; ties share their mean rank. O(n log n). */
GAL_API gal_status gal_score_spearman(double *out, const double *pred, const double *truth,
                                      int64_t n, gal_error *err);

/* Share of truths within mean +- z * deviation; deviation [n] >= 0. O(n). */
GAL_API double gal_score_coverage(const double *mean, const double *deviation, const double *truth,
                                  int64_t n, double z);

/* Calibration error of Gaussian intervals: the mean over central intervals of 10, 20, ... 90 %
 * of |coverage - that share|; 0 is perfect. O(n). */
GAL_API double gal_score_calibration(const double *mean, const double *deviation,
                                     const double *truth, int64_t n);

typedef struct gal_class_score {
    int64_t n;
    double accuracy;
    double macro_f1; /* mean F1 over the classes that occur in truth or pred, as scikit-learn's
                        default labels; 2 tp / (2 tp + fp + fn) */
} gal_class_score;

/* pred, truth [n] in [0..k[; confusion [k * k] is filled, row = truth, column = pred. O(n + k^2).
 */
GAL_API gal_class_score gal_score_classes(int64_t *confusion, const int32_t *pred,
                                          const int32_t *truth, int64_t n, int32_t k);

/* positive [n] 0 or 1. Area under the ROC curve: the chance that a positive scores above a
 * negative, equal scores counting half. O(n log n). */
GAL_API gal_status gal_score_auc(double *out, const double *score, const unsigned char *positive,
                                 int64_t n, gal_error *err);

/* Average precision: sum over distinct scores, falling, of (recall gain) * precision, without
 * interpolation; NAN without a positive. O(n log n). */
GAL_API gal_status gal_score_average_precision(double *out, const double *score,
                                               const unsigned char *positive, int64_t n,
                                               gal_error *err);

#endif
