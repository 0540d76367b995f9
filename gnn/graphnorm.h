/* GraphNorm: normalises each column over the nodes of one graph, with a learnt share of the mean
 * subtracted. Cai et al., arXiv 2009.03294.
 *
 * Graphs are the row ranges [ptr[s]..ptr[s+1][ as in gnn/pool.h. Parameters "<name>.weight" (ones),
 * "<name>.bias" (zeros), "<name>.mean_scale" (ones), each [1, dim].
 */
#ifndef GAL_GNN_GRAPHNORM_H
#define GAL_GNN_GRAPHNORM_H

#include "gnn/tensor.h"

typedef struct gal_graphnorm {
    int32_t dim;
    int32_t weight, bias, mean_scale; /* parameter indices */
} gal_graphnorm;

typedef struct gal_graphnorm_saved {
    gal_mat xhat;    /* [rows, dim] normalised input */
    gal_mat mean;    /* [n_graph, dim] */
    gal_mat inv_std; /* [n_graph, dim] */
    gal_mat share;   /* [n_graph, dim] scratch: a graph's share of the mean_scale gradient */
    gal_mat sum;     /* [n_graph, dim] scratch */
} gal_graphnorm_saved;

GAL_API gal_status gal_graphnorm_init(gal_graphnorm *l, gal_params *p, const char *name,
                                      int32_t dim, gal_error *err);
/* Errors: GAL_ENOMEM. */
GAL_API gal_status gal_graphnorm_saved_new(gal_graphnorm_saved *saved, gal_arena *arena,
                                           const gal_graphnorm *l, int64_t rows, int64_t n_graph,
                                           gal_error *err);
/* y [rows, dim] from x [rows, dim]; y may be x; ptr [n_graph + 1]. */
GAL_API void gal_graphnorm_forward(gal_mat y, const gal_graphnorm_saved *saved,
                                   const gal_graphnorm *l, const gal_params *p, gal_mat x,
                                   const int64_t *ptr);
/* dx (overwritten; .data NULL: not wanted; may be dy); adds to the gradients in p. Once per
 * forward: xhat may be used up. */
GAL_API void gal_graphnorm_backward(gal_mat dx, const gal_graphnorm *l, gal_params *p,
                                    const int64_t *ptr, const gal_graphnorm_saved *saved,
                                    gal_mat dy);

#endif
