/* With m_r = D_r^-1 A_r x_src side by side in M = [m_1 | .. | m_R] and W = [W_1; ..; W_R]:
 *   z = x_dst W_self + b + M W,  y = act(z)
 * Backward:
 *   dz = dy * act'(z);  x_dst, W_self and b as in a linear layer
 *   dW += M^T dz,  dM = dz W^T,  dx_src = sum over r of A_r^T D_r^-1 dm_r
 */
#include "gnn/hetero.h"

#include "gnn/aggregate.h"
#include "gnn/gemm.h"
#include "gnn/part.h"
#include <assert.h>

gal_status gal_hetero_init(gal_hetero *l, gal_params *p, const char *name, int32_t in_dst,
                           int32_t in_src, int32_t out, int32_t n_relation, gal_act act,
                           gal_rng *rng, gal_error *err) {
    if (n_relation < 1 || n_relation > INT32_MAX / in_src)
        return gal_fail(err, GAL_EINVAL, "%d relations of %d inputs", n_relation, in_src);
    *l = (gal_hetero){.in_src = in_src, .out = out, .n_relation = n_relation, .act = act};
    GAL_TRY(gal__part_linear(&l->self, p, name, "self", -1, in_dst, out, rng, err));
    return gal_params_register(&l->relation, p, name, "relation.weight", n_relation * in_src, out,
                               rng, err);
}

gal_status gal_hetero_saved_new(gal_hetero_saved *saved, gal_arena *arena, const gal_hetero *l,
                                int64_t n_dst, gal_error *err) {
    assert(n_dst <= INT32_MAX);
    saved->mean = gal_mat_new(arena, n_dst, l->n_relation * l->in_src);
    saved->inv_degree = gal_mat_new(arena, l->n_relation, (int32_t)n_dst);
    saved->z = gal_mat_new(arena, n_dst, l->out);
    saved->dz = gal_mat_new(arena, n_dst, l->out);
    if (!saved->mean.data || !saved->inv_degree.data || !saved->z.data || !saved->dz.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a relation layer");
    return GAL_OK;
}

static gal_mat mean_of(const gal_hetero_saved *saved, const gal_hetero *l, int32_t r) {
    return gal_mat_cols(saved->mean, r * l->in_src, l->in_src);
}

void gal_hetero_forward(gal_mat y, gal_hetero_saved *saved, const gal_hetero *l,
                        const gal_params *p, const gal_csr *csr, gal_mat x_dst, gal_mat x_src) {
    for (int32_t r = 0; r < l->n_relation; r++) {
        float *inv_degree = gal_mat_row(saved->inv_degree, r);
        assert(csr[r].n_row == saved->mean.rows && csr[r].n_col == x_src.rows);
        for (int32_t i = 0; i < csr[r].n_row; i++) {
            const int64_t degree = csr[r].ptr[i + 1] - csr[r].ptr[i];
            inv_degree[i] = degree ? 1 / (float)degree : 0;
        }
        gal_aggregate(mean_of(saved, l, r), &csr[r], x_src, inv_degree, NULL, 0);
    }
    gal_linear_forward(saved->z, &l->self, p, x_dst);
    gal_gemm(saved->z, saved->mean, gal_params_value(p, l->relation), 1);
    gal_act_forward(y, l->act, saved->z);
}

static void scale_rows(gal_mat m, const float *scale) {
#pragma omp parallel for schedule(static) if (m.rows > 256)
    for (int64_t i = 0; i < m.rows; i++) {
        float *row = gal_mat_row(m, i);
        for (int32_t c = 0; c < m.cols; c++) row[c] *= scale[i];
    }
}

void gal_hetero_backward(gal_mat dx_dst, gal_mat dx_src, const gal_hetero *l, gal_params *p,
                         const gal_csr *transposed, gal_mat x_dst, gal_hetero_saved *saved,
                         gal_mat y, gal_mat dy) {
    gal_act_backward(saved->dz, l->act, saved->z, y, dy);
    gal_linear_backward(dx_dst, &l->self, p, x_dst, saved->dz);
    gal_gemm_tn(gal_params_grad(p, l->relation), saved->mean, saved->dz, 1);
    if (!dx_src.data) return;
    gal_gemm_nt(saved->mean, saved->dz, gal_params_value(p, l->relation), 0);
    for (int32_t r = 0; r < l->n_relation; r++) {
        const gal_mat dm = mean_of(saved, l, r);
        scale_rows(dm, gal_mat_row(saved->inv_degree, r));
        gal_aggregate(dx_src, &transposed[r], dm, NULL, NULL, r ? 1.0f : 0.0f);
    }
}
