/* Gaussian process regression for tens to hundreds of points.
 *
 * Kernel: variance * Matern 5/2 with one length per axis, plus linear * sum_k (x_k - 1/2)(x'_k -
 * 1/2), plus noise on the diagonal; zero mean, so values should be centred and of unit spread.
 * Logarithms of sizes against logarithms of measures are close to straight lines: hence the linear
 * part. Hyper-parameters maximise the marginal likelihood times a log-normal prior, by BFGS on
 * analytic gradients (C. E. Rasmussen, C. K. I. Williams, "Gaussian Processes for Machine
 * Learning", 2006, algorithm 2.1 and eq. 5.9). One OpenBLAS thread.
 *
 * theta [dim + 3], all natural logarithms: lengths, variance, linear, noise.
 */
#ifndef GAL_TASKS_SIZING_GP_H
#define GAL_TASKS_SIZING_GP_H

#include "base/status.h"
#include <stdint.h>

typedef struct gal_gp gal_gp;

GAL_API gal_status gal_gp_create(gal_gp **gp, int32_t dim, gal_error *err);
GAL_API void gal_gp_destroy(gal_gp *gp); /* NULL is fine */

/* Copies the points x [n, dim] in 0..1 and their values y [n]. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_gp_data(gal_gp *gp, const double *x, const double *y, int32_t n,
                               gal_error *err);

/* Log marginal likelihood of the data and its gradient [dim + 3] (may be NULL), without the prior.
 * -INFINITY when the kernel matrix is not positive definite. O(n^3 + n^2 dim). */
GAL_API double gal_gp_likelihood(double *gradient, gal_gp *gp, const double *theta);

/* Fits theta (kept in the gp, which starts from the last one) in at most `most` BFGS steps and
 * conditions on the data. 0 steps: conditions only. Errors: GAL_EINVAL (no theta works). */
GAL_API gal_status gal_gp_fit(gal_gp *gp, int most, gal_error *err);

/* Sets theta; the next gal_gp_fit starts from it. */
GAL_API void gal_gp_set_theta(gal_gp *gp, const double *theta);
GAL_API const double *gal_gp_theta(const gal_gp *gp);

/* Posterior mean and standard deviation (without noise) at x [n, dim]; sd may be NULL. Without data
 * it is the prior. O(n * n_data^2). Errors: GAL_ENOMEM. */
GAL_API gal_status gal_gp_predict(double *mean, double *sd, const gal_gp *gp, const double *x,
                                  int32_t n, gal_error *err);

#endif
