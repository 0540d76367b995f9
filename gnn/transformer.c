/* Backward, block by block from the last: with d the gradient of x behind a residual layer,
 *   d += norm's backward of the layer's backward of d,
 * because x goes on unchanged beside the layer. */
#include "gnn/transformer.h"

#include "gnn/activation.h"
#include "gnn/part.h"
#include <assert.h>

static gal_status init_block(gal_transformer *l, gal_params *p, const char *name, int32_t i,
                             int32_t heads, gal_rng *rng, gal_error *err) {
    gal_transformer_block *b = &l->block[i];
    gal__part_name full;
    for (int k = 0; k < 2; k++) {
        GAL_TRY(gal__part_name_set(&full, name, k ? "normb" : "norma", i, err));
        GAL_TRY(gal_layernorm_init(&b->norm[k], p, full.text, l->dim, err));
    }
    GAL_TRY(gal__part_name_set(&full, name, "attention", i, err));
    GAL_TRY(gal_attention_init(&b->attention, p, full.text, l->dim, l->dim, 0, l->dim, heads, rng,
                               err));
    GAL_TRY(gal__part_linear(&b->up, p, name, "up", i, l->dim, l->hidden, rng, err));
    return gal__part_linear(&b->down, p, name, "down", i, l->hidden, l->dim, rng, err);
}

gal_status gal_transformer_init(gal_transformer *l, gal_params *p, const char *name, int32_t dim,
                                int32_t heads, int32_t hidden, int32_t n_block, gal_rng *rng,
                                gal_error *err) {
    if (n_block < 1 || n_block > GAL_TRANSFORMER_MAX_BLOCK || dim < 1 || hidden < 1)
        return gal_fail(err, GAL_EINVAL, "a transformer of %d blocks, expected 1 to %d", n_block,
                        GAL_TRANSFORMER_MAX_BLOCK);
    *l = (gal_transformer){.dim = dim, .hidden = hidden, .n_block = n_block};
    for (int32_t i = 0; i < n_block; i++) GAL_TRY(init_block(l, p, name, i, heads, rng, err));
    gal__part_name full;
    GAL_TRY(gal__part_name_set(&full, name, "norm", -1, err));
    return gal_layernorm_init(&l->norm, p, full.text, dim, err);
}

/* Edge t -> u for each token u that token t sees. */
static gal_status build_mask(gal_transformer_saved *saved, gal_arena *arena, int32_t n_sequence,
                             int32_t n_token, int32_t n_prefix, gal_error *err) {
    const int64_t prefix = n_prefix, rest = n_token - n_prefix;
    const int64_t n = n_sequence * (prefix * prefix + rest * prefix + rest * (rest + 1) / 2);
    const int64_t rows = (int64_t)n_sequence * n_token;
    if (n > INT32_MAX || rows > INT32_MAX)
        return gal_fail(err, GAL_ELIMIT, "too many tokens in a batch");
    int32_t *from = GAL_ARENA_ARRAY(arena, int32_t, n + 1);
    int32_t *to = GAL_ARENA_ARRAY(arena, int32_t, n + 1);
    if (!from || !to) return gal_fail(err, GAL_ENOMEM, "out of memory for a transformer's mask");
    int64_t k = 0;
    for (int32_t b = 0; b < n_sequence; b++)
        for (int32_t t = 0; t < n_token; t++)
            for (int32_t u = 0; u < n_prefix || u <= t; u++, k++) {
                from[k] = b * n_token + t;
                to[k] = b * n_token + u;
            }
    GAL_TRY(gal_csr_build(&saved->csr, arena, (int32_t)rows, (int32_t)rows, n, from, to, err));
    return gal_csr_transpose(&saved->transposed, arena, &saved->csr, err);
}

static gal_status new_block(gal_transformer_saved_block *s, gal_arena *arena,
                            const gal_transformer *l, const gal_transformer_block *b, int64_t rows,
                            int64_t n_edge, gal_error *err) {
    for (int k = 0; k < 2; k++) {
        GAL_TRY(gal_layernorm_saved_new(&s->norm[k], arena, &b->norm[k], rows, err));
        s->normed[k] = gal_mat_new(arena, rows, l->dim);
    }
    s->z = gal_mat_new(arena, rows, l->hidden);
    s->a = gal_mat_new(arena, rows, l->hidden);
    if (!s->normed[0].data || !s->normed[1].data || !s->z.data || !s->a.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the activations of a transformer");
    return gal_attention_saved_new(&s->attention, arena, &b->attention, rows, rows, n_edge, err);
}

gal_status gal_transformer_saved_new(gal_transformer_saved *saved, gal_arena *arena,
                                     const gal_transformer *l, int32_t n_sequence, int32_t n_token,
                                     int32_t n_prefix, gal_error *err) {
    assert(n_prefix >= 0 && n_prefix <= n_token);
    const int64_t rows = (int64_t)n_sequence * n_token;
    GAL_TRY(build_mask(saved, arena, n_sequence, n_token, n_prefix, err));
    for (int32_t i = 0; i < l->n_block; i++)
        GAL_TRY(new_block(&saved->block[i], arena, l, &l->block[i], rows, saved->csr.n_edge, err));
    saved->d = gal_mat_new(arena, rows, l->dim);
    saved->d_source = gal_mat_new(arena, rows, l->dim);
    saved->d_hidden = gal_mat_new(arena, rows, l->hidden);
    if (!saved->d.data || !saved->d_source.data || !saved->d_hidden.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the gradients of a transformer");
    return gal_layernorm_saved_new(&saved->norm, arena, &l->norm, rows, err);
}

void gal_transformer_forward(gal_mat y, gal_transformer_saved *saved, const gal_transformer *l,
                             const gal_params *p, gal_mat x) {
    if (y.data != x.data) gal_mat_copy(y, x);
    for (int32_t i = 0; i < l->n_block; i++) {
        const gal_transformer_block *b = &l->block[i];
        gal_transformer_saved_block *s = &saved->block[i];
        gal_layernorm_forward(s->normed[0], &s->norm[0], &b->norm[0], p, y);
        gal_attention_forward(saved->d, &s->attention, &b->attention, p, &saved->csr, s->normed[0],
                              s->normed[0], (gal_mat){0});
        gal_mat_add(y, saved->d, 1);
        gal_layernorm_forward(s->normed[1], &s->norm[1], &b->norm[1], p, y);
        gal_linear_forward(s->z, &b->up, p, s->normed[1]);
        gal_act_forward(s->a, GAL_ACT_GELU, s->z);
        gal_linear_forward(saved->d, &b->down, p, s->a);
        gal_mat_add(y, saved->d, 1);
    }
    gal_layernorm_forward(y, &saved->norm, &l->norm, p, y);
}

void gal_transformer_backward(gal_mat dx, const gal_transformer *l, gal_params *p,
                              gal_transformer_saved *saved, gal_mat dy) {
    const gal_mat d = saved->d;
    gal_layernorm_backward(dx, &l->norm, p, &saved->norm, dy);
    for (int32_t i = l->n_block - 1; i >= 0; i--) {
        const gal_transformer_block *b = &l->block[i];
        gal_transformer_saved_block *s = &saved->block[i];
        gal_linear_backward(saved->d_hidden, &b->down, p, s->a, dx);
        gal_act_backward(saved->d_hidden, GAL_ACT_GELU, s->z, s->a, saved->d_hidden);
        gal_linear_backward(d, &b->up, p, s->normed[1], saved->d_hidden);
        gal_layernorm_backward(d, &b->norm[1], p, &s->norm[1], d);
        gal_mat_add(dx, d, 1);
        gal_attention_backward(d, saved->d_source, (gal_mat){0}, &b->attention, p, &saved->csr,
                               &saved->transposed, s->normed[0], s->normed[0], (gal_mat){0},
                               &s->attention, dx);
        gal_mat_add(d, saved->d_source, 1);
        gal_layernorm_backward(d, &b->norm[0], p, &s->norm[0], d);
        gal_mat_add(dx, d, 1);
    }
}
