#include "gnn/activation.h"

#include "gnn/kernels.h"
#include <assert.h>

enum {
    BLOCK = 1 << 14, /* values per piece of parallel work */
    GROUPS = 64      /* sums that are added in order */
};

static int contiguous(gal_mat m) {
    return !m.data || m.stride == m.cols;
}

/* The matrix as one row when its memory has no gaps, so that rows need not be long to be fast. */
static gal_mat flat(gal_mat m, int all_contiguous) {
    if (!all_contiguous || !m.data) return m;
    return (gal_mat){m.data, (m.rows * m.cols + BLOCK - 1) / BLOCK, BLOCK, BLOCK};
}

/* Values of row r of a flat matrix: BLOCK, or what is left of `total`. */
static int64_t width(gal_mat m, int64_t r, int64_t total, int is_flat) {
    if (!is_flat) return m.cols;
    return total - r * BLOCK < BLOCK ? total - r * BLOCK : BLOCK;
}

static const float *row_or_null(gal_mat m, int64_t r) {
    return m.data ? gal_mat_row(m, r) : NULL;
}

void gal_act_forward(gal_mat y, gal_act act, gal_mat x) {
    assert(y.rows == x.rows && y.cols == x.cols);
    const gal__kernels *kernels = gal__kernels_active();
    const int64_t total = x.rows * x.cols;
    const int whole = contiguous(x) && contiguous(y);
    const gal_mat from = flat(x, whole), to = flat(y, whole);
#pragma omp parallel for schedule(static) if (total > 2 * BLOCK)
    for (int64_t r = 0; r < from.rows; r++)
        kernels->finish(gal_mat_row(to, r), to.stride, gal_mat_row(from, r), from.stride, 1,
                        width(from, r, total, whole), NULL, act, 0);
}

void gal_act_backward(gal_mat dx, gal_act act, gal_mat x, gal_mat y, gal_mat dy) {
    assert(dx.rows == dy.rows && dx.cols == dy.cols);
    const gal__kernels *kernels = gal__kernels_active();
    const int64_t total = dy.rows * dy.cols;
    const int whole = contiguous(dx) && contiguous(x) && contiguous(y) && contiguous(dy);
    const gal_mat to = flat(dx, whole), in = flat(x, whole), out = flat(y, whole);
    const gal_mat from = flat(dy, whole);
#pragma omp parallel for schedule(static) if (total > 2 * BLOCK)
    for (int64_t r = 0; r < from.rows; r++)
        kernels->act_backward(gal_mat_row(to, r), act, row_or_null(in, r), row_or_null(out, r),
                              gal_mat_row(from, r), width(from, r, total, whole));
}

void gal_prelu_forward(gal_mat y, gal_mat x, float slope) {
    assert(y.rows == x.rows && y.cols == x.cols);
#pragma omp parallel for schedule(static) if (x.rows * x.cols > 2 * BLOCK)
    for (int64_t r = 0; r < x.rows; r++) {
        float *to = gal_mat_row(y, r);
        const float *from = gal_mat_row(x, r);
        for (int32_t c = 0; c < x.cols; c++) to[c] = from[c] > 0 ? from[c] : slope * from[c];
    }
}

/* One row of gal_prelu_backward: the sum of dy * x over x <= 0. */
static double prelu_row(float *dx, const float *x, const float *dy, int32_t n, float slope) {
    double sum = 0;
    for (int32_t c = 0; c < n; c++) {
        const float d = dy[c], in = x[c];
        sum += in > 0 ? 0 : (double)(d * in);
        dx[c] = in > 0 ? d : slope * d;
    }
    return sum;
}

float gal_prelu_backward(gal_mat dx, gal_mat x, gal_mat dy, float slope) {
    assert(dx.rows == x.rows && dy.rows == x.rows && dx.cols == x.cols && dy.cols == x.cols);
    const int64_t rows = x.rows / GROUPS + 1;
    double sum[GROUPS] = {0}, total = 0;
#pragma omp parallel for schedule(dynamic) if (x.rows * x.cols > 2 * BLOCK)
    for (int64_t g = 0; g < GROUPS; g++)
        for (int64_t r = g * rows; r < (g + 1) * rows && r < x.rows; r++)
            sum[g] +=
                prelu_row(gal_mat_row(dx, r), gal_mat_row(x, r), gal_mat_row(dy, r), x.cols, slope);
    for (int g = 0; g < GROUPS; g++) total += sum[g];
    return (float)total;
}

/* y = act(x) for n values. */
static void apply(float *y, gal_act act, const float *x, int64_t n) {
    gal__kernels_active()->finish(y, n, x, n, 1, n, NULL, act, 0);
}

void gal_exp(float *y, const float *x, int64_t n) {
    gal__kernels_active()->exponential(y, x, n);
}

void gal_tanh(float *y, const float *x, int64_t n) {
    apply(y, GAL_ACT_TANH, x, n);
}

void gal_sigmoid(float *y, const float *x, int64_t n) {
    apply(y, GAL_ACT_SIGMOID, x, n);
}
