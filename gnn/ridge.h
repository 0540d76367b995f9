/* Small dense least squares: the linear baselines and the affine calibrations.
 *
 * Minimises sum of weight_r * (y_r - x_r b)^2 + l2 * sum of b_j^2 over the columns that are not
 * free of the penalty, with b >= 0 where asked, by coordinate descent on the normal equations.
 */
#ifndef GAL_GNN_RIDGE_H
#define GAL_GNN_RIDGE_H

#include "gnn/tensor.h"

typedef struct gal_ridge_options {
    double l2;
    int nonnegative; /* 1: every coefficient >= 0 */
    int free_column; /* 1: the first column (a constant) is neither penalised nor constrained */
} gal_ridge_options;

/* coef[cols] from x [rows, cols], y[rows], weight[rows] or NULL (1). Errors: GAL_ENOMEM.
 * O(rows * cols^2 + sweeps * cols^2). */
GAL_API gal_status gal_ridge_fit(double *coef, gal_mat x, const double *y, const double *weight,
                                 const gal_ridge_options *options, gal_error *err);

#endif
