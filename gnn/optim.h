/* Optimisation over a parameter block: AdamW, gradient clipping, moving average of the weights.
 *
 * All are plain loops over the block, O(params->size), single-threaded and so deterministic. One
 * training step: gal_params_zero_grad, backward, gal_grad_clip, gal_adamw_step, gal_ema_update.
 */
#ifndef GAL_GNN_OPTIM_H
#define GAL_GNN_OPTIM_H

#include "gnn/tensor.h"

/* AdamW (Loshchilov and Hutter, ICLR 2019). The constants may be changed after gal_adamw_init;
 * moments and step are what a checkpoint stores. */
typedef struct gal_adamw {
    double beta1, beta2;  /* 0.9, 0.999 */
    double epsilon;       /* 1e-8 */
    double decay;         /* decoupled weight decay, 0.01 */
    int64_t step;         /* steps taken */
    int64_t size;         /* floats of a moment block = params->size */
    int32_t n_param;      /* = params->n_param */
    float *m, *v;         /* [size] moving averages of the gradient and of its square */
    unsigned char *plain; /* [n_param] 1: no weight decay; set for tensors of one row */
} gal_adamw;

/* Zero moments for the tensors registered in `params` (add none later). Tensors of one row (biases,
 * gains and shifts of norms) are exempt from decay; change `plain` for other choices. Errors:
 * GAL_ENOMEM. The caller clears it. */
GAL_API gal_status gal_adamw_init(gal_adamw *adamw, const gal_params *params, gal_error *err);
GAL_API void gal_adamw_clear(gal_adamw *adamw);

/* One step at learning rate `rate` with the gradients in params->grad. */
GAL_API void gal_adamw_step(gal_adamw *adamw, gal_params *params, double rate);

/* Scales the gradients so that their Euclidean norm is at most `limit`; returns the norm before.
 * When that is not finite the gradients stay as they are, and the step is best skipped. */
GAL_API double gal_grad_clip(gal_params *params, double limit);

/* average = keep * average + (1 - keep) * value; average [params->size], keep in [0, 1]. */
GAL_API void gal_ema_update(float *average, const gal_params *params, double keep);

#endif
