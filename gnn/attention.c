/* Per head, with o_i = sum_k w_k (v_j + c_k) the mixed values and do_i = dy_i W_o^T:
 *   dw_k = do_i . (v_j + c_k),  ds_k = w_k (dw_k - do_i . o_i)
 *   dq_i = sum over the edges of i of ds_k (k_j + c_k) / sqrt(d)
 *   dk_j = sum over the edges of j of ds_k q_i / sqrt(d),  dv_j = sum of w_k do_i
 *   dc_k = ds_k q_i / sqrt(d) + w_k do_i
 * because sum_k w_k dw_k = do_i . o_i. The softmax subtracts the row's maximum. A pass over the
 * destinations computes ds, dq and dc, one over the sources dk and dv.
 */
#include "gnn/attention.h"

#include "gnn/activation.h"
#include "gnn/edge.h"
#include "gnn/part.h"
#include <assert.h>
#include <math.h>
#include <string.h>

gal_status gal_attention_init(gal_attention *l, gal_params *p, const char *name, int32_t in_dst,
                              int32_t in_src, int32_t edge_dim, int32_t dim, int32_t heads,
                              gal_rng *rng, gal_error *err) {
    if (heads < 1 || heads > GAL_ATTENTION_MAX_HEADS || dim % heads)
        return gal_fail(err, GAL_EINVAL,
                        "%d heads for %d columns, expected a divisor of at most %d", heads, dim,
                        GAL_ATTENTION_MAX_HEADS);
    *l = (gal_attention){.dim = dim, .heads = heads};
    GAL_TRY(gal__part_linear(&l->query, p, name, "query", -1, in_dst, dim, rng, err));
    GAL_TRY(gal__part_linear(&l->key_value, p, name, "key_value", -1, in_src, 2 * dim, rng, err));
    GAL_TRY(gal__edge_init(&l->edge, p, name, edge_dim, dim, rng, err));
    return gal__part_linear(&l->output, p, name, "output", -1, dim, dim, rng, err);
}

gal_status gal_attention_saved_new(gal_attention_saved *saved, gal_arena *arena,
                                   const gal_attention *l, int64_t n_dst, int64_t n_src,
                                   int64_t n_edge, gal_error *err) {
    *saved = (gal_attention_saved){
        .query = gal_mat_new(arena, n_dst, l->dim),
        .d_query = gal_mat_new(arena, n_dst, l->dim),
        .key_value = gal_mat_new(arena, n_src, 2 * l->dim),
        .d_key_value = gal_mat_new(arena, n_src, 2 * l->dim),
        .weight = gal_mat_new(arena, n_edge, l->heads),
        .d_score = gal_mat_new(arena, n_edge, l->heads),
        .mixed = gal_mat_new(arena, n_dst, l->dim),
        .d_mixed = gal_mat_new(arena, n_dst, l->dim),
    };
    if (l->edge.in) saved->edge = gal_mat_new(arena, n_edge, l->dim);
    if (!saved->query.data || !saved->d_query.data || !saved->key_value.data ||
        !saved->d_key_value.data || !saved->weight.data || !saved->d_score.data ||
        !saved->mixed.data || !saved->d_mixed.data || (l->edge.in && !saved->edge.data))
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of an attention layer");
    return GAL_OK;
}

static float dot(const float *a, const float *b, int32_t n) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int32_t c = 0; c < n; c++) sum += a[c] * b[c];
    return sum;
}

static void axpy(float *restrict y, float scale, const float *x, int32_t n) {
    for (int32_t c = 0; c < n; c++) y[c] += scale * x[c];
}

/* Edge k of destination i seen from the saved matrices. */
typedef struct edge_view {
    const float *key, *value; /* [dim] */
    float *edge;              /* [dim] or NULL */
    float *weight, *d_score;  /* [heads] */
} edge_view;

static edge_view view_edge(const gal_attention_saved *saved, const gal_csr *csr, int64_t k,
                           int32_t dim) {
    const int32_t id = csr->edge[k];
    const float *key = gal_mat_row(saved->key_value, csr->col[k]);
    float *edge = saved->edge.data ? gal_mat_row(saved->edge, id) : NULL;
    return (edge_view){key, key + dim, edge, gal_mat_row(saved->weight, id),
                       gal_mat_row(saved->d_score, id)};
}

/* weight = softmax of the scores over the edges of row i, per head. */
static void softmax_row(const gal_attention *l, const gal_attention_saved *saved,
                        const gal_csr *csr, int32_t i) {
    const int32_t width = l->dim / l->heads;
    const float *q = gal_mat_row(saved->query, i), scale = 1 / sqrtf((float)width);
    float top[GAL_ATTENTION_MAX_HEADS], total[GAL_ATTENTION_MAX_HEADS] = {0};
    for (int32_t h = 0; h < l->heads; h++) top[h] = -HUGE_VALF;
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        const edge_view s = view_edge(saved, csr, k, l->dim);
        gal__edge_prefetch(csr, k, saved->key_value, saved->edge);
        for (int32_t h = 0; h < l->heads; h++) {
            float score = dot(q + h * width, s.key + h * width, width);
            if (s.edge) score += dot(q + h * width, s.edge + h * width, width);
            s.weight[h] = scale * score;
            top[h] = s.weight[h] > top[h] ? s.weight[h] : top[h];
        }
    }
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        float *weight = gal_mat_row(saved->weight, csr->edge[k]);
        for (int32_t h = 0; h < l->heads; h++) weight[h] -= top[h];
        gal_exp(weight, weight, l->heads);
        for (int32_t h = 0; h < l->heads; h++) total[h] += weight[h];
    }
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++)
        for (int32_t h = 0; h < l->heads; h++)
            gal_mat_row(saved->weight, csr->edge[k])[h] /= total[h];
}

static void mix_row(const gal_attention *l, const gal_attention_saved *saved, const gal_csr *csr,
                    int32_t i) {
    const int32_t width = l->dim / l->heads;
    float *mixed = gal_mat_row(saved->mixed, i);
    memset(mixed, 0, (size_t)l->dim * sizeof *mixed);
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        const edge_view s = view_edge(saved, csr, k, l->dim);
        for (int32_t h = 0; h < l->heads; h++) {
            axpy(mixed + h * width, s.weight[h], s.value + h * width, width);
            if (s.edge) axpy(mixed + h * width, s.weight[h], s.edge + h * width, width);
        }
    }
}

void gal_attention_forward(gal_mat y, gal_attention_saved *saved, const gal_attention *l,
                           const gal_params *p, const gal_csr *csr, gal_mat x_dst, gal_mat x_src,
                           gal_mat e) {
    assert(saved->query.rows == csr->n_row && saved->key_value.rows == csr->n_col);
    assert(saved->weight.rows == csr->n_edge);
    gal_linear_forward(saved->query, &l->query, p, x_dst);
    gal_linear_forward(saved->key_value, &l->key_value, p, x_src);
    if (l->edge.in) gal__edge_forward(saved->edge, &l->edge, p, e);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) {
        softmax_row(l, saved, csr, i);
        mix_row(l, saved, csr, i);
    }
    gal_linear_forward(y, &l->output, p, saved->mixed);
}

/* ds and dc of one edge and its share of dq, for one head of `n` columns from `at` on. */
static void backward_head(float *dq, const edge_view *s, int32_t h, const float *q, const float *d,
                          float inner, float scale, int32_t at, int32_t n) {
    float *edge = s->edge ? s->edge + at : NULL;
    const float dw = dot(d, s->value + at, n) + (edge ? dot(d, edge, n) : 0);
    const float ds = scale * s->weight[h] * (dw - inner);
    s->d_score[h] = ds;
    axpy(dq, ds, s->key + at, n);
    if (!edge) return;
    for (int32_t c = 0; c < n; c++) {
        dq[c] += ds * edge[c];
        edge[c] = ds * q[c] + s->weight[h] * d[c];
    }
}

static void backward_destination(const gal_attention *l, const gal_attention_saved *saved,
                                 const gal_csr *csr, int32_t i) {
    const int32_t width = l->dim / l->heads;
    const float *q = gal_mat_row(saved->query, i), *d = gal_mat_row(saved->d_mixed, i);
    const float *mixed = gal_mat_row(saved->mixed, i), scale = 1 / sqrtf((float)width);
    float *dq = gal_mat_row(saved->d_query, i), inner[GAL_ATTENTION_MAX_HEADS];
    memset(dq, 0, (size_t)l->dim * sizeof *dq);
    for (int32_t h = 0; h < l->heads; h++) inner[h] = dot(d + h * width, mixed + h * width, width);
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        const edge_view s = view_edge(saved, csr, k, l->dim);
        gal__edge_prefetch(csr, k, saved->key_value, saved->edge);
        for (int32_t h = 0; h < l->heads; h++) {
            const int32_t at = h * width;
            backward_head(dq + at, &s, h, q + at, d + at, inner[h], scale, at, width);
        }
    }
}

static void backward_source(const gal_attention *l, const gal_attention_saved *saved,
                            const gal_csr *transposed, int32_t j) {
    const int32_t width = l->dim / l->heads;
    float *dk = gal_mat_row(saved->d_key_value, j), *dv = dk + l->dim;
    memset(dk, 0, 2 * (size_t)l->dim * sizeof *dk);
    for (int64_t k = transposed->ptr[j]; k < transposed->ptr[j + 1]; k++) {
        const int32_t i = transposed->col[k], id = transposed->edge[k];
        gal__edge_prefetch(transposed, k, saved->query, saved->weight);
        const float *q = gal_mat_row(saved->query, i), *d = gal_mat_row(saved->d_mixed, i);
        const float *ds = gal_mat_row(saved->d_score, id), *w = gal_mat_row(saved->weight, id);
        for (int32_t h = 0; h < l->heads; h++) {
            axpy(dk + h * width, ds[h], q + h * width, width);
            axpy(dv + h * width, w[h], d + h * width, width);
        }
    }
}

void gal_attention_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_attention *l,
                            gal_params *p, const gal_csr *csr, const gal_csr *transposed,
                            gal_mat x_dst, gal_mat x_src, gal_mat e, gal_attention_saved *saved,
                            gal_mat dy) {
    gal_linear_backward(saved->d_mixed, &l->output, p, saved->mixed, dy);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) backward_destination(l, saved, csr, i);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t j = 0; j < csr->n_col; j++) backward_source(l, saved, transposed, j);
    gal_linear_backward(dx_dst, &l->query, p, x_dst, saved->d_query);
    gal_linear_backward(dx_src, &l->key_value, p, x_src, saved->d_key_value);
    if (l->edge.in) gal__edge_backward(de, &l->edge, p, e, saved->edge);
}
