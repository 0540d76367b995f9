/* CMA-ES: evolution strategy with covariance matrix adaptation, for minimisation in the unit cube.
 *
 * N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772, with its default
 * parameters; points outside the cube are reflected into it before they are evaluated. Ask for a
 * whole generation, tell its costs, repeat. Only the order of costs matters. O(dim^2) a point and
 * O(dim^3) a generation.
 */
#ifndef GAL_TASKS_SIZING_CMA_H
#define GAL_TASKS_SIZING_CMA_H

#include "base/rng.h"

typedef struct gal_cma gal_cma;

/* From `mean` [dim] with step `sigma`; lambda points a generation, <= 0: 4 + 3 ln dim. */
GAL_API gal_status gal_cma_create(gal_cma **cma, int32_t dim, const double *mean, double sigma,
                                  int32_t lambda, gal_error *err);
GAL_API void gal_cma_destroy(gal_cma *cma); /* NULL is fine */
GAL_API int32_t gal_cma_lambda(const gal_cma *cma);

/* The next generation: u [lambda, dim], inside the cube. */
GAL_API void gal_cma_ask(double *u, gal_cma *cma, gal_rng *rng);
/* Its costs [lambda], in the order of the points; NAN counts as worst. */
GAL_API void gal_cma_tell(gal_cma *cma, const double *cost);

/* 1: the distribution has shrunk below `size` or became ill-conditioned; start anew. */
GAL_API int gal_cma_converged(const gal_cma *cma, double size);

#endif
