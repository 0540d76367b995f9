/* Plans: which points a sweep visits, in which corners, with which random seeds.
 *
 * A plan is written "KIND:COUNT":
 *   nominal        one point, every variable at its value (also "")
 *   lhs:N          N points of a Latin hypercube: each variable has one value in each of N strata
 *   random:N       N independent points
 *   sobol:N        the first N points of a Sobol sequence behind its origin, up to 21 variables
 *   grid:K         K values of each variable, evenly from low to high, every combination
 *   mc:N           N seeds of the deck's random functions (agauss, ...) at the variables' values
 * A variable with `log` is even in its logarithm; one with `step` takes the nearest step. The same
 * plan, seed and bench give the same points; lhs and random draw each variable from a stream of its
 * own.
 */
#ifndef GAL_SPICE_PLAN_H
#define GAL_SPICE_PLAN_H

#include "spice/evaluate.h"

typedef struct gal_plan {
    int32_t n;
    double *value;   /* [n, n_var] */
    int32_t *corner; /* [n] */
    uint64_t *seed;  /* [n] */
} gal_plan;

typedef struct gal_plan_options {
    const char *sweep; /* as above; NULL: nominal */
    const double
        *point; /* [n_point, n_var] instead of a sweep, NAN: at the variable's value; or NULL */
    int32_t n_point;
    const uint8_t *vary;   /* [n_var] 1: swept, 0: held at its value; NULL: all with a range */
    const int32_t *corner; /* [n_corner] each point is visited in each; NULL: nominal only */
    int32_t n_corner;
    uint64_t seed;
    int32_t shard, n_shard; /* points with index % n_shard == shard; n_shard 0: all */
} gal_plan_options;

/* Points run over corners last: point p in corner c has index p * n_corner + c before sharding.
 * Errors: GAL_EINVAL (malformed, no variable with a range, mc without random functions), GAL_ELIMIT
 * (more than 2^31-1 points), GAL_ENOMEM. On error nothing is left to clear. */
GAL_API gal_status gal_plan_build(gal_plan *plan, const gal_bench *bench,
                                  const gal_plan_options *options, gal_error *err);
GAL_API void gal_plan_clear(gal_plan *plan);

GAL_API gal_points gal_plan_points(const gal_plan *plan);

#endif
