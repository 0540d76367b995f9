/* The two loops behind every layer that maps rows: one forward, one backward.
 *
 * Rows are worked on in blocks that stay in the caches from the gather to the activation; the rows
 * that the next block gathers are touched while the products of this one run. Weights wider than a
 * panel are split, which repeats the gather per panel of outputs (forward) or of both (backward).
 * Blocks are fixed by the shapes alone, so results do not depend on the thread count. Private.
 */
#ifndef GAL_GNN_ROWPASS_H
#define GAL_GNN_ROWPASS_H

#include "gnn/kernels.h"
#include "gnn/tensor.h"

/* y = act(x w + gather gather_w + bias) */
typedef struct gal__forward {
    gal_mat y;                 /* [n, out], overwritten */
    gal_mat x, w;              /* [n, in], [in, out]; x.data NULL: no such term */
    const gal__gather *gather; /* n rows, or NULL: no such term; its cols are gather_w.rows */
    gal_mat gather_w;          /* [gather in, out] */
    const float *bias;         /* [out] or NULL */
    gal_act act;
} gal__forward;

void gal__rows_forward(const gal__forward *pass);

/* With t the gathered rows, each term only where its matrices are given:
 *   dx = dy w^T + t gather_w^T,  dw += x^T dy,  gather_dw += x^T t,  dbias += column sums of dy. */
typedef struct gal__backward {
    gal_mat dx;                /* [n, in], overwritten; .data NULL: not wanted */
    gal_mat x;                 /* [n, in] */
    gal_mat dy, w, dw;         /* [n, out], [in, out] twice; dy.data NULL: no such term */
    float *dbias;              /* [out] or NULL */
    const gal__gather *gather; /* n rows of width gather_w.cols, or NULL: no such term */
    gal_mat gather_w, gather_dw;
} gal__backward;

void gal__rows_backward(const gal__backward *pass);

#endif
