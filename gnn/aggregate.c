#include "gnn/aggregate.h"

#include "gnn/kernels.h"
#include <assert.h>

enum { BLOCK = 64 };

void gal_aggregate(gal_mat y, const gal_csr *csr, gal_mat x, const float *scale,
                   const float *weight, float beta) {
    assert(y.rows == csr->n_row && x.rows == csr->n_col && x.cols == y.cols);
    const gal__gather gather = {.csr = csr,
                                .x = x.data,
                                .stride = x.stride,
                                .cols = x.cols,
                                .row_scale = scale,
                                .edge_weight = weight};
    const gal__kernels *kernels = gal__kernels_active();
    const int32_t blocks = csr->n_row / BLOCK + 1; /* the last one may be empty */
#pragma omp parallel for schedule(static) if (blocks > 2)
    for (int32_t b = 0; b < blocks; b++) {
        const int32_t first = b * BLOCK;
        const int32_t last = csr->n_row - first < BLOCK ? csr->n_row : first + BLOCK;
        kernels->aggregate(gal_mat_row(y, first), y.stride, &gather, first, last, beta);
    }
}
