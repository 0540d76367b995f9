/* Hyper-parameters of a Gaussian process: BFGS on the log posterior. */
#include "tasks/sizing/gp_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Normal priors of the logarithms: lengths about half the diagonal of the cube. */
typedef struct belief {
    double mean, sd;
} belief;

static belief belief_of(int32_t k, int32_t dim) {
    if (k < dim) return (belief){log(0.5 * sqrt((double)dim)), 1};
    if (k == dim) return (belief){0, 1};              /* variance 1 */
    if (k == dim + 1) return (belief){log(0.3), 1.5}; /* linear */
    return (belief){log(1e-4), 1.5};                  /* noise */
}

void gal__gp_default(double *theta, int32_t dim) {
    for (int32_t k = 0; k < dim + 3; k++) theta[k] = belief_of(k, dim).mean;
}

/* Minus the log posterior and its gradient. */
static double energy(double *gradient, gal_gp *gp, const double *theta) {
    double value = -gal_gp_likelihood(gradient, gp, theta);
    for (int32_t k = 0; k < gp->dim + 3; k++) {
        const belief b = belief_of(k, gp->dim);
        const double z = (theta[k] - b.mean) / b.sd;
        value += 0.5 * z * z;
        gradient[k] = -gradient[k] + z / b.sd;
    }
    return isfinite(value) ? value : INFINITY;
}

static double dot(const double *a, const double *b, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Scratch of a descent over n parameters. */
typedef struct descent {
    int32_t n;
    double *theta, *gradient, *next, *next_gradient, *step, *change, *hv; /* [n] */
    double *h; /* [n, n] inverse Hessian */
} descent;

static void reset(descent *d) {
    memset(d->h, 0, (size_t)d->n * d->n * sizeof *d->h);
    for (int32_t i = 0; i < d->n; i++) d->h[i * d->n + i] = 0.1;
}

static void direct(descent *d) {
    for (int32_t i = 0; i < d->n; i++)
        d->step[i] = -dot(d->h + (size_t)i * d->n, d->gradient, d->n);
    if (dot(d->step, d->gradient, d->n) >= 0) {
        reset(d);
        for (int32_t i = 0; i < d->n; i++) d->step[i] = -0.1 * d->gradient[i];
    }
    double longest = 0;
    for (int32_t i = 0; i < d->n; i++) longest = fmax(longest, fabs(d->step[i]));
    if (longest > 1.5)
        for (int32_t i = 0; i < d->n; i++) d->step[i] *= 1.5 / longest;
}

/* H += (1 + y'Hy / s'y) ss'/s'y - (Hy s' + s y'H) / s'y */
static void update(descent *d) {
    double sy = 0;
    for (int32_t i = 0; i < d->n; i++) {
        d->step[i] = d->next[i] - d->theta[i];
        d->change[i] = d->next_gradient[i] - d->gradient[i];
        sy += d->step[i] * d->change[i];
    }
    if (sy < 1e-10) return;
    for (int32_t i = 0; i < d->n; i++) d->hv[i] = dot(d->h + (size_t)i * d->n, d->change, d->n);
    const double grow = (1 + dot(d->change, d->hv, d->n) / sy) / sy;
    for (int32_t i = 0; i < d->n; i++)
        for (int32_t j = 0; j < d->n; j++)
            d->h[i * d->n + j] += grow * d->step[i] * d->step[j] -
                                  (d->hv[i] * d->step[j] + d->step[i] * d->hv[j]) / sy;
}

static double descend(descent *d, gal_gp *gp, int most) {
    double value = energy(d->gradient, gp, d->theta);
    reset(d);
    for (int iteration = 0; iteration < most && isfinite(value); iteration++) {
        direct(d);
        const double slope = dot(d->step, d->gradient, d->n);
        double next = INFINITY, t = 1;
        for (int halving = 0; halving < 12; halving++, t *= 0.5) {
            for (int32_t i = 0; i < d->n; i++) d->next[i] = d->theta[i] + t * d->step[i];
            next = energy(d->next_gradient, gp, d->next);
            if (next <= value + 1e-4 * t * slope) break;
        }
        if (!(next < value)) break;
        const double gain = value - next;
        update(d);
        memcpy(d->theta, d->next, (size_t)d->n * sizeof *d->theta);
        memcpy(d->gradient, d->next_gradient, (size_t)d->n * sizeof *d->gradient);
        value = next;
        if (gain < 1e-3) break;
    }
    return value;
}

gal_status gal_gp_fit(gal_gp *gp, int most, gal_error *err) {
    descent d = {.n = gp->dim + 3};
    const size_t n = (size_t)d.n;
    if (gp->n && most > 0) {
        double *block = malloc((7 * n + n * n) * sizeof *block);
        if (!block) return gal_fail(err, GAL_ENOMEM, "out of memory for a GP");
        d.theta = block;
        d.gradient = d.theta + n;
        d.next = d.gradient + n;
        d.next_gradient = d.next + n;
        d.step = d.next_gradient + n;
        d.change = d.step + n;
        d.hv = d.change + n;
        d.h = d.hv + n;
        memcpy(d.theta, gp->theta, n * sizeof *d.theta);
        if (isfinite(descend(&d, gp, most))) memcpy(gp->theta, d.theta, n * sizeof *d.theta);
        free(block);
    }
    if (gal__gp_condition(gp)) return GAL_OK;
    gal__gp_default(gp->theta, gp->dim);
    gp->theta[gp->dim + 2] = log(1e-2);
    return gal__gp_condition(gp) ? GAL_OK
                                 : gal_fail(err, GAL_EINVAL, "the points of a GP are degenerate");
}
