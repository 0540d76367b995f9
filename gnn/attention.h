/* Multi-head attention along the edges of a graph, with edge features on keys and values:
 *   s_k = q_i . (k_j + c_k) / sqrt(d),  w = softmax of s over the edges of i,
 *   y_i = [sum_k w_k (v_j + c_k), heads side by side] W_o + b_o
 * for edge k: j -> i, per head of d = dim / heads columns; q, k, v, c are linear in x_dst, x_src,
 * x_src and e. A destination without edges gets b_o. Residual connections are the caller's.
 * With a complete CSR (and no edge features) it is the attention of Vaswani et al., arXiv
 * 1706.03762; on graphs, Shi et al., arXiv 2009.03509.
 *
 * Graph arguments as described in gnn/edge.h. Parameters: "<name>.query.*", "<name>.key_value.*"
 * (keys then values), "<name>.edge.*" (when edge_dim > 0), "<name>.output.*".
 */
#ifndef GAL_GNN_ATTENTION_H
#define GAL_GNN_ATTENTION_H

#include "base/csr.h"
#include "gnn/linear.h"

enum { GAL_ATTENTION_MAX_HEADS = 32 };

typedef struct gal_attention {
    int32_t dim, heads;
    gal_linear query;     /* in_dst -> dim */
    gal_linear key_value; /* in_src -> 2 dim */
    gal_linear edge;      /* edge_dim -> dim; edge.in == 0: no edge features */
    gal_linear output;    /* dim -> dim */
} gal_attention;

typedef struct gal_attention_saved {
    gal_mat query, d_query;         /* [n_dst, dim] */
    gal_mat key_value, d_key_value; /* [n_src, 2 dim] */
    gal_mat edge;                   /* [n_edge, dim] or .data NULL; backward overwrites it */
    gal_mat weight, d_score;        /* [n_edge, heads] softmax weights; gradient of s */
    gal_mat mixed, d_mixed;         /* [n_dst, dim] heads side by side, and the gradient */
} gal_attention_saved;

/* edge_dim 0: no edge features. Errors: GAL_ENOMEM, GAL_EINVAL (heads not in
 * [1..GAL_ATTENTION_MAX_HEADS] or no divisor of dim, name too long). */
GAL_API gal_status gal_attention_init(gal_attention *l, gal_params *p, const char *name,
                                      int32_t in_dst, int32_t in_src, int32_t edge_dim, int32_t dim,
                                      int32_t heads, gal_rng *rng, gal_error *err);
/* Buffers for graphs of exactly these counts. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_attention_saved_new(gal_attention_saved *saved, gal_arena *arena,
                                           const gal_attention *l, int64_t n_dst, int64_t n_src,
                                           int64_t n_edge, gal_error *err);
/* y [n_dst, dim]; x_dst [n_dst, in_dst], x_src [n_src, in_src], e [n_edge, edge_dim].
 * O(nodes in dim + edges dim). */
GAL_API void gal_attention_forward(gal_mat y, gal_attention_saved *saved, const gal_attention *l,
                                   const gal_params *p, const gal_csr *csr, gal_mat x_dst,
                                   gal_mat x_src, gal_mat e);
/* dx_dst, dx_src, de are overwritten (.data NULL: not wanted); adds to the gradients in p. Once per
 * forward: `saved` is used up. */
GAL_API void gal_attention_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de,
                                    const gal_attention *l, gal_params *p, const gal_csr *csr,
                                    const gal_csr *transposed, gal_mat x_dst, gal_mat x_src,
                                    gal_mat e, gal_attention_saved *saved, gal_mat dy);

#endif
