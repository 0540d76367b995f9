#include "tasks/sizing/gp.h"

#include "tasks/sizing/gp_private.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK, column-major: the lower triangle there is the upper one of our rows. */
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
extern void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info);

static const double SQRT5 = 2.2360679774997896;

void gal_gp_destroy(gal_gp *gp) {
    if (!gp) return;
    free(gp->theta);
    free(gp->block);
    free(gp);
}

gal_status gal_gp_create(gal_gp **out, int32_t dim, gal_error *err) {
    *out = NULL;
    if (dim > GAL_GP_DIM)
        return gal_fail(err, GAL_ELIMIT, "a GP takes up to %d variables, not %d", GAL_GP_DIM, dim);
    gal_gp *gp = calloc(1, sizeof *gp);
    if (gp) gp->theta = calloc((size_t)dim + 3, sizeof *gp->theta);
    if (!gp || !gp->theta) return free(gp), gal_fail(err, GAL_ENOMEM, "out of memory for a GP");
    openblas_set_num_threads(1); /* small matrices; its threads would only spin */
    gp->dim = dim;
    gal__gp_default(gp->theta, dim);
    *out = gp;
    return GAL_OK;
}

void gal_gp_set_theta(gal_gp *gp, const double *theta) {
    memcpy(gp->theta, theta, ((size_t)gp->dim + 3) * sizeof *theta);
}

const double *gal_gp_theta(const gal_gp *gp) {
    return gp->theta;
}

gal_status gal_gp_data(gal_gp *gp, const double *x, const double *y, int32_t n, gal_error *err) {
    const size_t m = (size_t)n, d = (size_t)gp->dim;
    double *block = malloc((m * d + 2 * m + 3 * m * m + 1) * sizeof *block);
    if (!block) return gal_fail(err, GAL_ENOMEM, "out of memory for a GP");
    free(gp->block);
    gp->block = block;
    gp->n = n;
    gp->x = block;
    gp->y = gp->x + m * d;
    gp->alpha = gp->y + m;
    gp->chol = gp->alpha + m;
    gp->inverse = gp->chol + m * m;
    gp->slope = gp->inverse + m * m;
    if (n) memcpy(gp->x, x, m * d * sizeof *x);
    if (n) memcpy(gp->y, y, m * sizeof *y);
    return GAL_OK;
}

/* Matern part of k(a, b) over its variance; *slope: -2 dk/d(r^2) over the variance. */
static double matern(double r2, double *slope) {
    const double r = SQRT5 * sqrt(r2), e = exp(-r);
    *slope = 5.0 / 3 * (1 + r) * e;
    return (1 + r + r * r / 3) * e;
}

static double distance(const double *a, const double *b, const double *inverse_length, size_t d) {
    double r2 = 0;
    for (size_t k = 0; k < d; k++) {
        const double step = (a[k] - b[k]) * inverse_length[k];
        r2 += step * step;
    }
    return r2;
}

static double linear(const double *a, const double *b, size_t d) {
    double sum = 0;
    for (size_t k = 0; k < d; k++) sum += (a[k] - 0.5) * (b[k] - 0.5);
    return sum;
}

static void inverse_lengths(double *out, const double *theta, size_t d) {
    for (size_t k = 0; k < d; k++) out[k] = exp(-theta[k]);
}

/* Cholesky factor and alpha = K^-1 y for theta; 0 when K is not positive definite. Rows i >= j of
 * chol hold L; slope gets the slopes for the gradient. */
static int factor(gal_gp *gp, const double *theta) {
    const size_t n = (size_t)gp->n, d = (size_t)gp->dim;
    double length[GAL_GP_DIM];
    const double variance = exp(theta[d]), lin = exp(theta[d + 1]), noise = exp(theta[d + 2]);
    inverse_lengths(length, theta, d);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const double *a = gp->x + i * d, *b = gp->x + j * d;
            const double k = matern(distance(a, b, length, d), &gp->slope[i * n + j]);
            gp->slope[j * n + i] = k;
            gp->chol[i * n + j] = variance * k + lin * linear(a, b, d);
        }
        gp->chol[i * n + i] =
            variance + lin * linear(gp->x + i * d, gp->x + i * d, d) + noise + 1e-10;
    }
    const int size = gp->n;
    int info;
    dpotrf_("U", &size, gp->chol, &size, &info);
    if (info) return 0;
    memcpy(gp->alpha, gp->y, n * sizeof *gp->y);
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, size, gp->chol, size,
                gp->alpha, 1);
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, size, gp->chol, size,
                gp->alpha, 1);
    return 1;
}

int gal__gp_condition(gal_gp *gp) {
    return gp->n == 0 || factor(gp, gp->theta);
}

/* gradient = 1/2 tr((alpha alpha' - K^-1) dK/dtheta) */
static void differentiate(double *gradient, gal_gp *gp, const double *theta) {
    const size_t n = (size_t)gp->n, d = (size_t)gp->dim;
    const double variance = exp(theta[d]), lin = exp(theta[d + 1]), noise = exp(theta[d + 2]);
    const int size = gp->n;
    int info;
    double length[GAL_GP_DIM];
    inverse_lengths(length, theta, d);
    memcpy(gp->inverse, gp->chol, n * n * sizeof *gp->chol);
    dpotri_("U", &size, gp->inverse, &size, &info);
    memset(gradient, 0, (d + 3) * sizeof *gradient);
    for (size_t i = 0; i < n; i++) {
        const double *a = gp->x + i * d;
        for (size_t j = 0; j < i; j++) {
            const double w = gp->alpha[i] * gp->alpha[j] - gp->inverse[i * n + j];
            const double *b = gp->x + j * d, slope = w * variance * gp->slope[i * n + j];
            for (size_t k = 0; k < d; k++) {
                const double step = (a[k] - b[k]) * length[k];
                gradient[k] += slope * step * step;
            }
            gradient[d] += w * variance * gp->slope[j * n + i];
            gradient[d + 1] += w * lin * linear(a, b, d);
        }
        const double w = 0.5 * (gp->alpha[i] * gp->alpha[i] - gp->inverse[i * n + i]);
        gradient[d] += w * variance;
        gradient[d + 1] += w * lin * linear(a, a, d);
        gradient[d + 2] += w * noise;
    }
}

double gal_gp_likelihood(double *gradient, gal_gp *gp, const double *theta) {
    const size_t n = (size_t)gp->n;
    if (!factor(gp, theta)) return -INFINITY;
    double value = -0.5 * (double)n * log(2 * 3.14159265358979323846);
    for (size_t i = 0; i < n; i++)
        value -= 0.5 * gp->y[i] * gp->alpha[i] + log(gp->chol[i * n + i]);
    if (gradient) differentiate(gradient, gp, theta);
    return value;
}

static double prior_variance(const gal_gp *gp, const double *x) {
    const size_t d = (size_t)gp->dim;
    return exp(gp->theta[d]) + exp(gp->theta[d + 1]) * linear(x, x, d);
}

/* cross [n_data, n]: k(data, x) */
static void cross_kernel(double *cross, const gal_gp *gp, const double *x, int32_t n) {
    const size_t d = (size_t)gp->dim;
    const double variance = exp(gp->theta[d]), lin = exp(gp->theta[d + 1]);
    double length[GAL_GP_DIM], slope;
    inverse_lengths(length, gp->theta, d);
    for (int32_t i = 0; i < gp->n; i++)
        for (int32_t j = 0; j < n; j++) {
            const double *a = gp->x + i * d, *b = x + j * d;
            cross[(size_t)i * n + j] =
                variance * matern(distance(a, b, length, d), &slope) + lin * linear(a, b, d);
        }
}

gal_status gal_gp_predict(double *mean, double *sd, const gal_gp *gp, const double *x, int32_t n,
                          gal_error *err) {
    const size_t d = (size_t)gp->dim, m = (size_t)n;
    double *cross = malloc(((size_t)gp->n * m + 1) * sizeof *cross);
    if (!cross) return gal_fail(err, GAL_ENOMEM, "out of memory for a GP");
    memset(mean, 0, m * sizeof *mean);
    cross_kernel(cross, gp, x, n);
    for (int32_t i = 0; i < gp->n; i++) cblas_daxpy(n, gp->alpha[i], cross + i * m, 1, mean, 1);
    if (sd) {
        if (gp->n)
            cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, gp->n, n,
                        1, gp->chol, gp->n, cross, n);
        for (size_t j = 0; j < m; j++) sd[j] = prior_variance(gp, x + j * d);
        for (int32_t i = 0; i < gp->n; i++)
            for (size_t j = 0; j < m; j++) sd[j] -= cross[i * m + j] * cross[i * m + j];
        for (size_t j = 0; j < m; j++) sd[j] = sqrt(sd[j] > 1e-12 ? sd[j] : 1e-12);
    }
    free(cross);
    return GAL_OK;
}
