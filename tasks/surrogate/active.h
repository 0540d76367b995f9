/* Active learning: simulations where a surrogate of those so far is least sure.
 *
 * A third of the points, at least 40, is a plan as for gal_surrogate_sample; the others come in
 * rounds. A round trains a small ensemble on all points so far, asks it about many random
 * candidates, and draws a batch of them by chance in proportion to its doubt: how far its members
 * disagree about the metrics of a valid point, and about validity (query by committee, Seung, Opper
 * and Sompolinsky 1992; drawn instead of ranked, so that a batch is not one place many times:
 * Kirsch et al. 2023).
 */
#ifndef GAL_TASKS_SURROGATE_ACTIVE_H
#define GAL_TASKS_SURROGATE_ACTIVE_H

#include "tasks/surrogate/samples.h"

/* sampling->sweep is the plan's kind ("lhs"), n the points in all. The same arguments give the same
 * points at any number of threads; with a store an interrupted run goes on, and trains its rounds
 * again. Errors: those of gal_surrogate_sample and gal_surrogate_train. The caller clears it. */
GAL_API gal_status gal_surrogate_sample_active(gal_surrogate_samples *samples,
                                               const gal_bench *bench,
                                               const gal_surrogate_sampling *sampling, int32_t n,
                                               const gal_report *report, gal_error *err);

#endif
