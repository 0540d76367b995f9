/* m_k = x_src_j + e_k W_e + b_e for edge k: j -> i,  z_i = (1 + eps) x_dst_i + sum_k relu(m_k),
 * y = MLP(z). With dz from the MLP:
 *   d_eps += sum of dz * x_dst,  dx_dst_i = (1 + eps) dz_i
 *   dm_k = dz_i where m_k > 0, else 0;  dx_src_j = sum over the edges of j of dm_k
 * and dm is the gradient of the edge projection's output.
 */
#include "gnn/gine.h"

#include "gnn/edge.h"
#include "gnn/part.h"
#include "gnn/reduce.h"
#include <assert.h>

gal_status gal_gine_init(gal_gine *l, gal_params *p, const char *name, int32_t in, int32_t edge_dim,
                         int32_t hidden, int32_t out, gal_rng *rng, gal_error *err) {
    const int32_t width[3] = {in, hidden, out};
    *l = (gal_gine){.in = in, .out = out};
    GAL_TRY(gal_params_register(&l->eps, p, name, "eps", 1, 1, NULL, err));
    GAL_TRY(gal__edge_init(&l->edge, p, name, edge_dim, in, rng, err));
    gal__part_name part;
    GAL_TRY(gal__part_name_set(&part, name, "mlp", -1, err));
    return gal_mlp_init(&l->mlp, p, part.text, width, 2, GAL_ACT_RELU, 0, 0, rng, err);
}

gal_status gal_gine_saved_new(gal_gine_saved *saved, gal_arena *arena, const gal_gine *l,
                              int64_t n_dst, int64_t n_edge, gal_error *err) {
    saved->message = gal_mat_new(arena, n_edge, l->in);
    saved->z = gal_mat_new(arena, n_dst, l->in);
    saved->dz = gal_mat_new(arena, n_dst, l->in);
    if (!saved->message.data || !saved->z.data || !saved->dz.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a GINE layer");
    return gal_mlp_saved_new(&saved->mlp, arena, &l->mlp, n_dst, err);
}

/* message += x; z += relu(message) */
static void add_message(float *restrict z, float *restrict message, const float *x, int32_t n) {
    for (int32_t c = 0; c < n; c++) {
        const float m = message[c] + x[c];
        message[c] = m;
        z[c] += m > 0 ? m : 0;
    }
}

void gal_gine_forward(gal_mat y, gal_gine_saved *saved, const gal_gine *l, const gal_params *p,
                      const gal_csr *csr, gal_mat x_dst, gal_mat x_src, gal_mat e) {
    assert(x_dst.rows == csr->n_row && x_src.rows == csr->n_col && saved->z.rows == csr->n_row);
    assert(x_dst.cols == l->in && x_src.cols == l->in && saved->message.rows == csr->n_edge);
    const float self = 1 + gal_params_value(p, l->eps).data[0];
    gal__edge_forward(saved->message, &l->edge, p, e);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) {
        float *z = gal_mat_row(saved->z, i);
        const float *x = gal_mat_row(x_dst, i);
        for (int32_t c = 0; c < l->in; c++) z[c] = self * x[c];
        for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
            gal__edge_prefetch(csr, k, x_src, saved->message);
            add_message(z, gal_mat_row(saved->message, csr->edge[k]),
                        gal_mat_row(x_src, csr->col[k]), l->in);
        }
    }
    gal_mlp_forward(y, &saved->mlp, &l->mlp, p, saved->z, 0);
}

/* message of an edge into i = dz_i where it was positive, else 0. */
static void backward_row(const gal_csr *csr, int32_t i, gal_mat message, const float *dz) {
    for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
        float *restrict m = gal_mat_row(message, csr->edge[k]);
        gal__edge_prefetch(csr, k, (gal_mat){0}, message);
        for (int32_t c = 0; c < message.cols; c++) {
            const float d = dz[c];
            m[c] = m[c] > 0 ? d : 0;
        }
    }
}

static void scaled_copy(float *y, const float *x, float scale, int32_t n) {
    for (int32_t c = 0; c < n; c++) y[c] = scale * x[c];
}

void gal_gine_backward(gal_mat dx_dst, gal_mat dx_src, gal_mat de, const gal_gine *l, gal_params *p,
                       const gal_csr *csr, const gal_csr *transposed, gal_mat x_dst, gal_mat e,
                       gal_gine_saved *saved, gal_mat dy) {
    const float self = 1 + gal_params_value(p, l->eps).data[0];
    const gal_mat dz = saved->dz;
    gal_mlp_backward(dz, &l->mlp, p, saved->z, &saved->mlp, dy);
    gal_params_grad(p, l->eps).data[0] += (float)gal__dot(dz, x_dst);
#pragma omp parallel for schedule(static) if (csr->n_edge >= GAL__PARALLEL_EDGES)
    for (int32_t i = 0; i < csr->n_row; i++) {
        backward_row(csr, i, saved->message, gal_mat_row(dz, i));
        if (dx_dst.data) scaled_copy(gal_mat_row(dx_dst, i), gal_mat_row(dz, i), self, l->in);
    }
    gal__edge_gather(dx_src, transposed, saved->message);
    gal__edge_backward(de, &l->edge, p, e, saved->message);
}
