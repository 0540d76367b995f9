#include "gnn/balanced_loss.h"

#include <assert.h>
#include <math.h>

typedef struct term {
    double value, slope_p, slope_v; /* and its derivatives by p and by the noise variance */
} term;

static double spread_of(const gal_label_prior *prior, int32_t k, double v) {
    return prior->variance ? v + prior->variance[k] : v;
}

/* log (w_k N(p; c_k, v + s_k) sqrt v) without the constant of N; no logarithm where s_k = 0. */
static double log_component(const gal_label_prior *prior, int32_t k, double p, double v) {
    const double d = p - (double)prior->centre[k], spread = spread_of(prior, k, v);
    double value = -d * d / (2 * spread);
    if (prior->variance) value -= log(spread / v) / 2;
    if (prior->weight) value += log(prior->weight[k]);
    return value;
}

/* log of the mixture's density at p, times sqrt v. */
static term log_mixture(const gal_label_prior *prior, double p, double v) {
    double top = -INFINITY, sum = 0;
    for (int32_t k = 0; k < prior->n; k++) top = fmax(top, log_component(prior, k, p, v));
    term out = {0};
    for (int32_t k = 0; k < prior->n; k++) {
        const double q = exp(log_component(prior, k, p, v) - top);
        const double d = p - (double)prior->centre[k], spread = spread_of(prior, k, v);
        sum += q;
        out.slope_p -= q * d / spread;
        out.slope_v += q * (d * d / spread - 1) / (2 * spread);
    }
    out.value = top + log(sum);
    out.slope_p /= sum;
    out.slope_v = out.slope_v / sum + 1 / (2 * v);
    return out;
}

double gal_loss_balanced(float *grad, double *grad_sigma, const float *pred, const float *target,
                         int64_t n, double sigma, const gal_label_prior *prior) {
    assert(sigma > 0 && prior->n > 0);
    const double v = sigma * sigma, scale = n ? 2 * v / (double)n : 0;
    double sum = 0, slope_v = 0;
    for (int64_t i = 0; i < n; i++) {
        const double p = (double)pred[i], e = p - (double)target[i];
        const term m = log_mixture(prior, p, v);
        sum += e * e / (2 * v) + m.value;
        slope_v += m.slope_v - e * e / (2 * v * v);
        if (grad) grad[i] = (float)(scale * (e / v + m.slope_p));
    }
    if (grad_sigma) *grad_sigma = scale * slope_v * 2 * sigma;
    return scale * sum;
}

double gal_loss_bmc(float *grad, double *grad_sigma, const float *pred, const float *target,
                    int64_t n, double sigma) {
    assert(n <= INT32_MAX);
    const gal_label_prior batch = {.n = (int32_t)n, .centre = target};
    if (n) return gal_loss_balanced(grad, grad_sigma, pred, target, n, sigma, &batch);
    if (grad_sigma) *grad_sigma = 0;
    return 0;
}
