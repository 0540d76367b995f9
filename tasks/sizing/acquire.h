/* Where to simulate next: the point of largest expected improvement of the cost.
 *
 * The improvement is averaged over joint draws of all outputs (Monte Carlo, the same normal numbers
 * for every point, so that the average is a smooth function): of the violation of hard targets
 * while no design meets them, with a bonus for meeting all; then of soft ones; then of the
 * objective. It is weighted by the probability that the point is usable. Maximised from random
 * points and points about the best designs, then by CMA-ES from the best of those.
 */
#ifndef GAL_TASKS_SIZING_ACQUIRE_H
#define GAL_TASKS_SIZING_ACQUIRE_H

#include "tasks/sizing/posterior.h"

/* The next point u [dim]. */
gal_status gal__acquire(double *u, gal__posterior *p, gal_rng *rng, gal_error *err);

/* The best of the points candidate [n, dim], as they are. */
gal_status gal__acquire_among(double *u, gal__posterior *p, const double *candidate, int32_t n,
                              gal_rng *rng, gal_error *err);

#endif
