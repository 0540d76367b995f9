/* LayerNorm, per row with mean m and variance v of its columns:
 *   xhat = (x - m) / sqrt(v + eps),  y = g * xhat + b
 *   dg += sum over rows of dy * xhat,  db += sum over rows of dy
 *   dx = (u - mean(u) - xhat * mean(u * xhat)) / sqrt(v + eps),  u = g * dy
 * BatchNorm is the same with the mean and variance of a column over the rows. In evaluation m and v
 * are the running values.
 */
#include "gnn/norm.h"

#include "gnn/linear.h"
#include "gnn/reduce.h"
#include <assert.h>
#include <math.h>

#define EPSILON 1e-5f
#define MOMENTUM 0.1f

static gal_status add_affine(int32_t *weight, int32_t *bias, gal_params *p, const char *name,
                             int32_t dim, gal_error *err) {
    GAL_TRY(gal_params_register(weight, p, name, "weight", 1, dim, NULL, err));
    gal_mat_fill(gal_params_value(p, *weight), 1);
    return gal_params_register(bias, p, name, "bias", 1, dim, NULL, err);
}

/* grad(index) += sum over rows of a * b. */
static void add_column_dot(gal_params *p, int32_t index, gal_mat a, gal_mat b) {
    gal_mat grad = gal_params_grad(p, index);
    gal__column_dot(grad.data, a, b, 1, 1);
}

gal_status gal_layernorm_init(gal_layernorm *l, gal_params *p, const char *name, int32_t dim,
                              gal_error *err) {
    *l = (gal_layernorm){.dim = dim};
    return add_affine(&l->weight, &l->bias, p, name, dim, err);
}

gal_status gal_layernorm_saved_new(gal_layernorm_saved *saved, gal_arena *arena,
                                   const gal_layernorm *l, int64_t rows, gal_error *err) {
    saved->xhat = gal_mat_new(arena, rows, l->dim);
    saved->inv_std = gal_mat_new(arena, rows, 1);
    if (!saved->xhat.data || !saved->inv_std.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a LayerNorm");
    return GAL_OK;
}

/* xhat = (x - mean) / std of one row of n values; returns 1 / std. */
static float normalise(float *xhat, const float *x, int32_t n) {
    float sum = 0, square = 0;
#pragma omp simd reduction(+ : sum)
    for (int32_t c = 0; c < n; c++) sum += x[c];
    const float mean = sum / (float)n;
    for (int32_t c = 0; c < n; c++) xhat[c] = x[c] - mean;
#pragma omp simd reduction(+ : square)
    for (int32_t c = 0; c < n; c++) square += xhat[c] * xhat[c];
    const float inv_std = 1 / sqrtf(square / (float)n + EPSILON);
    for (int32_t c = 0; c < n; c++) xhat[c] *= inv_std;
    return inv_std;
}

static void affine(float *y, const float *xhat, const float *weight, const float *bias, int32_t n) {
    for (int32_t c = 0; c < n; c++) y[c] = weight[c] * xhat[c] + bias[c];
}

void gal_layernorm_forward(gal_mat y, const gal_layernorm_saved *saved, const gal_layernorm *l,
                           const gal_params *p, gal_mat x) {
    assert(x.cols == l->dim && y.rows == x.rows && y.cols == x.cols);
    assert(!saved || saved->xhat.rows == x.rows);
    const float *weight = gal_params_value(p, l->weight).data;
    const float *bias = gal_params_value(p, l->bias).data;
#pragma omp parallel for schedule(static) if (x.rows > 64)
    for (int64_t r = 0; r < x.rows; r++) {
        float *xhat = gal_mat_row(saved ? saved->xhat : y, r);
        const float inv_std = normalise(xhat, gal_mat_row(x, r), l->dim);
        if (saved) saved->inv_std.data[r] = inv_std;
        affine(gal_mat_row(y, r), xhat, weight, bias, l->dim);
    }
}

static void layernorm_row(float *dx, const float *dy, const float *xhat, const float *weight,
                          float inv_std, int32_t n) {
    float sum = 0, dot = 0;
#pragma omp simd reduction(+ : sum, dot)
    for (int32_t c = 0; c < n; c++) {
        sum += weight[c] * dy[c];
        dot += weight[c] * dy[c] * xhat[c];
    }
    sum /= (float)n;
    dot /= (float)n;
    for (int32_t c = 0; c < n; c++) dx[c] = inv_std * (weight[c] * dy[c] - sum - xhat[c] * dot);
}

void gal_layernorm_backward(gal_mat dx, const gal_layernorm *l, gal_params *p,
                            const gal_layernorm_saved *saved, gal_mat dy) {
    assert(dy.cols == l->dim && dy.rows == saved->xhat.rows);
    add_column_dot(p, l->weight, dy, saved->xhat);
    add_column_dot(p, l->bias, dy, (gal_mat){0});
    if (!dx.data) return;
    const float *weight = gal_params_value(p, l->weight).data;
#pragma omp parallel for schedule(static) if (dy.rows > 64)
    for (int64_t r = 0; r < dy.rows; r++)
        layernorm_row(gal_mat_row(dx, r), gal_mat_row(dy, r), gal_mat_row(saved->xhat, r), weight,
                      saved->inv_std.data[r], l->dim);
}

gal_status gal_batchnorm_init(gal_batchnorm *l, gal_params *p, const char *name, int32_t dim,
                              gal_error *err) {
    *l = (gal_batchnorm){.dim = dim};
    GAL_TRY(add_affine(&l->weight, &l->bias, p, name, dim, err));
    GAL_TRY(gal_params_register(&l->mean, p, name, "running_mean", 1, dim, NULL, err));
    GAL_TRY(gal_params_register(&l->var, p, name, "running_var", 1, dim, NULL, err));
    gal_mat_fill(gal_params_value(p, l->var), 1);
    return GAL_OK;
}

gal_status gal_batchnorm_saved_new(gal_batchnorm_saved *saved, gal_arena *arena,
                                   const gal_batchnorm *l, int64_t rows, gal_error *err) {
    saved->xhat = gal_mat_new(arena, rows, l->dim);
    saved->inv_std = gal_mat_new(arena, 1, l->dim);
    saved->sum = gal_mat_new(arena, 2, l->dim);
    if (!saved->xhat.data || !saved->inv_std.data || !saved->sum.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a BatchNorm");
    return GAL_OK;
}

static void subtract_row(gal_mat y, gal_mat x, const float *mean) {
#pragma omp parallel for schedule(static) if (x.rows > 64)
    for (int64_t r = 0; r < x.rows; r++) {
        float *out = gal_mat_row(y, r);
        const float *in = gal_mat_row(x, r);
        for (int32_t c = 0; c < x.cols; c++) out[c] = in[c] - mean[c];
    }
}

/* Fills xhat with x - mean and inv_std, from the batch; moves the running statistics. */
static void batch_statistics(const gal_batchnorm_saved *saved, const gal_batchnorm *l,
                             gal_params *p, gal_mat x) {
    float *mean = gal_mat_row(saved->sum, 0), *var = gal_mat_row(saved->sum, 1);
    float *running_mean = gal_params_value(p, l->mean).data;
    float *running_var = gal_params_value(p, l->var).data;
    const double n = (double)x.rows;
    const float unbiased = x.rows > 1 ? (float)(n / (n - 1)) : 1;
    gal__column_dot(mean, x, (gal_mat){0}, 1 / n, 0);
    subtract_row(saved->xhat, x, mean);
    gal__column_dot(var, saved->xhat, saved->xhat, 1 / n, 0);
    for (int32_t c = 0; c < l->dim; c++) {
        saved->inv_std.data[c] = 1 / sqrtf(var[c] + EPSILON);
        running_mean[c] += MOMENTUM * (mean[c] - running_mean[c]);
        running_var[c] += MOMENTUM * (unbiased * var[c] - running_var[c]);
    }
}

static void running_statistics(const gal_batchnorm_saved *saved, const gal_batchnorm *l,
                               const gal_params *p, gal_mat x) {
    const float *var = gal_params_value(p, l->var).data;
    subtract_row(saved->xhat, x, gal_params_value(p, l->mean).data);
    for (int32_t c = 0; c < l->dim; c++) saved->inv_std.data[c] = 1 / sqrtf(var[c] + EPSILON);
}

void gal_batchnorm_forward(gal_mat y, const gal_batchnorm_saved *saved, const gal_batchnorm *l,
                           gal_params *p, gal_mat x, int train) {
    assert(x.cols == l->dim && y.rows == x.rows && y.cols == x.cols);
    assert(!saved || saved->xhat.rows == x.rows);
    if (x.rows == 0) return;
    if (train) batch_statistics(saved, l, p, x);
    else running_statistics(saved, l, p, x);
    const float *inv_std = saved->inv_std.data;
    const float *weight = gal_params_value(p, l->weight).data;
    const float *bias = gal_params_value(p, l->bias).data;
#pragma omp parallel for schedule(static) if (x.rows > 64)
    for (int64_t r = 0; r < x.rows; r++) {
        float *xhat = gal_mat_row(saved->xhat, r);
        for (int32_t c = 0; c < l->dim; c++) xhat[c] *= inv_std[c];
        affine(gal_mat_row(y, r), xhat, weight, bias, l->dim);
    }
}

void gal_batchnorm_backward(gal_mat dx, const gal_batchnorm *l, gal_params *p,
                            const gal_batchnorm_saved *saved, gal_mat dy) {
    assert(dy.cols == l->dim && dy.rows == saved->xhat.rows);
    if (dy.rows == 0) return;
    const float n = (float)dy.rows, *inv_std = saved->inv_std.data;
    const float *weight = gal_params_value(p, l->weight).data;
    float *dot = gal_mat_row(saved->sum, 0), *sum = gal_mat_row(saved->sum, 1);
    gal__column_dot(dot, dy, saved->xhat, 1, 0);
    gal__column_dot(sum, dy, (gal_mat){0}, 1, 0);
    gal_mat_add(gal_params_grad(p, l->weight), gal_mat_rows(saved->sum, 0, 1), 1);
    gal_mat_add(gal_params_grad(p, l->bias), gal_mat_rows(saved->sum, 1, 1), 1);
    if (!dx.data) return;
#pragma omp parallel for schedule(static) if (dy.rows > 64)
    for (int64_t r = 0; r < dy.rows; r++) {
        const float *in = gal_mat_row(dy, r), *xhat = gal_mat_row(saved->xhat, r);
        float *out = gal_mat_row(dx, r);
        for (int32_t c = 0; c < l->dim; c++)
            out[c] = weight[c] * inv_std[c] * (in[c] - (sum[c] + xhat[c] * dot[c]) / n);
    }
}
