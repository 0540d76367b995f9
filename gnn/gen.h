/* Generalised aggregation (GENConv): messages are averaged with softmax weights of their own
 * values, channel by channel; the temperature t moves between mean (t = 0) and max (t large),
 *   m_k = relu(x_src_j + e_k W_e + b_e) + 1e-7,  w_k = softmax over the edges of i of t m_k,
 *   y_i = MLP(x_dst_i + sum_k w_k m_k).
 * Li et al., "DeeperGCN", arXiv 2006.07739.
 *
 * Graph arguments as described in gnn/edge.h. Parameters: "<name>.temperature" [1, 1] (1),
 * "<name>.edge.*" (when edge_dim > 0), "<name>.mlp.*" (in -> hidden -> out, ReLU, LayerNorm).
 */
#ifndef GAL_GNN_GEN_H
#define GAL_GNN_GEN_H

#include "base/csr.h"
#include "gnn/mlp.h"

typedef struct gal_gen {
    int32_t in, out;
    int32_t temperature; /* parameter index */
    gal_linear edge;     /* edge_dim -> in; edge.in == 0: no edge features */
    gal_mlp mlp;
} gal_gen;

typedef struct gal_gen_saved {
    gal_mat message; /* [n_edge, in] before relu; the backward pass overwrites it */
    gal_mat average; /* [n_dst, in] sum of w m */
    gal_mat lse;     /* [n_dst, in] log of the softmax' denominator; scratch of backward */
    gal_mat z, dz;   /* [n_dst, in] input of the MLP and its gradient */
    gal_mlp_saved mlp;
} gal_gen_saved;

/* edge_dim 0: no edge features. Errors: GAL_ENOMEM, GAL_EINVAL (name too long). */
GAL_API gal_status gal_gen_init(gal_gen *l, gal_params *p, const char *name, int32_t in,
                                int32_t edge_dim, int32_t hidden, int32_t out, gal_rng *rng,
                                gal_error *err);
/* Buffers for graphs of exactly n_dst destinations and n_edge edges. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_gen_saved_new(gal_gen_saved *saved, gal_arena *arena, const gal_gen *l,
                                     int64_t n_dst, int64_t n_edge, gal_error *err);
/* y [n_dst, out]; x_dst [n_dst, in], x_src [n_src, in], e [n_edge, edge_dim]. */
GAL_API void gal_gen_forward(gal_mat y, gal_gen_saved *saved, const gal_gen *l, const gal_params *p,
                             const gal_csr *csr, gal_mat x_dst, gal_mat x_src, gal_mat e);
/* dx_dst, dx_src, de are overwritten (.data NULL: not wanted); adds to the gradients in p. Once per
 * forward: `saved` is used up. */
GAL_API void gal_gen_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gen *l,
                              gal_params *p, const gal_csr *csr, const gal_csr *transposed,
                              gal_mat e, gal_gen_saved *saved, gal_mat dy);

#endif
