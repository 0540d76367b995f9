/* Multi-layer perceptron: linear layers with an activation between them, optionally LayerNorm
 * before and dropout after each activation. The last layer is linear only.
 *
 * Parameters: "<name>.<i>.weight", "<name>.<i>.bias" and, with LayerNorm, "<name>.norm<i>.weight",
 * "<name>.norm<i>.bias", i counting from 0.
 */
#ifndef GAL_GNN_MLP_H
#define GAL_GNN_MLP_H

#include "gnn/activation.h"
#include "gnn/linear.h"
#include "gnn/norm.h"

enum { GAL_MLP_MAX_LAYER = 16 };

typedef struct gal_mlp {
    int32_t n_layer;                       /* linear layers, >= 1 */
    gal_linear linear[GAL_MLP_MAX_LAYER];  /* [0..n_layer[ */
    gal_layernorm norm[GAL_MLP_MAX_LAYER]; /* [0..n_layer - 1[ when layernorm */
    gal_act act;
    int layernorm; /* 0 or 1 */
    float dropout; /* in [0, 1) */
} gal_mlp;

/* One hidden layer's activations, each [rows, width]; buffers that may coincide do. */
typedef struct gal_mlp_hidden {
    gal_mat z;    /* before the activation */
    gal_mat a;    /* after it */
    gal_mat h;    /* after dropout */
    gal_mat grad; /* scratch of the backward pass */
    gal_layernorm_saved norm;
} gal_mlp_hidden;

typedef struct gal_mlp_saved {
    gal_mlp_hidden hidden[GAL_MLP_MAX_LAYER - 1]; /* [0..n_layer - 1[ */
    uint64_t seed;                                /* of the dropout masks */
} gal_mlp_saved;

/* width [n_layer + 1] from input to output. Errors: GAL_EINVAL (n_layer not in
 * [1..GAL_MLP_MAX_LAYER], dropout not in [0, 1)), GAL_ENOMEM. */
GAL_API gal_status gal_mlp_init(gal_mlp *l, gal_params *p, const char *name, const int32_t *width,
                                int32_t n_layer, gal_act act, int layernorm, float dropout,
                                gal_rng *rng, gal_error *err);
/* Numbers in the parameters of one without LayerNorm; width and n_layer as above. */
GAL_API int64_t gal_mlp_size(const int32_t *width, int32_t n_layer);
/* Buffers for batches of exactly `rows` rows. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_mlp_saved_new(gal_mlp_saved *saved, gal_arena *arena, const gal_mlp *l,
                                     int64_t rows, gal_error *err);
/* y [rows, width[n_layer]] from x [rows, width[0]]. `seed` chooses the dropout masks (a fresh one
 * per training step); 0 means evaluation, without dropout. */
GAL_API void gal_mlp_forward(gal_mat y, gal_mlp_saved *saved, const gal_mlp *l, const gal_params *p,
                             gal_mat x, uint64_t seed);
/* dx is overwritten (.data NULL: not wanted); adds to the gradients in p. */
GAL_API void gal_mlp_backward(gal_mat dx, const gal_mlp *l, gal_params *p, gal_mat x,
                              const gal_mlp_saved *saved, gal_mat dy);

/* Inference: as gal_mlp_forward without dropout, but nothing is kept for a backward pass. Blocks of
 * rows go through all layers while they lie in the caches; on the calling thread, reentrant. The
 * MLP has no LayerNorm; scratch holds gal_mlp_infer_floats(l) floats, best aligned to 64 bytes. */
GAL_API int64_t gal_mlp_infer_floats(const gal_mlp *l);
GAL_API void gal_mlp_infer(gal_mat y, float *scratch, const gal_mlp *l, const gal_params *p,
                           gal_mat x);

#endif
