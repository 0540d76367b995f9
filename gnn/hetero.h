/* Typed relation layer: edges carry a relation (e.g. the pin through which a device meets a net),
 * each with its own weight,
 *   y_i = act(x_dst_i W_self + sum over r of mean over edges j -r-> i of x_src_j W_r + b).
 * Schlichtkrull et al., "Modeling Relational Data with Graph Convolutional Networks", arXiv
 * 1703.06103.
 *
 * One CSR per relation over the same destinations and sources, and their transposes; a relation
 * without an edge to i adds nothing there. Parameters: "<name>.self.weight", "<name>.self.bias" and
 * "<name>.relation.weight" [n_relation * in_src, out], the W_r below one another.
 */
#ifndef GAL_GNN_HETERO_H
#define GAL_GNN_HETERO_H

#include "base/csr.h"
#include "gnn/activation.h"
#include "gnn/linear.h"

typedef struct gal_hetero {
    int32_t in_src, out, n_relation;
    gal_act act;
    gal_linear self;  /* in_dst -> out, and b */
    int32_t relation; /* parameter index of the stacked W_r */
} gal_hetero;

typedef struct gal_hetero_saved {
    gal_mat mean;       /* [n_dst, n_relation * in_src]; backward overwrites it */
    gal_mat inv_degree; /* [n_relation, n_dst] 1 / edges of i, 0 without any */
    gal_mat z, dz;      /* [n_dst, out] before the activation, and its gradient */
} gal_hetero_saved;

/* Errors: GAL_ENOMEM, GAL_EINVAL (n_relation < 1, name too long). */
GAL_API gal_status gal_hetero_init(gal_hetero *l, gal_params *p, const char *name, int32_t in_dst,
                                   int32_t in_src, int32_t out, int32_t n_relation, gal_act act,
                                   gal_rng *rng, gal_error *err);
/* Buffers for graphs of exactly n_dst destinations. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_hetero_saved_new(gal_hetero_saved *saved, gal_arena *arena,
                                        const gal_hetero *l, int64_t n_dst, gal_error *err);
/* y [n_dst, out]; csr [n_relation]; x_dst [n_dst, in_dst], x_src [n_src, in_src]. */
GAL_API void gal_hetero_forward(gal_mat y, gal_hetero_saved *saved, const gal_hetero *l,
                                const gal_params *p, const gal_csr *csr, gal_mat x_dst,
                                gal_mat x_src);
/* dx_dst, dx_src are overwritten (.data NULL: not wanted); adds to the gradients in p. transposed
 * [n_relation]; y is what forward wrote. Once per forward: `saved` is used up. */
GAL_API void gal_hetero_backward(gal_mat dx_dst, gal_mat dx_src, const gal_hetero *l, gal_params *p,
                                 const gal_csr *transposed, gal_mat x_dst, gal_hetero_saved *saved,
                                 gal_mat y, gal_mat dy);

#endif
