/* How far a design is from its targets, as one number that orders designs.
 *
 * A target is missed by max(0, (t - y) / (|y| + |t|)) for >=, mirrored for <=, and by what exceeds
 * its tolerance for =: AutoCkt's normalised violation, between 0 and 1. Hard targets come first,
 * then soft ones, then objectives (L2DC): any design that meets all hard targets beats any that
 * does not. Over corners each target counts at its worst; a design whose nominal corner misses a
 * hard target is behind all that pass there, so its other corners need not be simulated.
 */
#ifndef GAL_TASKS_SIZING_COST_H
#define GAL_TASKS_SIZING_COST_H

#include "tasks/sizing/spec.h"

typedef struct gal_cost {
    double hard;      /* sum of weight * violation; a missing measure counts its weight */
    double soft;      /* the same over soft targets */
    double objective; /* sum of weight * log (or relative) value, smaller is better */
    double rank;      /* the order: < 1 all targets met, 1..2 soft ones missed, > 2 hard ones */
} gal_cost;

/* Signed violation of a target that is no objective: -1..1, 0 or below when met; 1 for NAN.
 * `margin` tightens the target by that share. */
GAL_API double gal_target_gap(const gal_target *target, double margin, double y);
/* What an objective counts, smaller is better: the logarithm of a positive measure, so that scales
 * do not matter. */
GAL_API double gal_target_objective(const gal_target *target, double y);
/* Violation of one target: the gap, 0 when met; of an objective 1 for NAN. */
GAL_API double gal_target_miss(const gal_target *target, double margin, double y);

/* Cost of metrics [n_corner, n_metric]; corners that were not simulated are all NAN and count
 * only when the nominal one, the first, passes. O(n_target * n_corner). */
GAL_API gal_cost gal_cost_of(const gal_sizing_spec *spec, const double *metric, int32_t n_metric,
                             int32_t n_corner);

/* The same from violations: soft and hard sums and the objective. */
GAL_API double gal_cost_rank(double hard, double soft, double objective);

/* 1: nothing to gain: every target met and no objective. */
GAL_API int gal_cost_done(const gal_sizing_spec *spec, const gal_cost *cost);

#endif
