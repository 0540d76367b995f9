#include "gnn/sage.h"

#include "gnn/linear.h"
#include "gnn/rowpass.h"
#include <assert.h>

gal_status gal_sage_init(gal_sage *l, gal_params *p, const char *name, int32_t in, int32_t out,
                         gal_act act, gal_rng *rng, gal_error *err) {
    if (act == GAL_ACT_SILU || act == GAL_ACT_GELU)
        return gal_fail(err, GAL_EINVAL, "%s: expected none, relu, tanh or sigmoid", name);
    *l = (gal_sage){.in = in, .out = out, .act = act};
    GAL_TRY(gal_params_register(&l->self, p, name, "self", in, out, rng, err));
    GAL_TRY(gal_params_register(&l->neighbour, p, name, "neighbour", in, out, rng, err));
    return gal_params_register(&l->bias, p, name, "bias", 1, out, NULL, err);
}

void gal_sage_mean(float *scale, const gal_csr *csr) {
    for (int32_t r = 0; r < csr->n_row; r++) {
        const int64_t degree = csr->ptr[r + 1] - csr->ptr[r];
        scale[r] = 1 / (float)(degree > 1 ? degree : 1);
    }
}

void gal_sage_forward(gal_mat y, const gal_sage *l, const gal_params *p, const gal_csr *csr,
                      gal_mat x_src, gal_mat x_dst, const float *scale) {
    assert(y.rows == csr->n_row && y.cols == l->out);
    assert(x_src.rows == csr->n_col && x_src.cols == l->in);
    assert(x_dst.rows == csr->n_row && x_dst.cols == l->in);
    const gal__gather gather = {
        .csr = csr, .x = x_src.data, .stride = x_src.stride, .cols = l->in, .row_scale = scale};
    gal__rows_forward(&(gal__forward){.y = y,
                                      .x = x_dst,
                                      .w = gal_params_value(p, l->self),
                                      .gather = &gather,
                                      .gather_w = gal_params_value(p, l->neighbour),
                                      .bias = gal_params_value(p, l->bias).data,
                                      .act = l->act});
}

void gal_sage_backward(gal_mat dx_src, gal_mat dx_dst, const gal_sage *l, gal_params *p,
                       const gal_csr *transposed, gal_mat x_src, gal_mat x_dst, const float *scale,
                       gal_mat y, gal_mat dy) {
    assert(transposed->n_row == x_src.rows && transposed->n_col == x_dst.rows);
    assert(dy.rows == x_dst.rows && dy.cols == l->out);
    if (l->act != GAL_ACT_NONE) gal_act_backward(dy, l->act, (gal_mat){0}, y, dy);
    const gal__gather gather = {
        .csr = transposed, .x = dy.data, .stride = dy.stride, .cols = l->out, .col_scale = scale};
    gal__backward self = {.dx = dx_dst,
                          .x = x_dst,
                          .dy = dy,
                          .w = gal_params_value(p, l->self),
                          .dw = gal_params_grad(p, l->self),
                          .dbias = gal_params_grad(p, l->bias).data};
    gal__backward neighbour = {.dx = dx_src,
                               .x = x_src,
                               .gather = &gather,
                               .gather_w = gal_params_value(p, l->neighbour),
                               .gather_dw = gal_params_grad(p, l->neighbour)};
    if (x_src.data == x_dst.data) {
        self.dx = dx_src;
        self.gather = neighbour.gather;
        self.gather_w = neighbour.gather_w;
        self.gather_dw = neighbour.gather_dw;
    } else {
        gal__rows_backward(&neighbour);
    }
    gal__rows_backward(&self);
}
