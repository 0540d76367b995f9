#include "tasks/sizing/cma.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct gal_cma {
    int32_t dim, lambda, mu, generation;
    double sigma, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi;
    double *mean, *p_sigma, *p_c; /* [dim] */
    double *cov, *basis; /* [dim, dim] C = B diag(scale^2) B'; basis column k is row k here */
    double *scale;       /* [dim] */
    double *y, *weight;  /* [lambda, dim] steps of this generation, [mu] */
    double *work;        /* [2 dim] */
    int32_t *order;      /* [lambda] */
};

void gal_cma_destroy(gal_cma *c) {
    if (!c) return;
    free(c->mean);
    free(c->order);
    free(c);
}

static void set_rates(gal_cma *c) {
    const double n = c->dim;
    double sum = 0, square = 0;
    for (int32_t i = 0; i < c->mu; i++)
        sum += c->weight[i] = log(c->lambda / 2.0 + 0.5) - log(i + 1.0);
    for (int32_t i = 0; i < c->mu; i++) {
        c->weight[i] /= sum;
        square += c->weight[i] * c->weight[i];
    }
    c->mu_eff = 1 / square;
    c->c_sigma = (c->mu_eff + 2) / (n + c->mu_eff + 5);
    c->d_sigma = 1 + 2 * fmax(0, sqrt((c->mu_eff - 1) / (n + 1)) - 1) + c->c_sigma;
    c->c_c = (4 + c->mu_eff / n) / (n + 4 + 2 * c->mu_eff / n);
    c->c_1 = 2 / ((n + 1.3) * (n + 1.3) + c->mu_eff);
    c->c_mu =
        fmin(1 - c->c_1, 2 * (c->mu_eff - 2 + 1 / c->mu_eff) / ((n + 2) * (n + 2) + c->mu_eff));
    c->chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

gal_status gal_cma_create(gal_cma **out, int32_t dim, const double *mean, double sigma,
                          int32_t lambda, gal_error *err) {
    *out = NULL;
    gal_cma *c = calloc(1, sizeof *c);
    if (!c) return gal_fail(err, GAL_ENOMEM, "out of memory for CMA-ES");
    if (lambda <= 0) lambda = 4 + (int32_t)(3 * log(dim));
    if (lambda < 4) lambda = 4;
    const size_t d = (size_t)dim, l = (size_t)lambda;
    c->dim = dim;
    c->lambda = lambda;
    c->mu = lambda / 2;
    c->sigma = sigma;
    c->mean = calloc(6 * d + 2 * d * d + l * d + l, sizeof *c->mean);
    c->order = calloc(l, sizeof *c->order);
    if (!c->mean || !c->order)
        return gal_cma_destroy(c), gal_fail(err, GAL_ENOMEM, "out of memory for CMA-ES");
    c->p_sigma = c->mean + d;
    c->p_c = c->p_sigma + d;
    c->scale = c->p_c + d;
    c->work = c->scale + d;
    c->cov = c->work + 2 * d;
    c->basis = c->cov + d * d;
    c->y = c->basis + d * d;
    c->weight = c->y + l * d;
    memcpy(c->mean, mean, d * sizeof *mean);
    for (size_t i = 0; i < d; i++) c->cov[i * d + i] = c->basis[i * d + i] = c->scale[i] = 1;
    set_rates(c);
    *out = c;
    return GAL_OK;
}

int32_t gal_cma_lambda(const gal_cma *c) {
    return c->lambda;
}

static double reflect(double x) {
    x = fmod(fabs(x), 2);
    return x > 1 ? 2 - x : x;
}

void gal_cma_ask(double *u, gal_cma *c, gal_rng *rng) {
    const size_t d = (size_t)c->dim;
    for (int32_t i = 0; i < c->lambda; i++) {
        double *y = c->y + i * d;
        memset(y, 0, d * sizeof *y);
        for (size_t k = 0; k < d; k++) {
            const double z = c->scale[k] * gal_rng_normal(rng);
            for (size_t j = 0; j < d; j++) y[j] += z * c->basis[k * d + j];
        }
        for (size_t j = 0; j < d; j++) {
            u[i * d + j] = reflect(c->mean[j] + c->sigma * y[j]);
            y[j] = (u[i * d + j] - c->mean[j]) / c->sigma; /* what was really evaluated */
        }
    }
}

static void sort(gal_cma *c, const double *cost) {
    for (int32_t i = 0; i < c->lambda; i++) {
        int32_t at = i;
        const double x = isnan(cost[i]) ? INFINITY : cost[i];
        while (at > 0 && x < (isnan(cost[c->order[at - 1]]) ? INFINITY : cost[c->order[at - 1]])) {
            c->order[at] = c->order[at - 1];
            at--;
        }
        c->order[at] = i;
    }
}

static double off_diagonal(const double *a, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++) sum += a[i * n + j] * a[i * n + j];
    return sum;
}

/* The Jacobi rotation that makes a[p, q] zero. */
static void rotate(double *a, double *v, int32_t n, int32_t p, int32_t q) {
    const double apq = a[p * n + q];
    if (fabs(apq) < 1e-300) return;
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double cosine = 1 / sqrt(t * t + 1), sine = t * cosine;
    for (int32_t k = 0; k < n; k++) {
        const double akp = a[k * n + p], akq = a[k * n + q];
        a[k * n + p] = cosine * akp - sine * akq;
        a[k * n + q] = sine * akp + cosine * akq;
    }
    for (int32_t k = 0; k < n; k++) {
        const double apk = a[p * n + k], aqk = a[q * n + k];
        const double vp = v[p * n + k], vq = v[q * n + k];
        a[p * n + k] = cosine * apk - sine * aqk;
        a[q * n + k] = sine * apk + cosine * aqk;
        v[p * n + k] = cosine * vp - sine * vq;
        v[q * n + k] = sine * vp + cosine * vq;
    }
}

/* Eigenvectors of the symmetric a [n, n] by cyclic Jacobi rotations; a ends up diagonal, row k of v
 * is the k-th vector. */
static void eigen(double *a, double *v, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++) v[i * n + j] = i == j;
    for (int sweep = 0; sweep < 30 && off_diagonal(a, n) > 1e-22; sweep++)
        for (int32_t p = 0; p < n; p++)
            for (int32_t q = p + 1; q < n; q++) rotate(a, v, n, p, q);
}

static void decompose(gal_cma *c) {
    const int32_t n = c->dim;
    double *copy = malloc((size_t)n * n * sizeof *copy);
    if (!copy) return; /* keeps the last one */
    memcpy(copy, c->cov, (size_t)n * n * sizeof *copy);
    eigen(copy, c->basis, n);
    for (int32_t k = 0; k < n; k++) c->scale[k] = sqrt(fmax(copy[k * n + k], 1e-20));
    free(copy);
}

/* out = C^(-1/2) x */
static void whiten(double *out, const gal_cma *c, const double *x) {
    const size_t d = (size_t)c->dim;
    memset(out, 0, d * sizeof *out);
    for (size_t k = 0; k < d; k++) {
        double dot = 0;
        for (size_t j = 0; j < d; j++) dot += c->basis[k * d + j] * x[j];
        for (size_t j = 0; j < d; j++) out[j] += dot / c->scale[k] * c->basis[k * d + j];
    }
}

static void update_covariance(gal_cma *c, int stalled) {
    const size_t d = (size_t)c->dim;
    const double keep = 1 - c->c_1 - c->c_mu + (stalled ? c->c_1 * c->c_c * (2 - c->c_c) : 0);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            double rank_mu = 0;
            for (int32_t m = 0; m < c->mu; m++) {
                const double *y = c->y + (size_t)c->order[m] * d;
                rank_mu += c->weight[m] * y[i] * y[j];
            }
            c->cov[i * d + j] = c->cov[j * d + i] =
                keep * c->cov[i * d + j] + c->c_1 * c->p_c[i] * c->p_c[j] + c->c_mu * rank_mu;
        }
}

void gal_cma_tell(gal_cma *c, const double *cost) {
    const size_t d = (size_t)c->dim;
    double *step = c->work, *white = c->work + d, norm = 0;
    sort(c, cost);
    memset(step, 0, d * sizeof *step);
    for (int32_t m = 0; m < c->mu; m++)
        for (size_t j = 0; j < d; j++) step[j] += c->weight[m] * c->y[(size_t)c->order[m] * d + j];
    whiten(white, c, step);
    c->generation++;
    for (size_t j = 0; j < d; j++) {
        c->mean[j] += c->sigma * step[j];
        c->p_sigma[j] = (1 - c->c_sigma) * c->p_sigma[j] +
                        sqrt(c->c_sigma * (2 - c->c_sigma) * c->mu_eff) * white[j];
        norm += c->p_sigma[j] * c->p_sigma[j];
    }
    norm = sqrt(norm);
    const int stalled = norm / sqrt(1 - pow(1 - c->c_sigma, 2.0 * c->generation)) / c->chi >=
                        1.4 + 2 / (c->dim + 1.0);
    for (size_t j = 0; j < d; j++)
        c->p_c[j] = (1 - c->c_c) * c->p_c[j] +
                    (stalled ? 0 : sqrt(c->c_c * (2 - c->c_c) * c->mu_eff) * step[j]);
    update_covariance(c, stalled);
    c->sigma *= exp(fmin(1, c->c_sigma / c->d_sigma * (norm / c->chi - 1)));
    if (c->sigma > 1) c->sigma = 1;
    decompose(c);
}

int gal_cma_converged(const gal_cma *c, double size) {
    double least = INFINITY, most = 0;
    for (int32_t k = 0; k < c->dim; k++) {
        least = fmin(least, c->scale[k]);
        most = fmax(most, c->scale[k]);
    }
    return c->sigma * most < size || most > 1e7 * least;
}
