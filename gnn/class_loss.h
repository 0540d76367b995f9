/* Classification losses.
 *
 * logit [n, k] holds a row per example; label [n] in [0..k[. Each function returns the mean loss
 * over n and, when grad.data is not NULL, fills grad (as logit) with the derivative of that mean.
 * n = 0 gives 0. O(n k), no allocation, reentrant.
 */
#ifndef GAL_GNN_CLASS_LOSS_H
#define GAL_GNN_CLASS_LOSS_H

#include "gnn/tensor.h"

/* Softmax cross-entropy, -log p[label]. */
GAL_API double gal_loss_cross_entropy(gal_mat grad, gal_mat logit, const int32_t *label);

/* Balanced softmax (Ren et al., NeurIPS 2020): cross-entropy of logit + log count. count [k] are
 * the classes' frequencies over the whole training set, not the batch; 0 counts as 1. Predict with
 * the plain logits. */
GAL_API double gal_loss_balanced_softmax(gal_mat grad, gal_mat logit, const int32_t *label,
                                         const int64_t *count);

/* Focal loss (Lin et al., ICCV 2017): -(1 - p[label])^gamma log p[label], gamma >= 0. */
GAL_API double gal_loss_focal(gal_mat grad, gal_mat logit, const int32_t *label, double gamma);

/* Binary cross-entropy on logits z [n]: -(positive_weight y log s(z) + (1 - y) log(1 - s(z))) with
 * the sigmoid s and targets y [n] in [0, 1]. grad [n] or NULL. Finite for any finite z. */
GAL_API double gal_loss_binary(float *grad, const float *logit, const float *target, int64_t n,
                               double positive_weight);

#endif
