/* Structural colours of nets: equal where the surroundings are, whatever the size of the array.
 *
 * Weisfeiler-Leman refinement. In round k a net's colour is renewed from the set of its terminals:
 * device type, gate or channel end, and the colours of the device's other terminals in round
 * k - 1. Sets, not counts, and no device sizes: a bit line of 16 cells looks like one of 128.
 * Supplies and rails keep the colour of their kind. Colours of different circuits compare.
 */
#ifndef GAL_TASKS_PARASITICS_COLOURS_H
#define GAL_TASKS_PARASITICS_COLOURS_H

#include "tasks/parasitics/neighbours.h"

enum { GAL_PEX_ROUNDS = 4 };

typedef struct gal_pex_colours {
    uint64_t *round[GAL_PEX_ROUNDS + 1]; /* [k] is [n_net]; round 0 tells only kinds apart */
} gal_pex_colours;

/* Memory from `arena`. GAL_ENOMEM. O(terminals log terminals) a round, threads share the nets. */
GAL_API gal_status gal_pex_colours_build(gal_pex_colours *colours, gal_arena *arena,
                                         const gal_pex_neighbours *list, gal_error *err);

#endif
