/* Regression losses.
 *
 * Each returns the mean loss over n predictions and, when `grad` is not NULL, fills it with the
 * derivative of that mean. `weight` [n] >= 0 multiplies the single losses (NULL: all 1); the mean
 * still divides by n, so weights are best scaled to mean 1. n = 0 gives 0. O(n), reentrant.
 */
#ifndef GAL_GNN_LOSS_H
#define GAL_GNN_LOSS_H

#include "gnn/tensor.h"

/* (pred - target)^2; all arrays [n]. */
GAL_API double gal_loss_mse(float *grad, const float *pred, const float *target,
                            const float *weight, int64_t n);

/* e^2 / 2 for |e| <= delta, delta (|e| - delta / 2) beyond; e = pred - target, delta > 0. */
GAL_API double gal_loss_huber(float *grad, const float *pred, const float *target,
                              const float *weight, int64_t n, double delta);

/* Gaussian negative log-likelihood without its constant, (log v + e^2 / v) / 2. pred and grad are
 * [n, 2]: mean, log v. log v is limited to +-GAL_LOG_VARIANCE_LIMIT; beyond, its gradient is the
 * one at the limit, which leads back inside. */
#define GAL_LOG_VARIANCE_LIMIT 14.0
GAL_API double gal_loss_gaussian(gal_mat grad, gal_mat pred, const float *target,
                                 const float *weight);

#endif
