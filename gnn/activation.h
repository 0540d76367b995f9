/* Activation functions and their derivatives, element by element.
 *
 * exp, tanh and sigmoid are polynomials that vectorise (relative error below 1e-6, saturating
 * instead of overflowing; a NaN stays a NaN), the same on every run and at any thread count.
 * Functions of a matrix work in parallel, functions of an array on the calling thread.
 */
#ifndef GAL_GNN_ACTIVATION_H
#define GAL_GNN_ACTIVATION_H

#include "gnn/tensor.h"

/* y[i] = exp(x[i]), i in [0..n[; x below -87 gives 0, above 88 the largest finite result. y may be
 * x. */
GAL_API void gal_exp(float *y, const float *x, int64_t n);
GAL_API void gal_tanh(float *y, const float *x, int64_t n);
/* y[i] = 1 / (1 + exp(-x[i])) */
GAL_API void gal_sigmoid(float *y, const float *x, int64_t n);

typedef enum gal_act {
    GAL_ACT_NONE, /* y = x */
    GAL_ACT_RELU,
    GAL_ACT_TANH,
    GAL_ACT_SIGMOID,
    GAL_ACT_SILU, /* x sigmoid(x) */
    GAL_ACT_GELU  /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016) */
} gal_act;

/* y = act(x); y may be x when the backward pass needs only y (see below). */
GAL_API void gal_act_forward(gal_mat y, gal_act act, gal_mat x);

/* dx = dy * act'(x); dx may be dy. NONE, RELU, TANH and SIGMOID use only y (pass x as (gal_mat){0}
 * if it is gone); SILU and GELU use only x. */
GAL_API void gal_act_backward(gal_mat dx, gal_act act, gal_mat x, gal_mat y, gal_mat dy);

/* y = x for x > 0, else slope * x; y may be x in inference. */
GAL_API void gal_prelu_forward(gal_mat y, gal_mat x, float slope);
/* dx = dy * prelu'(x), dx may be dy; returns the gradient of the slope. */
GAL_API float gal_prelu_backward(gal_mat dx, gal_mat x, gal_mat dy, float slope);

#endif
