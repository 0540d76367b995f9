#include "gnn/linear.h"

#include "gnn/rowpass.h"
#include <assert.h>
#include <stdio.h>

gal_status gal_params_register(int32_t *index, gal_params *p, const char *name, const char *part,
                               int32_t rows, int32_t cols, gal_rng *rng, gal_error *err) {
    char full[sizeof p->param->name];
    if (snprintf(full, sizeof full, "%s.%s", name, part) >= (int)sizeof full)
        return gal_fail(err, GAL_EINVAL, "parameter name %s.%s is too long", name, part);
    *index = gal_params_add(p, full, rows, cols);
    if (*index < 0) return gal_fail(err, GAL_ENOMEM, "out of memory for parameter %s", full);
    if (rng) gal_params_init_glorot(p, *index, rng);
    return GAL_OK;
}

gal_status gal_linear_init(gal_linear *l, gal_params *p, const char *name, int32_t in, int32_t out,
                           gal_rng *rng, gal_error *err) {
    *l = (gal_linear){.in = in, .out = out};
    GAL_TRY(gal_params_register(&l->weight, p, name, "weight", in, out, rng, err));
    return gal_params_register(&l->bias, p, name, "bias", 1, out, NULL, err);
}

void gal_linear_forward(gal_mat y, const gal_linear *l, const gal_params *p, gal_mat x) {
    assert(x.cols == l->in && y.cols == l->out && x.rows == y.rows);
    gal__rows_forward(&(gal__forward){.y = y,
                                      .x = x,
                                      .w = gal_params_value(p, l->weight),
                                      .bias = gal_params_value(p, l->bias).data});
}

void gal_linear_backward(gal_mat dx, const gal_linear *l, gal_params *p, gal_mat x, gal_mat dy) {
    assert(x.cols == l->in && dy.cols == l->out && x.rows == dy.rows);
    gal__rows_backward(&(gal__backward){.dx = dx,
                                        .x = x,
                                        .dy = dy,
                                        .w = gal_params_value(p, l->weight),
                                        .dw = gal_params_grad(p, l->weight),
                                        .dbias = gal_params_grad(p, l->bias).data});
}

void gal_col_sum(float *out, gal_mat x) {
    gal__rows_backward(&(gal__backward){.x = gal_mat_cols(x, 0, 0), .dy = x, .dbias = out});
}
