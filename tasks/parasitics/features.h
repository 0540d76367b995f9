/* Physical features of nets and net pairs, from the schematic alone.
 *
 * A virtual two-row layout of the transistors (tasks/parasitics/layout_*.h) gives lengths,
 * overlaps and neighbourhoods in um; structural colours (roles) tell repeated places apart; plain
 * counts complete them. No feature depends on names or on the order of devices and nets.
 */
#ifndef GAL_TASKS_PARASITICS_FEATURES_H
#define GAL_TASKS_PARASITICS_FEATURES_H

#include "tasks/parasitics/data.h"
#include "tasks/parasitics/layout.h"
#include "tasks/parasitics/net_context.h"
#include "tasks/parasitics/pair_context.h"

enum {
    GAL_PEX_N_SHOWN = 26,  /* layout columns that a pair takes over from each of its nets */
    GAL_PEX_N_OF_CELL = 3, /* those of the whole cell, once per pair */
    /* Columns of net_x and of pair_x. */
    GAL_PEX_NET_FEATURES = GAL_PEX_LAYOUT_NET + GAL_PEX_NET_CONTEXT + GAL_N_TECH,
    GAL_PEX_PAIR_FEATURES = GAL_PEX_LAYOUT_PAIR + 2 * GAL_PEX_N_SHOWN + GAL_PEX_N_OF_CELL +
                            GAL_PEX_PAIR_CONTEXT + GAL_N_TECH
};

/* Fills net_x, pair, pair_x, n_pair, roles and routed of a case whose circuit, tech and graph are
 * set. `extra` are pairs to score in any case, sorted. */
GAL_API gal_status gal_pex_features_build(gal_pex_case *pex, const gal_pex_pair *extra,
                                          int32_t n_extra, gal_error *err);

/* Hash of the features' names and units; a model refuses other features than its own. */
GAL_API uint64_t gal_pex_schema_hash(void);

#endif
