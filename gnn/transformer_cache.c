/* Inference with a cache: per call only the new tokens pass through the layers; attention reads the
 * keys and values of the earlier ones. */
#include "gnn/transformer.h"

#include "gnn/activation.h"
#include <assert.h>
#include <math.h>
#include <string.h>

gal_status gal_transformer_cache_new(gal_transformer_cache *cache, gal_arena *arena,
                                     const gal_transformer *l, int32_t n_sequence, int32_t n_token,
                                     int32_t n_at_once, gal_error *err) {
    const int64_t rows = (int64_t)n_sequence * n_at_once;
    *cache = (gal_transformer_cache){.n_sequence = n_sequence,
                                     .n_token = n_token,
                                     .normed = gal_mat_new(arena, rows, l->dim),
                                     .query = gal_mat_new(arena, rows, l->dim),
                                     .now = gal_mat_new(arena, rows, 2 * l->dim),
                                     .mixed = gal_mat_new(arena, rows, l->dim),
                                     .hidden = gal_mat_new(arena, rows, l->hidden),
                                     .score = GAL_ARENA_ARRAY(arena, float, n_token)};
    int ok = cache->normed.data && cache->query.data && cache->now.data && cache->mixed.data &&
             cache->hidden.data && cache->score;
    for (int32_t i = 0; i < l->n_block; i++) {
        cache->key_value[i] = gal_mat_new(arena, (int64_t)n_sequence * n_token, 2 * l->dim);
        ok = ok && cache->key_value[i].data;
    }
    return ok ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for a transformer's cache");
}

/* One head of one token: the mean of the values, weighted by softmax(query . key / sqrt(width)).
 * keys, values: of this head in the first of n rows, `stride` floats apart. */
static void mix_head(float *restrict out, float *restrict score, const float *query,
                     const float *keys, const float *values, int32_t n, int32_t stride,
                     int32_t width) {
    const float scale = 1 / sqrtf((float)width);
    float top = -HUGE_VALF, total = 0;
    for (int32_t u = 0; u < n; u++) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int32_t c = 0; c < width; c++) sum += query[c] * keys[(int64_t)u * stride + c];
        score[u] = scale * sum;
        top = fmaxf(top, score[u]);
    }
    for (int32_t u = 0; u < n; u++) score[u] -= top;
    gal_exp(score, score, n);
    for (int32_t u = 0; u < n; u++) total += score[u];
    memset(out, 0, (size_t)width * sizeof *out);
    for (int32_t u = 0; u < n; u++) {
        const float share = score[u] / total;
        for (int32_t c = 0; c < width; c++) out[c] += share * values[(int64_t)u * stride + c];
    }
}

/* Keys and values of the new tokens join the cache; the mixed values of all heads. */
static void attend(gal_transformer_cache *cache, const gal_attention *l, int32_t block, int32_t n) {
    const int32_t dim = l->dim, width = dim / l->heads;
    const gal_mat kv = cache->key_value[block];
    for (int32_t b = 0; b < cache->n_sequence; b++) {
        float *first = gal_mat_row(kv, (int64_t)b * cache->n_token);
        gal_mat_copy(gal_mat_rows(kv, (int64_t)b * cache->n_token + cache->used, n),
                     gal_mat_rows(cache->now, (int64_t)b * n, n));
        for (int64_t r = (int64_t)b * n; r < (int64_t)(b + 1) * n; r++)
            for (int32_t h = 0; h < l->heads; h++)
                mix_head(gal_mat_row(cache->mixed, r) + h * width, cache->score,
                         gal_mat_row(cache->query, r) + h * width, first + h * width,
                         first + dim + h * width, cache->used + n, kv.stride, width);
    }
}

void gal_transformer_append(gal_mat y, gal_transformer_cache *cache, const gal_transformer *l,
                            const gal_params *p, gal_mat x, int32_t n) {
    const int64_t rows = (int64_t)cache->n_sequence * n;
    assert(x.rows == rows && rows <= cache->normed.rows && cache->used + n <= cache->n_token);
    const gal_mat normed = gal_mat_rows(cache->normed, 0, rows);
    const gal_mat query = gal_mat_rows(cache->query, 0, rows);
    const gal_mat mixed = gal_mat_rows(cache->mixed, 0, rows);
    const gal_mat hidden = gal_mat_rows(cache->hidden, 0, rows);
    if (y.data != x.data) gal_mat_copy(y, x);
    for (int32_t i = 0; i < l->n_block; i++) {
        const gal_transformer_block *b = &l->block[i];
        gal_layernorm_forward(normed, NULL, &b->norm[0], p, y);
        gal_linear_forward(query, &b->attention.query, p, normed);
        gal_linear_forward(gal_mat_rows(cache->now, 0, rows), &b->attention.key_value, p, normed);
        attend(cache, &b->attention, i, n);
        gal_linear_forward(normed, &b->attention.output, p, mixed);
        gal_mat_add(y, normed, 1);
        gal_layernorm_forward(normed, NULL, &b->norm[1], p, y);
        gal_linear_forward(hidden, &b->up, p, normed);
        gal_act_forward(hidden, GAL_ACT_GELU, hidden);
        gal_linear_forward(normed, &b->down, p, hidden);
        gal_mat_add(y, normed, 1);
    }
    gal_layernorm_forward(y, NULL, &l->norm, p, y);
    cache->used += n;
}
