/* Dropout without a stored mask: whether element (r, c) survives is a hash of the seed and its
 * position, so the backward pass is the same call on the gradient. */
#ifndef GAL_GNN_DROPOUT_H
#define GAL_GNN_DROPOUT_H

#include "gnn/tensor.h"

/* y[r][c] = x[r][c] / (1 - rate) where kept, else 0. rate in [0, 1) is rounded to 1/65536; y may be
 * x; equal seeds give equal masks at any thread count and stride. With rate 0 y is a copy.
 * Draw a fresh seed (gal_rng_next) per layer and training step. O(rows cols), parallel over rows.
 * Srivastava et al., JMLR 15 (2014). */
GAL_API void gal_dropout(gal_mat y, gal_mat x, float rate, uint64_t seed);

#endif
