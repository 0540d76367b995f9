/* Normalisation layers: LayerNorm over the columns of each row (Ba et al., arXiv 1607.06450) and
 * BatchNorm over the rows of each column (Ioffe & Szegedy, arXiv 1502.03167).
 *
 * Both keep the normalised input xhat for the backward pass. Parameters: "<name>.weight" (ones)
 * and "<name>.bias" (zeros), each [1, dim]. Activations belong to the caller's arena.
 */
#ifndef GAL_GNN_NORM_H
#define GAL_GNN_NORM_H

#include "gnn/tensor.h"

typedef struct gal_layernorm {
    int32_t dim;
    int32_t weight, bias; /* parameter indices */
} gal_layernorm;

typedef struct gal_layernorm_saved {
    gal_mat xhat;    /* [rows, dim] */
    gal_mat inv_std; /* [1, rows] 1 / sqrt(variance + 1e-5) */
} gal_layernorm_saved;

/* Registers the parameters. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_layernorm_init(gal_layernorm *l, gal_params *p, const char *name,
                                      int32_t dim, gal_error *err);
/* Errors: GAL_ENOMEM. */
GAL_API gal_status gal_layernorm_saved_new(gal_layernorm_saved *saved, gal_arena *arena,
                                           const gal_layernorm *l, int64_t rows, gal_error *err);
/* y [rows, dim] from x [rows, dim]; y may be x. saved NULL: inference. */
GAL_API void gal_layernorm_forward(gal_mat y, const gal_layernorm_saved *saved,
                                   const gal_layernorm *l, const gal_params *p, gal_mat x);
/* dx (overwritten; .data NULL: not wanted; may be dy) and, added to p->grad, the parameters'
 * gradients. */
GAL_API void gal_layernorm_backward(gal_mat dx, const gal_layernorm *l, gal_params *p,
                                    const gal_layernorm_saved *saved, gal_mat dy);

/* Also holds "<name>.running_mean" (zeros) and "<name>.running_var" (ones). They are parameters so
 * that checkpoints keep them, never get a gradient, and must not be decayed by the optimiser. */
typedef struct gal_batchnorm {
    int32_t dim;
    int32_t weight, bias, mean, var; /* parameter indices */
} gal_batchnorm;

typedef struct gal_batchnorm_saved {
    gal_mat xhat;    /* [rows, dim] */
    gal_mat inv_std; /* [1, dim] */
    gal_mat sum;     /* [2, dim] scratch */
} gal_batchnorm_saved;

GAL_API gal_status gal_batchnorm_init(gal_batchnorm *l, gal_params *p, const char *name,
                                      int32_t dim, gal_error *err);
GAL_API gal_status gal_batchnorm_saved_new(gal_batchnorm_saved *saved, gal_arena *arena,
                                           const gal_batchnorm *l, int64_t rows, gal_error *err);
/* Training: batch statistics, and running = 0.9 running + 0.1 batch (unbiased variance, rows > 1)
 * written to p->value. Evaluation (train 0): the running statistics. y may be x. */
GAL_API void gal_batchnorm_forward(gal_mat y, const gal_batchnorm_saved *saved,
                                   const gal_batchnorm *l, gal_params *p, gal_mat x, int train);
/* Backward of a training forward. dx may be dy. */
GAL_API void gal_batchnorm_backward(gal_mat dx, const gal_batchnorm *l, gal_params *p,
                                    const gal_batchnorm_saved *saved, gal_mat dy);

#endif
