/* GINE convolution: a graph isomorphism layer that adds edge features to the messages,
 *   y_i = MLP((1 + eps) x_dst_i + sum over edges j -> i of relu(x_src_j + e_ij W_e + b_e)).
 * Hu et al., "Strategies for Pre-training Graph Neural Networks", arXiv 1905.12265.
 *
 * Graph arguments as described in gnn/edge.h. Parameters: "<name>.eps" [1, 1] (0), "<name>.edge.*"
 * (when edge_dim > 0) and "<name>.mlp.*" (in -> hidden -> out, ReLU).
 */
#ifndef GAL_GNN_GINE_H
#define GAL_GNN_GINE_H

#include "base/csr.h"
#include "gnn/mlp.h"

typedef struct gal_gine {
    int32_t in, out;
    int32_t eps;     /* parameter index */
    gal_linear edge; /* edge_dim -> in; edge.in == 0: no edge features */
    gal_mlp mlp;
} gal_gine;

typedef struct gal_gine_saved {
    gal_mat message; /* [n_edge, in] before relu; the backward pass overwrites it */
    gal_mat z, dz;   /* [n_dst, in] input of the MLP and its gradient */
    gal_mlp_saved mlp;
} gal_gine_saved;

/* edge_dim 0: no edge features. Errors: GAL_ENOMEM, GAL_EINVAL (name too long). */
GAL_API gal_status gal_gine_init(gal_gine *l, gal_params *p, const char *name, int32_t in,
                                 int32_t edge_dim, int32_t hidden, int32_t out, gal_rng *rng,
                                 gal_error *err);
/* Buffers for graphs of exactly n_dst destinations and n_edge edges. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_gine_saved_new(gal_gine_saved *saved, gal_arena *arena, const gal_gine *l,
                                      int64_t n_dst, int64_t n_edge, gal_error *err);
/* y [n_dst, out]; x_dst [n_dst, in], x_src [n_src, in], e [n_edge, edge_dim]. */
GAL_API void gal_gine_forward(gal_mat y, gal_gine_saved *saved, const gal_gine *l,
                              const gal_params *p, const gal_csr *csr, gal_mat x_dst, gal_mat x_src,
                              gal_mat e);
/* dx_dst, dx_src, de are overwritten (.data NULL: not wanted); adds to the gradients in p. Once per
 * forward: `saved` is used up. */
GAL_API void gal_gine_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gine *l,
                               gal_params *p, const gal_csr *csr, const gal_csr *transposed,
                               gal_mat x_dst, gal_mat e, gal_gine_saved *saved, gal_mat dy);

#endif
