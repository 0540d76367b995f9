/* Readout: the rows of each segment (a graph's nodes, a cell's pins) become one row.
 *
 * Segment s is the rows [ptr[s]..ptr[s+1][ of x, ptr ascending, ptr[0] = 0, ptr[n_segment] = rows.
 * Empty segments give zeros.
 */
#ifndef GAL_GNN_POOL_H
#define GAL_GNN_POOL_H

#include "gnn/tensor.h"

typedef enum gal_pool { GAL_POOL_SUM, GAL_POOL_MEAN, GAL_POOL_MAX } gal_pool;

/* y [n_segment, d] from x [rows, d]; ptr [n_segment + 1]; arg [n_segment * d] receives for MAX the
 * row of each maximum (the first of equals, -1 in an empty segment), else it may be NULL.
 * O(rows d), parallel over segments, or over rows when there is one segment. */
GAL_API void gal_pool_forward(gal_mat y, int64_t *arg, gal_pool kind, gal_mat x,
                              const int64_t *ptr);
/* dx [rows, d] is overwritten; arg as forward left it. */
GAL_API void gal_pool_backward(gal_mat dx, const int64_t *arg, gal_pool kind, const int64_t *ptr,
                               gal_mat dy);

#endif
