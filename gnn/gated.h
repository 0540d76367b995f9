/* Residual gated graph convolution: every edge gates its message channel by channel,
 *   eta_ij = sigmoid(A x_dst_i + B x_src_j + C e_ij),
 *   y_i = S x_dst_i + sum over edges j -> i of eta_ij * (V x_src_j), each with a bias.
 * Bresson & Laurent, "Residual Gated Graph ConvNets", arXiv 1711.07553.
 *
 * Graph arguments as described in gnn/edge.h. Parameters: "<name>.dst.*" holds [A | S],
 * "<name>.src.*" [B | V], so that one product serves two roles; "<name>.edge.*" C.
 */
#ifndef GAL_GNN_GATED_H
#define GAL_GNN_GATED_H

#include "base/csr.h"
#include "gnn/linear.h"

typedef struct gal_gated {
    int32_t out;
    gal_linear dst;  /* in_dst -> 2 out */
    gal_linear src;  /* in_src -> 2 out */
    gal_linear edge; /* edge_dim -> out; edge.in == 0: no edge features */
} gal_gated;

typedef struct gal_gated_saved {
    gal_mat dst, d_dst; /* [n_dst, 2 out]: A x | S x, and the gradient */
    gal_mat src, d_src; /* [n_src, 2 out]: B x | V x, and the gradient */
    gal_mat gate;       /* [n_edge, out] eta; the backward pass overwrites it */
} gal_gated_saved;

/* edge_dim 0: no edge features. Errors: GAL_ENOMEM, GAL_EINVAL (name too long). */
GAL_API gal_status gal_gated_init(gal_gated *l, gal_params *p, const char *name, int32_t in_dst,
                                  int32_t in_src, int32_t edge_dim, int32_t out, gal_rng *rng,
                                  gal_error *err);
/* Buffers for graphs of exactly these counts. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_gated_saved_new(gal_gated_saved *saved, gal_arena *arena, const gal_gated *l,
                                       int64_t n_dst, int64_t n_src, int64_t n_edge,
                                       gal_error *err);
/* y [n_dst, out]; x_dst [n_dst, in_dst], x_src [n_src, in_src], e [n_edge, edge_dim]. */
GAL_API void gal_gated_forward(gal_mat y, gal_gated_saved *saved, const gal_gated *l,
                               const gal_params *p, const gal_csr *csr, gal_mat x_dst,
                               gal_mat x_src, gal_mat e);
/* dx_dst, dx_src, de are overwritten (.data NULL: not wanted); adds to the gradients in p. Once per
 * forward: `saved` is used up. */
GAL_API void gal_gated_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gated *l,
                                gal_params *p, const gal_csr *csr, const gal_csr *transposed,
                                gal_mat x_dst, gal_mat x_src, gal_mat e, gal_gated_saved *saved,
                                gal_mat dy);

#endif
