/* Regression on imbalanced labels: Balanced MSE and label-distribution smoothing.
 *
 * Balanced MSE (Ren et al., CVPR 2022) models the training labels' distribution P(y) and trains a
 * predictor that is optimal for a uniform one. With v = sigma^2 (the noise variance) its loss is
 *   l(p, y) = 2 v ( (p - y)^2 / 2v + log v / 2 + log sum_k w_k N(p; c_k, v + s_k) )
 * where a mixture w, c, s stands for P(y) and 2 pi is left out of N. The kinds differ in the
 * mixture only: BMC takes the labels of the batch (s = 0), BNI buckets of the training labels
 * (s = 0), GAI a Gaussian mixture fitted to them. Prediction needs none of it: p is the answer.
 *
 * The factor 2 v keeps the scale of a squared error; it counts as a constant in the derivative by
 * sigma, or else sigma = 0 would be a trivial optimum. Label distribution smoothing (Yang et al.,
 * ICML 2021) instead weights a plain loss of loss.h by inverse smoothed label density.
 */
#ifndef GAL_GNN_BALANCED_LOSS_H
#define GAL_GNN_BALANCED_LOSS_H

#include "base/arena.h"
#include <stdint.h>

/* A mixture that stands for the distribution of the training labels. */
typedef struct gal_label_prior {
    int32_t n;
    const float *centre;    /* [n] in units of the label */
    const double *variance; /* [n] >= 0, label units squared; NULL: all 0 */
    const double *weight;   /* [n] > 0, of sum 1; NULL: all 1 */
} gal_label_prior;

enum { GAL_LABEL_PRIOR_MAX = 1024 };

/* GAI and BNI: the mean of l over n predictions under `prior`. grad [n] is d loss / d pred and
 * *grad_sigma d loss / d sigma; either may be NULL. sigma > 0. n = 0 gives 0. O(n prior->n). */
GAL_API double gal_loss_balanced(float *grad, double *grad_sigma, const float *pred,
                                 const float *target, int64_t n, double sigma,
                                 const gal_label_prior *prior);

/* BMC: the same with the batch itself as prior, w_k = 1; equals softmax cross-entropy over
 * logits_ij = -(pred_i - target_j)^2 / 2v with target j = i, times 2 v. n < 2^31. O(n^2). */
GAL_API double gal_loss_bmc(float *grad, double *grad_sigma, const float *pred, const float *target,
                            int64_t n, double sigma);

/* Fits a mixture of n_component Gaussians to label[0..n[ by expectation maximisation, started from
 * equal slices of the sorted labels; deterministic. Variances stay >= 1e-6 of the labels'. Of
 * more than 8192 labels, that many evenly spaced ones in sorted order stand for all. The result
 * lives in `arena`. Errors: GAL_EINVAL (n < n_component, n_component outside
 * 1..GAL_LABEL_PRIOR_MAX, a label not finite), GAL_ENOMEM. O(n log n), then at most 300 rounds of
 * 8192 n_component. */
GAL_API gal_status gal_gmm_fit(gal_label_prior *prior, gal_arena *arena, const float *label,
                               int64_t n, int32_t n_component, gal_error *err);

/* The same labels as centres and frequencies of n_bucket equal buckets over their range, empty
 * ones left out. Errors as gal_gmm_fit (n >= 1). O(n). */
GAL_API gal_status gal_buckets_fit(gal_label_prior *prior, gal_arena *arena, const float *label,
                                   int64_t n, int32_t n_bucket, gal_error *err);

/* weight[i] = 1 / density of label[i], scaled to mean 1: a histogram of n_bin equal bins over the
 * labels' range, convolved with a Gaussian of standard deviation sigma >= 0 (label units, cut at
 * 4 sigma, nothing beyond the ends). Errors as gal_buckets_fit. O(n + n_bin^2). */
GAL_API gal_status gal_lds_weights(float *weight, const float *label, int64_t n, int32_t n_bin,
                                   double sigma, gal_error *err);

#endif
