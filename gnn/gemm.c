#include "gnn/gemm.h"

#include "gnn/kernels.h"
#include "gnn/rowpass.h"
#include <assert.h>

enum { BLOCK = 192, LEAST_WORK = 1 << 18 };

/* m = beta * m; beta 0 ignores what m held. */
static void scale(gal_mat m, float beta) {
    if (beta == 0) gal_mat_fill(m, 0);
    for (int64_t r = 0; beta != 0 && beta != 1 && r < m.rows; r++)
        for (int32_t j = 0; j < m.cols; j++) gal_mat_row(m, r)[j] *= beta;
}

/* c = beta * c + a b over fixed blocks of rows, b given with its strides. */
static void row_blocks(gal_mat c, gal_mat a, gal__factor b, float beta) {
    const gal__kernels *kernels = gal__kernels_active();
    const int64_t work = c.rows * c.cols * a.cols;
#pragma omp parallel for schedule(static) if (c.rows > BLOCK && work > LEAST_WORK)
    for (int64_t first = 0; first < c.rows; first += BLOCK) {
        const int64_t rows = c.rows - first < BLOCK ? c.rows - first : BLOCK;
        const gal_mat part = gal_mat_rows(c, first, rows);
        if (beta != 0) scale(part, beta);
        kernels->product(rows, c.cols, a.cols, (gal__factor){gal_mat_row(a, first), a.stride, 1}, b,
                         part.data, c.stride, beta != 0, NULL);
    }
}

void gal_gemm(gal_mat c, gal_mat a, gal_mat b, float beta) {
    assert(c.rows == a.rows && a.cols == b.rows && c.cols == b.cols);
    row_blocks(c, a, (gal__factor){b.data, b.stride, 1}, beta);
}

void gal_gemm_nt(gal_mat c, gal_mat a, gal_mat b, float beta) {
    assert(c.rows == a.rows && a.cols == b.cols && c.cols == b.rows);
    row_blocks(c, a, (gal__factor){b.data, 1, b.stride}, beta);
}

void gal_gemm_tn(gal_mat c, gal_mat a, gal_mat b, float beta) {
    assert(c.rows == a.cols && a.rows == b.rows && c.cols == b.cols);
    scale(c, beta);
    gal__rows_backward(&(gal__backward){.x = a, .dy = b, .dw = c});
}
