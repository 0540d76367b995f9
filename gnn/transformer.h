/* Decoder-only transformer over sequences with a prefix.
 *
 * Per block, x being a row per token:
 *   x += attention(norm1(x)),  x += gelu(norm2(x) W_up + b_up) W_down + b_down,
 * and y = norm(x) behind the last one (Vaswani et al., arXiv 1706.03762; norms before the layers:
 * Xiong et al., arXiv 2002.04745). Tokens of the prefix see the whole prefix, later ones all that
 * is before them and themselves (Liu et al., arXiv 1801.10198). There are no position encodings:
 * what a token is, its embedding says.
 *
 * Row b * n_token + t is token t of sequence b. Parameters: "<name>.norma<i>.*",
 * "<name>.attention<i>.*", "<name>.normb<i>.*", "<name>.up<i>.*", "<name>.down<i>.*" for block i
 * from 0, and "<name>.norm.*".
 */
#ifndef GAL_GNN_TRANSFORMER_H
#define GAL_GNN_TRANSFORMER_H

#include "gnn/attention.h"
#include "gnn/norm.h"

enum { GAL_TRANSFORMER_MAX_BLOCK = 12 };

typedef struct gal_transformer_block {
    gal_layernorm norm[2];
    gal_attention attention;
    gal_linear up, down;
} gal_transformer_block;

typedef struct gal_transformer {
    int32_t dim, hidden, n_block;
    gal_transformer_block block[GAL_TRANSFORMER_MAX_BLOCK];
    gal_layernorm norm;
} gal_transformer;

typedef struct gal_transformer_saved_block {
    gal_layernorm_saved norm[2];
    gal_mat normed[2]; /* [rows, dim] what attention and up see */
    gal_attention_saved attention;
    gal_mat z, a; /* [rows, hidden] before and after the activation */
} gal_transformer_saved_block;

typedef struct gal_transformer_saved {
    gal_csr csr, transposed; /* who sees whom */
    gal_transformer_saved_block block[GAL_TRANSFORMER_MAX_BLOCK];
    gal_layernorm_saved norm;
    gal_mat d, d_source; /* [rows, dim] scratch of the backward pass */
    gal_mat d_hidden;    /* [rows, hidden] */
} gal_transformer_saved;

/* heads divides dim. Errors: GAL_EINVAL, GAL_ENOMEM. */
GAL_API gal_status gal_transformer_init(gal_transformer *l, gal_params *p, const char *name,
                                        int32_t dim, int32_t heads, int32_t hidden, int32_t n_block,
                                        gal_rng *rng, gal_error *err);
/* Buffers for batches of exactly n_sequence sequences of n_token tokens, of which n_prefix are the
 * prefix. Errors: GAL_ENOMEM, GAL_ELIMIT. */
GAL_API gal_status gal_transformer_saved_new(gal_transformer_saved *saved, gal_arena *arena,
                                             const gal_transformer *l, int32_t n_sequence,
                                             int32_t n_token, int32_t n_prefix, gal_error *err);
/* y, x [n_sequence * n_token, dim]; y may be x.
 * O(rows dim (dim + hidden) + rows n_token dim) per block. */
GAL_API void gal_transformer_forward(gal_mat y, gal_transformer_saved *saved,
                                     const gal_transformer *l, const gal_params *p, gal_mat x);
/* dx is overwritten and may be dy; adds to the gradients in p. Once per forward. */
GAL_API void gal_transformer_backward(gal_mat dx, const gal_transformer *l, gal_params *p,
                                      gal_transformer_saved *saved, gal_mat dy);

/* Inference token by token: keys and values of the tokens so far, for n_sequence sequences side by
 * side. */
typedef struct gal_transformer_cache {
    int32_t n_sequence, n_token, used;            /* tokens it can hold; holds */
    gal_mat key_value[GAL_TRANSFORMER_MAX_BLOCK]; /* [n_sequence * n_token, 2 dim] */
    gal_mat normed, query, now, mixed, hidden;    /* scratch, a row per token of one call */
    float *score;                                 /* [n_token] */
} gal_transformer_cache;

/* Room for n_token tokens, at most n_at_once of them per call. GAL_ENOMEM. */
GAL_API gal_status gal_transformer_cache_new(gal_transformer_cache *cache, gal_arena *arena,
                                             const gal_transformer *l, int32_t n_sequence,
                                             int32_t n_token, int32_t n_at_once, gal_error *err);
/* The next n tokens of every sequence: row b * n + i of x and y. They see one another and all
 * before them; so the prefix goes in one call, then one token a call. y may be x. The first call
 * after cache->used = 0 starts anew. */
GAL_API void gal_transformer_append(gal_mat y, gal_transformer_cache *cache,
                                    const gal_transformer *l, const gal_params *p, gal_mat x,
                                    int32_t n);

#endif
