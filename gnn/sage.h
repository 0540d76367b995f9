/* GraphSAGE layer (Hamilton, Ying, Leskovec 2017), also between two kinds of nodes:
 *
 *   y = act(x_dst W_self + t W_neigh + b),   t[r] = scale[r] * sum over edges k of row r of
 *                                                   x_src[col[k]]
 * Backward, with dz = dy * act'(y) and u the same gather of dz over the transposed graph:
 *   dx_dst = dz W_self^T,  dx_src = u W_neigh^T,
 *   dW_self += x_dst^T dz,  dW_neigh += x_src^T u (= t^T dz, so t is not kept),  db += sum of dz.
 * Both passes gather, multiply and add blocks of rows that stay in the caches. Deterministic at any
 * thread count. Cost O(n_edge in + rows in out).
 */
#ifndef GAL_GNN_SAGE_H
#define GAL_GNN_SAGE_H

#include "base/csr.h"
#include "gnn/activation.h"
#include "gnn/tensor.h"

typedef struct gal_sage {
    int32_t in, out;
    gal_act act; /* NONE, RELU, TANH or SIGMOID: found from y in the backward pass */
    int32_t self, neighbour, bias; /* parameter indices: [in, out] twice, [1, out] */
} gal_sage;

/* Registers "<name>.self", "<name>.neighbour" (Glorot uniform) and "<name>.bias" (zeros).
 * GAL_ENOMEM; GAL_EINVAL for an activation whose derivative y does not give. */
GAL_API gal_status gal_sage_init(gal_sage *l, gal_params *p, const char *name, int32_t in,
                                 int32_t out, gal_act act, gal_rng *rng, gal_error *err);

/* scale[r] = 1 / max(1, edges of row r): the mean. [n_row] */
GAL_API void gal_sage_mean(float *scale, const gal_csr *csr);

/* y [n_row, out]; csr rows are destinations, columns sources; x_src [n_col, in], x_dst [n_row, in]
 * (the same matrix in a plain graph); scale [n_row] or NULL (a sum). */
GAL_API void gal_sage_forward(gal_mat y, const gal_sage *l, const gal_params *p, const gal_csr *csr,
                              gal_mat x_src, gal_mat x_dst, const float *scale);

/* transposed is csr's transpose; y the forward result, dy its gradient, which becomes dz.
 * Overwrites dx_src [n_col, in] and dx_dst [n_row, in] (.data NULL: not wanted), adds to the
 * gradients in p. When x_src and x_dst are one matrix, dx_src receives the whole gradient and
 * dx_dst is ignored. */
GAL_API void gal_sage_backward(gal_mat dx_src, gal_mat dx_dst, const gal_sage *l, gal_params *p,
                               const gal_csr *transposed, gal_mat x_src, gal_mat x_dst,
                               const float *scale, gal_mat y, gal_mat dy);

#endif
