/* Linear layer: y = x W + b.
 *
 * Backward, with dy the gradient of the loss by y:
 *   dx = dy W^T,  dW += x^T dy,  db += sum over rows of dy.
 * The caller keeps x. Cost O(rows * in * out); parallel, same result at any thread count.
 */
#ifndef GAL_GNN_LINEAR_H
#define GAL_GNN_LINEAR_H

#include "gnn/tensor.h"

typedef struct gal_linear {
    int32_t in, out;
    int32_t weight, bias; /* parameter indices: [in, out] and [1, out] */
} gal_linear;

/* Registers "<name>.weight" (Glorot uniform) and "<name>.bias" (zeros). GAL_ENOMEM. */
GAL_API gal_status gal_linear_init(gal_linear *l, gal_params *p, const char *name, int32_t in,
                                   int32_t out, gal_rng *rng, gal_error *err);
/* y [n, out], x [n, in] */
GAL_API void gal_linear_forward(gal_mat y, const gal_linear *l, const gal_params *p, gal_mat x);
/* dx [n, in] is overwritten (.data NULL: not wanted); adds to the gradients in p. */
GAL_API void gal_linear_backward(gal_mat dx, const gal_linear *l, gal_params *p, gal_mat x,
                                 gal_mat dy);

/* out[j] += sum over rows of x[r][j]: a bias' gradient. Fixed blocks of rows, reduced in order. */
GAL_API void gal_col_sum(float *out, gal_mat x);
/* Registers "<name>.<part>"; a Glorot uniform matrix, or zeros when rng is NULL. GAL_ENOMEM. */
GAL_API gal_status gal_params_register(int32_t *index, gal_params *p, const char *name,
                                       const char *part, int32_t rows, int32_t cols, gal_rng *rng,
                                       gal_error *err);

#endif
