/* A Gaussian process and what its parts share. */
#ifndef GAL_TASKS_SIZING_GP_PRIVATE_H
#define GAL_TASKS_SIZING_GP_PRIVATE_H

#include "tasks/sizing/gp.h"

enum { GAL_GP_DIM = 256 }; /* most axes */

struct gal_gp {
    int32_t dim, n;
    double *theta;   /* [dim + 3] */
    double *block;   /* memory of what follows */
    double *x, *y;   /* [n, dim], [n] */
    double *alpha;   /* [n] K^-1 y */
    double *chol;    /* [n, n] lower triangle of rows: L */
    double *inverse; /* [n, n] scratch */
    double *slope;   /* [n, n] scratch: below the diagonal slopes, above Matern values */
};

/* Medians of the prior. */
void gal__gp_default(double *theta, int32_t dim);
/* Factors the kernel matrix at gp->theta; 0: not positive definite. */
int gal__gp_condition(gal_gp *gp);

#endif
