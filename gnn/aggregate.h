/* Sparse aggregation over a CSR: row r of y gathers the rows col[k] of x. The backward pass is the
 * same call on the transposed CSR. */
#ifndef GAL_GNN_AGGREGATE_H
#define GAL_GNN_AGGREGATE_H

#include "base/csr.h"
#include "gnn/tensor.h"

/* y[r] = beta * y[r] + scale[r] * sum over k of weight[edge[k]] * x[col[k]].
 * y [n_row, d], x [n_col, d]; scale [n_row] or NULL (1), e.g. 1/degree for a mean; weight [n_edge]
 * by edge id or NULL (1). Parallel over rows; deterministic. */
GAL_API void gal_aggregate(gal_mat y, const gal_csr *csr, gal_mat x, const float *scale,
                           const float *weight, float beta);

#endif
