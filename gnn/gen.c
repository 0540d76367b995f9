/* Channel by channel, with u_k = x_src_j + e_k W_e + b_e for edge k: j -> i and m = relu(u) + 1e-7:
 *   lse_i = log sum_k exp(t m_k),  w_k = exp(t m_k - lse_i),  a_i = sum_k w_k m_k
 *   y = MLP(x_dst + a)
 * Backward, with dz from the MLP, dx_dst = da = dz:
 *   dm_k = da_i w_k (1 + t (m_k - a_i)),  du_k = dm_k where u_k > 0, else 0
 *   dt += sum over i of da_i var_i,  var_i = sum_k w_k (m_k - a_i)^2
 *   dx_src_j = sum over the edges of j of du_k, the gradient of the edge projection's output is du.
 * Columns are taken CHUNK at a time so that the row's state stays on the stack.
 */
#include "gnn/gen.h"

#include "gnn/edge.h"
#include "gnn/part.h"
#include "gnn/reduce.h"
#include <assert.h>
#include <math.h>

#define OFFSET 1e-7f
enum { CHUNK = 64 };

gal_status gal_gen_init(gal_gen *l, gal_params *p, const char *name, int32_t in, int32_t edge_dim,
                        int32_t hidden, int32_t out, gal_rng *rng, gal_error *err) {
    const int32_t width[3] = {in, hidden, out};
    gal__part_name part;
    *l = (gal_gen){.in = in, .out = out};
    GAL_TRY(gal_params_register(&l->temperature, p, name, "temperature", 1, 1, NULL, err));
    gal_mat_fill(gal_params_value(p, l->temperature), 1);
    GAL_TRY(gal__edge_init(&l->edge, p, name, edge_dim, in, rng, err));
    GAL_TRY(gal__part_name_set(&part, name, "mlp", -1, err));
    return gal_mlp_init(&l->mlp, p, part.text, width, 2, GAL_ACT_RELU, 1, 0, rng, err);
}

gal_status gal_gen_saved_new(gal_gen_saved *saved, gal_arena *arena, const gal_gen *l,
                             int64_t n_dst, int64_t n_edge, gal_error *err) {
    saved->message = gal_mat_new(arena, n_edge, l->in);
    saved->average = gal_mat_new(arena, n_dst, l->in);
    saved->lse = gal_mat_new(arena, n_dst, l->in);
    saved->z = gal_mat_new(arena, n_dst, l->in);
    saved->dz = gal_mat_new(arena, n_dst, l->in);
    if (!saved->message.data || !saved->average.data || !saved->lse.data || !saved->z.data ||
        !saved->dz.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a GEN layer");
    return gal_mlp_saved_new(&saved->mlp, arena, &l->mlp, n_dst, err);
}

/* The edges of one destination, columns [first..first+n[ of their messages. */
typedef struct edge_list {
    const int32_t *edge, *col; /* [n_edge] */
    int64_t n_edge;
    gal_mat message;
    int32_t first, n; /* n <= CHUNK */
} edge_list;

static edge_list edges_of(const gal_csr *csr, int32_t i, gal_mat message, int32_t first) {
    const int64_t begin = csr->ptr[i];
    const int32_t rest = message.cols - first;
    return (edge_list){
        csr->edge + begin,          csr->col + begin, csr->ptr[i + 1] - begin, message, first,
        rest < CHUNK ? rest : CHUNK};
}

static float *message_of(const edge_list *s, int64_t k) {
    return gal_mat_row(s->message, s->edge[k]) + s->first;
}

static float relu(float u) {
    return (u > 0 ? u : 0) + OFFSET;
}

/* message += x_src; top = the largest t m. */
static void add_sources(float *restrict top, const edge_list *s, gal_mat x_src, float t) {
    for (int32_t c = 0; c < s->n; c++) top[c] = -HUGE_VALF;
    for (int64_t k = 0; k < s->n_edge; k++) {
        float *u = message_of(s, k);
        const float *x = gal_mat_row(x_src, s->col[k]) + s->first;
        for (int32_t c = 0; c < s->n; c++) {
            u[c] += x[c];
            const float score = t * relu(u[c]);
            top[c] = score > top[c] ? score : top[c];
        }
    }
}

/* average and lse of one destination that has edges. */
static void softmax_average(float *average, float *lse, const edge_list *s, gal_mat x_src,
                            float t) {
    float top[CHUNK], weight[CHUNK], total[CHUNK] = {0}, sum[CHUNK] = {0};
    add_sources(top, s, x_src, t);
    for (int64_t k = 0; k < s->n_edge; k++) {
        const float *u = message_of(s, k);
        for (int32_t c = 0; c < s->n; c++) weight[c] = t * relu(u[c]) - top[c];
        gal_exp(weight, weight, s->n);
        for (int32_t c = 0; c < s->n; c++) {
            total[c] += weight[c];
            sum[c] += weight[c] * relu(u[c]);
        }
    }
    for (int32_t c = 0; c < s->n; c++) {
        average[c] = sum[c] / total[c];
        lse[c] = top[c] + logf(total[c]);
    }
}

void gal_gen_forward(gal_mat y, gal_gen_saved *saved, const gal_gen *l, const gal_params *p,
                     const gal_csr *csr, gal_mat x_dst, gal_mat x_src, gal_mat e) {
    assert(x_dst.rows == csr->n_row && x_src.rows == csr->n_col && saved->z.rows == csr->n_row);
    assert(x_dst.cols == l->in && x_src.cols == l->in && saved->message.rows == csr->n_edge);
    const float t = gal_params_value(p, l->temperature).data[0];
    gal__edge_forward(saved->message, &l->edge, p, e);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) {
        float *average = gal_mat_row(saved->average, i), *lse = gal_mat_row(saved->lse, i);
        const float *x = gal_mat_row(x_dst, i);
        float *z = gal_mat_row(saved->z, i);
        for (int32_t c = 0; c < l->in; c++) average[c] = lse[c] = 0;
        for (int32_t first = 0; first < l->in; first += CHUNK) {
            const edge_list s = edges_of(csr, i, saved->message, first);
            if (s.n_edge) softmax_average(average + first, lse + first, &s, x_src, t);
        }
        for (int32_t c = 0; c < l->in; c++) z[c] = x[c] + average[c];
    }
    gal_mlp_forward(y, &saved->mlp, &l->mlp, p, saved->z, 0);
}

/* The messages of one destination become du, lse becomes var. */
static void backward_average(const float *average, float *lse, const edge_list *s, const float *da,
                             float t) {
    float weight[CHUNK], var[CHUNK] = {0};
    for (int64_t k = 0; k < s->n_edge; k++) {
        float *u = message_of(s, k);
        for (int32_t c = 0; c < s->n; c++) weight[c] = t * relu(u[c]) - lse[c];
        gal_exp(weight, weight, s->n);
        for (int32_t c = 0; c < s->n; c++) {
            const float off = relu(u[c]) - average[c];
            var[c] += weight[c] * off * off;
            const float dm = da[c] * weight[c] * (1 + t * off);
            u[c] = u[c] > 0 ? dm : 0;
        }
    }
    for (int32_t c = 0; c < s->n; c++) lse[c] = var[c];
}

void gal_gen_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gen *l, gal_params *p,
                      const gal_csr *csr, const gal_csr *transposed, gal_mat e,
                      gal_gen_saved *saved, gal_mat dy) {
    const float t = gal_params_value(p, l->temperature).data[0];
    const gal_mat dz = saved->dz;
    gal_mlp_backward(dz, &l->mlp, p, saved->z, &saved->mlp, dy);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++)
        for (int32_t first = 0; first < l->in; first += CHUNK) {
            const edge_list s = edges_of(csr, i, saved->message, first);
            backward_average(gal_mat_row(saved->average, i) + first,
                             gal_mat_row(saved->lse, i) + first, &s, gal_mat_row(dz, i) + first, t);
        }
    gal_params_grad(p, l->temperature).data[0] += (float)gal__dot(dz, saved->lse);
    gal__edge_gather(dx_src, transposed, saved->message);
    gal__edge_backward(de, &l->edge, p, e, saved->message);
    if (dx_dst.data) gal_mat_copy(dx_dst, dz);
}
