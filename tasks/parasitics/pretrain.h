/* Self-supervised pre-training of the encoder by representation scattering.
 *
 * After CircuitGCL (Shen et al., arXiv 2507.06535) and SGRL (He et al., NeurIPS 2024), without
 * labels: a target encoder g spreads the normalised embeddings z of all nets away from their
 * centre c on the sphere, minimising -mean |z_i - c|^2; an online encoder f, constrained to the
 * topology by h = f(x) + A f(x) with A = D^-1/2 (N + I) D^-1/2 over nets N that share a device,
 * predicts the target's embeddings through a small MLP, minimising -mean cos(p(h_i), g(x_i)) with
 * g fixed. Once per epoch g moves towards f (moving average). The online encoder is what stays.
 */
#ifndef GAL_TASKS_PARASITICS_PRETRAIN_H
#define GAL_TASKS_PARASITICS_PRETRAIN_H

#include "base/report.h"
#include "tasks/parasitics/model.h"

typedef struct gal_pex_pretrain_options {
    int epochs, batch;
    double online_rate, target_rate; /* of AdamW */
    double keep;                     /* of the moving average, per epoch */
    uint64_t seed;
} gal_pex_pretrain_options;

GAL_API gal_pex_pretrain_options gal_pex_pretrain_defaults(void);

/* Trains member's encoder on input[0..n[. *scatter and *align (NULL: not wanted) receive the last
 * epoch's mean losses, both in [-1, 1]. Errors: GAL_ENOMEM, GAL_ECANCELED. */
GAL_API gal_status gal_pex_pretrain(double *scatter, double *align, gal_pex_member *member,
                                    const gal_pex_input *input, int32_t n,
                                    const gal_pex_pretrain_options *options,
                                    const gal_report *report, gal_error *err);

#endif
