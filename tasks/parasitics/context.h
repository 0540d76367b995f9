/* The structural context of a circuit: what large flat netlists are predicted from.
 *
 * Made for memories and mixed-signal blocks, where no cell library repeats but structures do.
 * Everything comes from connectivity, sizes and port and supply flags of the MOS transistors;
 * nothing depends on names, on the order of devices and nets, or on which end is the drain.
 * Use: gal_pex_context_build, gal_pex_near_pairs (near_pairs.h), gal_pex_pair_context
 * (pair_context.h); the columns of the nets are ready after the first.
 */
#ifndef GAL_TASKS_PARASITICS_CONTEXT_H
#define GAL_TASKS_PARASITICS_CONTEXT_H

#include "tasks/parasitics/net_context.h"

typedef struct gal_pex_context {
    gal_pex_neighbours list;
    gal_pex_colours colours;
    gal_mat net; /* [n_net, GAL_PEX_NET_CONTEXT] */
} gal_pex_context;

/* Memory from `arena`; circuit and graph are not needed afterwards. Errors: GAL_ENOMEM,
 * GAL_ELIMIT. O(pins log pins): 50 ms for 31,000 devices on one core. */
GAL_API gal_status gal_pex_context_build(gal_pex_context *context, gal_arena *arena,
                                         const gal_circuit *circuit, const gal_graph *graph,
                                         gal_error *err);

/* Which of two nets comes first in a pair: > 0 when a does, < 0 when b does, 0 when neither
 * colours nor base columns tell them apart. Rails lead, then the net of more terminals. */
GAL_API int gal_pex_rank(const gal_pex_context *context, int32_t a, int32_t b);

#endif
