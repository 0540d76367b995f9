/* Pairs of nets worth scoring in a large circuit.
 *
 * Two nets are near when they share a device; when a net of at most 16 neighbours is next to both;
 * when two nets of at most 8 neighbours lead from one to the other; or when both have 16 terminals
 * or more and any net is next to both (lines that run side by side). Nets that are neighbours in
 * the layout only are not found: up to 36 % of the extracted couplings above 1 aF in the memories
 * and mixed-signal blocks that the rule was made on.
 */
#ifndef GAL_TASKS_PARASITICS_NEAR_PAIRS_H
#define GAL_TASKS_PARASITICS_NEAR_PAIRS_H

#include "tasks/parasitics/data.h"
#include "tasks/parasitics/neighbours.h"

/* *pair [*n_pair] from `arena`: the near pairs (`all`: every pair of nets with transistors) and
 * extra[0..n_extra[, in any order, each pair once, sorted by (a, b). Errors: GAL_ENOMEM, GAL_EINVAL
 * (an extra pair that is not 0 <= a < b < n_net), GAL_ELIMIT (over 5e7 pairs). O(n log n) of the
 * pairs. */
GAL_API gal_status gal_pex_near_pairs(gal_pex_pair **pair, int32_t *n_pair, gal_arena *arena,
                                      const gal_pex_neighbours *list, int all,
                                      const gal_pex_pair *extra, int32_t n_extra, gal_error *err);

#endif
