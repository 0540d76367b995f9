/* Per graph and column, mean over its n rows:
 *   o = x - a mean(x),  v = mean(o^2),  xhat = o / sqrt(v + eps),  y = g xhat + b
 * Backward, u = g dy:
 *   dg += sum of dy xhat,  db += sum of dy   (over all graphs)
 *   do = (u - xhat mean(u xhat)) / sqrt(v + eps)
 *   da += - mean(x) sum of do,  dx = do - a mean(do)
 */
#include "gnn/graphnorm.h"

#include "gnn/linear.h"
#include "gnn/reduce.h"
#include <assert.h>
#include <math.h>

#define EPSILON 1e-5f

gal_status gal_graphnorm_init(gal_graphnorm *l, gal_params *p, const char *name, int32_t dim,
                              gal_error *err) {
    *l = (gal_graphnorm){.dim = dim};
    GAL_TRY(gal_params_register(&l->weight, p, name, "weight", 1, dim, NULL, err));
    GAL_TRY(gal_params_register(&l->bias, p, name, "bias", 1, dim, NULL, err));
    GAL_TRY(gal_params_register(&l->mean_scale, p, name, "mean_scale", 1, dim, NULL, err));
    gal_mat_fill(gal_params_value(p, l->weight), 1);
    gal_mat_fill(gal_params_value(p, l->mean_scale), 1);
    return GAL_OK;
}

gal_status gal_graphnorm_saved_new(gal_graphnorm_saved *saved, gal_arena *arena,
                                   const gal_graphnorm *l, int64_t rows, int64_t n_graph,
                                   gal_error *err) {
    saved->xhat = gal_mat_new(arena, rows, l->dim);
    saved->mean = gal_mat_new(arena, n_graph, l->dim);
    saved->inv_std = gal_mat_new(arena, n_graph, l->dim);
    saved->share = gal_mat_new(arena, n_graph, l->dim);
    saved->sum = gal_mat_new(arena, n_graph, l->dim);
    if (!saved->xhat.data || !saved->mean.data || !saved->inv_std.data || !saved->share.data ||
        !saved->sum.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a GraphNorm");
    return GAL_OK;
}

/* to[r][c] = from[r][c] + scale[c] * add[c] */
static void add_to_rows(gal_mat to, gal_mat from, const float *add, const float *scale) {
    for (int64_t r = 0; r < to.rows; r++) {
        float *y = gal_mat_row(to, r);
        const float *x = gal_mat_row(from, r);
        for (int32_t c = 0; c < to.cols; c++) y[c] = x[c] + scale[c] * add[c];
    }
}

static void forward_graph(gal_mat y, gal_mat xhat, float *mean, float *inv_std,
                          const gal_graphnorm *l, const gal_params *p, gal_mat x) {
    const double n = (double)x.rows;
    const float *weight = gal_params_value(p, l->weight).data;
    const float *bias = gal_params_value(p, l->bias).data;
    gal__column_dot(mean, x, (gal_mat){0}, -1 / n, 0);
    add_to_rows(xhat, x, mean, gal_params_value(p, l->mean_scale).data);
    gal__column_dot(inv_std, xhat, xhat, 1 / n, 0);
    for (int32_t c = 0; c < l->dim; c++) {
        mean[c] = -mean[c];
        inv_std[c] = 1 / sqrtf(inv_std[c] + EPSILON);
    }
    for (int64_t r = 0; r < x.rows; r++) {
        float *hat = gal_mat_row(xhat, r), *out = gal_mat_row(y, r);
        for (int32_t c = 0; c < l->dim; c++) {
            hat[c] *= inv_std[c];
            out[c] = weight[c] * hat[c] + bias[c];
        }
    }
}

void gal_graphnorm_forward(gal_mat y, const gal_graphnorm_saved *saved, const gal_graphnorm *l,
                           const gal_params *p, gal_mat x, const int64_t *ptr) {
    const int64_t n_graph = saved->mean.rows;
    assert(ptr[n_graph] == x.rows && x.rows == saved->xhat.rows && x.cols == l->dim);
#pragma omp parallel for schedule(static) if (n_graph > 1 && x.rows > 256)
    for (int64_t s = 0; s < n_graph; s++) {
        const int64_t first = ptr[s], rows = ptr[s + 1] - first;
        if (rows == 0) continue;
        forward_graph(gal_mat_rows(y, first, rows), gal_mat_rows(saved->xhat, first, rows),
                      gal_mat_row(saved->mean, s), gal_mat_row(saved->inv_std, s), l, p,
                      gal_mat_rows(x, first, rows));
    }
}

/* dx of graph s (rows of dx and dy) and its share of the gradient of mean_scale. */
static void backward_graph(gal_mat dx, const gal_graphnorm *l, const gal_params *p,
                           const gal_graphnorm_saved *saved, int64_t s, gal_mat xhat, gal_mat dy) {
    const float n = (float)dy.rows, *inv_std = gal_mat_row(saved->inv_std, s);
    const float *weight = gal_params_value(p, l->weight).data;
    const float *mean_scale = gal_params_value(p, l->mean_scale).data;
    const float *mean = gal_mat_row(saved->mean, s);
    float *dot = gal_mat_row(saved->sum, s), *sum = gal_mat_row(saved->share, s);
    gal__column_dot(dot, dy, xhat, 1 / (double)n, 0);
    for (int64_t r = 0; r < dy.rows; r++) {
        const float *d = gal_mat_row(dy, r), *hat = gal_mat_row(xhat, r);
        float *out = gal_mat_row(dx, r);
        for (int32_t c = 0; c < l->dim; c++)
            out[c] = weight[c] * inv_std[c] * (d[c] - hat[c] * dot[c]);
    }
    gal__column_dot(sum, dx, (gal_mat){0}, -1, 0);
    for (int32_t c = 0; c < l->dim; c++) dot[c] = sum[c] / n;
    add_to_rows(dx, dx, dot, mean_scale);
    for (int32_t c = 0; c < l->dim; c++) sum[c] *= mean[c];
}

void gal_graphnorm_backward(gal_mat dx, const gal_graphnorm *l, gal_params *p, const int64_t *ptr,
                            const gal_graphnorm_saved *saved, gal_mat dy) {
    const int64_t n_graph = saved->mean.rows;
    assert(ptr[n_graph] == dy.rows && dy.rows == saved->xhat.rows && dy.cols == l->dim);
    gal__column_dot(gal_params_grad(p, l->weight).data, dy, saved->xhat, 1, 1);
    gal__column_dot(gal_params_grad(p, l->bias).data, dy, (gal_mat){0}, 1, 1);
    if (!dx.data) dx = saved->xhat;
    gal_mat_fill(saved->share, 0);
#pragma omp parallel for schedule(static) if (n_graph > 1 && dy.rows > 256)
    for (int64_t s = 0; s < n_graph; s++) {
        const int64_t first = ptr[s], rows = ptr[s + 1] - first;
        if (rows == 0) continue;
        backward_graph(gal_mat_rows(dx, first, rows), l, p, saved, s,
                       gal_mat_rows(saved->xhat, first, rows), gal_mat_rows(dy, first, rows));
    }
    gal__column_dot(gal_params_grad(p, l->mean_scale).data, saved->share, (gal_mat){0}, 1, 1);
}
