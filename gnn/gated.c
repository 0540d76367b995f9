/* With a_i = A x_i, s_i = S x_i, b_j = B x_j, v_j = V x_j, c_k = C e_k for edge k: j -> i:
 *   g_k = sigmoid(a_i + b_j + c_k),  y_i = s_i + sum_k g_k * v_j
 * Backward, element by element:
 *   ds_i = dy_i
 *   dv_j = sum over the edges of j of dy_i * g_k
 *   t_k = dy_i * v_j * g_k * (1 - g_k)   (the gradient of the sigmoid's argument)
 *   da_i = sum over the edges of i of t_k,  db_j = sum over the edges of j of t_k,  dc_k = t_k
 * The pass over sources reads g and comes first; the pass over destinations replaces g by t.
 */
#include "gnn/gated.h"

#include "gnn/activation.h"
#include "gnn/edge.h"
#include "gnn/part.h"
#include <assert.h>
#include <string.h>

gal_status gal_gated_init(gal_gated *l, gal_params *p, const char *name, int32_t in_dst,
                          int32_t in_src, int32_t edge_dim, int32_t out, gal_rng *rng,
                          gal_error *err) {
    *l = (gal_gated){.out = out};
    GAL_TRY(gal__part_linear(&l->dst, p, name, "dst", -1, in_dst, 2 * out, rng, err));
    GAL_TRY(gal__part_linear(&l->src, p, name, "src", -1, in_src, 2 * out, rng, err));
    return gal__edge_init(&l->edge, p, name, edge_dim, out, rng, err);
}

gal_status gal_gated_saved_new(gal_gated_saved *saved, gal_arena *arena, const gal_gated *l,
                               int64_t n_dst, int64_t n_src, int64_t n_edge, gal_error *err) {
    saved->dst = gal_mat_new(arena, n_dst, 2 * l->out);
    saved->d_dst = gal_mat_new(arena, n_dst, 2 * l->out);
    saved->src = gal_mat_new(arena, n_src, 2 * l->out);
    saved->d_src = gal_mat_new(arena, n_src, 2 * l->out);
    saved->gate = gal_mat_new(arena, n_edge, l->out);
    if (!saved->dst.data || !saved->d_dst.data || !saved->src.data || !saved->d_src.data ||
        !saved->gate.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a gated layer");
    return GAL_OK;
}

/* One edge: gate = sigmoid(gate + a + b), y += gate * v. */
static void forward_edge(float *y, float *gate, const float *a, const float *b, const float *v,
                         int32_t n) {
    for (int32_t c = 0; c < n; c++) gate[c] += a[c] + b[c];
    gal_sigmoid(gate, gate, n);
    for (int32_t c = 0; c < n; c++) y[c] += gate[c] * v[c];
}

void gal_gated_forward(gal_mat y, gal_gated_saved *saved, const gal_gated *l, const gal_params *p,
                       const gal_csr *csr, gal_mat x_dst, gal_mat x_src, gal_mat e) {
    const int32_t n = l->out;
    assert(saved->dst.rows == csr->n_row && saved->src.rows == csr->n_col);
    assert(saved->gate.rows == csr->n_edge && y.rows == csr->n_row && y.cols == n);
    gal_linear_forward(saved->dst, &l->dst, p, x_dst);
    gal_linear_forward(saved->src, &l->src, p, x_src);
    gal__edge_forward(saved->gate, &l->edge, p, e);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) {
        float *row = gal_mat_row(y, i);
        const float *dst = gal_mat_row(saved->dst, i);
        memcpy(row, dst + n, (size_t)n * sizeof *row);
        for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
            const float *src = gal_mat_row(saved->src, csr->col[k]);
            gal__edge_prefetch(csr, k, saved->src, saved->gate);
            forward_edge(row, gal_mat_row(saved->gate, csr->edge[k]), dst, src, src + n, n);
        }
    }
}

/* d_src_j = db | dv. */
static void backward_source(const gal_csr *transposed, int32_t j, const gal_gated_saved *saved,
                            gal_mat dy) {
    const int32_t n = dy.cols;
    const float *v = gal_mat_row(saved->src, j) + n;
    float *restrict db = gal_mat_row(saved->d_src, j), *restrict dv = db + n;
    memset(db, 0, 2 * (size_t)n * sizeof *db);
    for (int64_t k = transposed->ptr[j]; k < transposed->ptr[j + 1]; k++) {
        const float *g = gal_mat_row(saved->gate, transposed->edge[k]);
        const float *d = gal_mat_row(dy, transposed->col[k]);
        gal__edge_prefetch(transposed, k, dy, saved->gate);
        for (int32_t c = 0; c < n; c++) {
            const float through = d[c] * g[c];
            dv[c] += through;
            db[c] += through * (1 - g[c]);
        }
    }
    for (int32_t c = 0; c < n; c++) db[c] *= v[c];
}

/* d_dst_i = da | ds, and the gates of its edges become t. */
static void backward_destination(const gal_csr *csr, int32_t i, const gal_gated_saved *saved,
                                 gal_mat dy) {
    const int32_t n = dy.cols;
    const float *d = gal_mat_row(dy, i);
    float *da = gal_mat_row(saved->d_dst, i);
    memset(da, 0, (size_t)n * sizeof *da);
    memcpy(da + n, d, (size_t)n * sizeof *da);
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        float *restrict g = gal_mat_row(saved->gate, csr->edge[k]);
        const float *v = gal_mat_row(saved->src, csr->col[k]) + n;
        gal__edge_prefetch(csr, k, saved->src, saved->gate);
        for (int32_t c = 0; c < n; c++) {
            const float t = d[c] * v[c] * g[c] * (1 - g[c]);
            da[c] += t;
            g[c] = t;
        }
    }
}

void gal_gated_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gated *l,
                        gal_params *p, const gal_csr *csr, const gal_csr *transposed, gal_mat x_dst,
                        gal_mat x_src, gal_mat e, gal_gated_saved *saved, gal_mat dy) {
    assert(dy.rows == csr->n_row && dy.cols == l->out);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t j = 0; j < csr->n_col; j++) backward_source(transposed, j, saved, dy);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) backward_destination(csr, i, saved, dy);
    gal_linear_backward(dx_dst, &l->dst, p, x_dst, saved->d_dst);
    gal_linear_backward(dx_src, &l->src, p, x_src, saved->d_src);
    gal__edge_backward(de, &l->edge, p, e, saved->gate);
}
