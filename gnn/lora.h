/* Low-rank adaptation: a trained parameter block learns something new through few numbers.
 *
 * Every matrix W [m, n] of the block becomes W0 + D U with D [m, rank] and U [rank, n], U = 0 at
 * first; W0 stays as it is. Tensors of one row (biases, gains, shifts), and matrices too small to
 * gain by it, are adapted whole (Hu et al., "LoRA", arXiv 2106.09685). Layers see nothing of it: a
 * training step is
 *   gal_lora_apply, forward, gal_params_zero_grad of both, backward, gal_lora_gradients,
 *   and the optimiser on lora.low.
 */
#ifndef GAL_GNN_LORA_H
#define GAL_GNN_LORA_H

#include "gnn/tensor.h"

typedef struct gal_lora {
    gal_params low;        /* "<tensor>.down", "<tensor>.up"; or "<tensor>" adapted whole */
    float *base;           /* [params->size] W0 */
    int32_t *down, *up;    /* [n_param] indices into low; up -1: `down` is the whole tensor */
    int32_t n_param, rank; /* of the block it adapts */
} gal_lora;

/* rank >= 1. Errors: GAL_EINVAL (rank, or a name too long), GAL_ENOMEM. Cleared by the caller, also
 * after an error. */
GAL_API gal_status gal_lora_init(gal_lora *lora, const gal_params *params, int32_t rank,
                                 gal_rng *rng, gal_error *err);
GAL_API void gal_lora_clear(gal_lora *lora);

/* params->value = W0 + D U. O(params->size * rank). */
GAL_API void gal_lora_apply(const gal_lora *lora, gal_params *params);
/* Adds the gradients of D and U that follow from params->grad. O(params->size * rank). */
GAL_API void gal_lora_gradients(gal_lora *lora, const gal_params *params);

#endif
