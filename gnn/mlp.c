/* h_0 = x,  z_i = norm_i(h_{i-1} W_i + b_i),  h_i = dropout(act(z_i)),  y = h_{n-1} W_n + b_n.
 * Backward walks the chain from y: dh_{n-1} = dy W_n^T, then per hidden layer the masks of dropout,
 * act', the norm and the linear layer, each by its own backward function.
 */
#include "gnn/mlp.h"

#include "gnn/dropout.h"
#include "gnn/part.h"
#include "gnn/rowpass.h"
#include <assert.h>

enum { INFER_ROWS = 96 };

static gal_status init_layer(gal_mlp *l, int32_t i, gal_params *p, const char *name,
                             const int32_t *width, gal_rng *rng, gal_error *err) {
    gal__part_name part;
    GAL_TRY(gal__part_linear(&l->linear[i], p, name, "", i, width[i], width[i + 1], rng, err));
    if (!l->layernorm || i + 1 == l->n_layer) return GAL_OK;
    GAL_TRY(gal__part_name_set(&part, name, "norm", i, err));
    return gal_layernorm_init(&l->norm[i], p, part.text, width[i + 1], err);
}

gal_status gal_mlp_init(gal_mlp *l, gal_params *p, const char *name, const int32_t *width,
                        int32_t n_layer, gal_act act, int layernorm, float dropout, gal_rng *rng,
                        gal_error *err) {
    if (n_layer < 1 || n_layer > GAL_MLP_MAX_LAYER)
        return gal_fail(err, GAL_EINVAL, "an MLP of %d layers, expected 1 to %d", n_layer,
                        GAL_MLP_MAX_LAYER);
    if (!(dropout >= 0 && dropout < 1))
        return gal_fail(err, GAL_EINVAL, "a dropout rate of %g, expected [0, 1)", (double)dropout);
    *l = (gal_mlp){.n_layer = n_layer, .act = act, .layernorm = layernorm, .dropout = dropout};
    for (int32_t i = 0; i < n_layer; i++) GAL_TRY(init_layer(l, i, p, name, width, rng, err));
    return GAL_OK;
}

int64_t gal_mlp_size(const int32_t *width, int32_t n_layer) {
    int64_t size = 0;
    for (int32_t i = 0; i < n_layer; i++) size += ((int64_t)width[i] + 1) * width[i + 1];
    return size;
}

static int needs_input(gal_act act) {
    return act == GAL_ACT_SILU || act == GAL_ACT_GELU;
}

static int hidden_new(gal_mlp_hidden *s, gal_arena *arena, const gal_mlp *l, int32_t i,
                      int64_t rows) {
    const int32_t dim = l->linear[i].out;
    s->z = gal_mat_new(arena, rows, dim);
    s->a = needs_input(l->act) ? gal_mat_new(arena, rows, dim) : s->z;
    s->h = l->dropout > 0 ? gal_mat_new(arena, rows, dim) : s->a;
    s->grad = gal_mat_new(arena, rows, dim);
    return s->z.data && s->a.data && s->h.data && s->grad.data;
}

gal_status gal_mlp_saved_new(gal_mlp_saved *saved, gal_arena *arena, const gal_mlp *l, int64_t rows,
                             gal_error *err) {
    *saved = (gal_mlp_saved){0};
    for (int32_t i = 0; i + 1 < l->n_layer; i++) {
        gal_mlp_hidden *s = &saved->hidden[i];
        if (!hidden_new(s, arena, l, i, rows))
            return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of an MLP");
        if (l->layernorm) GAL_TRY(gal_layernorm_saved_new(&s->norm, arena, &l->norm[i], rows, err));
    }
    return GAL_OK;
}

static float rate_of(const gal_mlp *l, uint64_t seed) {
    return seed ? l->dropout : 0;
}

void gal_mlp_forward(gal_mat y, gal_mlp_saved *saved, const gal_mlp *l, const gal_params *p,
                     gal_mat x, uint64_t seed) {
    gal_mat h = x;
    saved->seed = seed;
    for (int32_t i = 0; i + 1 < l->n_layer; i++) {
        gal_mlp_hidden *s = &saved->hidden[i];
        gal_linear_forward(s->z, &l->linear[i], p, h);
        if (l->layernorm) gal_layernorm_forward(s->z, &s->norm, &l->norm[i], p, s->z);
        gal_act_forward(s->a, l->act, s->z);
        if (l->dropout > 0) gal_dropout(s->h, s->a, rate_of(l, seed), seed + (uint64_t)i);
        h = s->h;
    }
    gal_linear_forward(y, &l->linear[l->n_layer - 1], p, h);
}

void gal_mlp_backward(gal_mat dx, const gal_mlp *l, gal_params *p, gal_mat x,
                      const gal_mlp_saved *saved, gal_mat dy) {
    for (int32_t i = l->n_layer - 1; i > 0; i--) {
        const gal_mlp_hidden *s = &saved->hidden[i - 1];
        const gal_mat g = s->grad;
        gal_linear_backward(g, &l->linear[i], p, s->h, dy);
        gal_dropout(g, g, rate_of(l, saved->seed), saved->seed + (uint64_t)(i - 1));
        gal_act_backward(g, l->act, s->z, s->a, g);
        if (l->layernorm) gal_layernorm_backward(g, &l->norm[i - 1], p, &s->norm, g);
        dy = g;
    }
    gal_linear_backward(dx, &l->linear[0], p, x, dy);
}

static int32_t widest(const gal_mlp *l) {
    int32_t width = 0;
    for (int32_t i = 0; i + 1 < l->n_layer; i++)
        if (l->linear[i].out > width) width = l->linear[i].out;
    return width;
}

int64_t gal_mlp_infer_floats(const gal_mlp *l) {
    return 2 * (int64_t)INFER_ROWS * widest(l);
}

/* At most INFER_ROWS rows through all layers, between the halves of the scratch. */
static void infer_block(gal_mat y, float *scratch, const gal_mlp *l, const gal_params *p,
                        gal_mat x) {
    const int64_t half = (int64_t)INFER_ROWS * widest(l);
    for (int32_t i = 0; i < l->n_layer; i++) {
        const gal_linear *layer = &l->linear[i];
        const int last = i + 1 == l->n_layer;
        const gal_mat to = {scratch + (i % 2) * half, x.rows, layer->out, layer->out};
        const gal_mat out = last ? y : to;
        gal__rows_forward(&(gal__forward){.y = out,
                                          .x = x,
                                          .w = gal_params_value(p, layer->weight),
                                          .bias = gal_params_value(p, layer->bias).data,
                                          .act = last ? GAL_ACT_NONE : l->act});
        x = out;
    }
}

void gal_mlp_infer(gal_mat y, float *scratch, const gal_mlp *l, const gal_params *p, gal_mat x) {
    assert(!l->layernorm && x.rows == y.rows);
    for (int64_t first = 0; first < x.rows; first += INFER_ROWS) {
        const int64_t rows = x.rows - first < INFER_ROWS ? x.rows - first : INFER_ROWS;
        infer_block(gal_mat_rows(y, first, rows), scratch, l, p, gal_mat_rows(x, first, rows));
    }
}
