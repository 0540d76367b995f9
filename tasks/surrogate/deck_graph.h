/* A deck as a graph, in which its design variables and its measures are nodes.
 *
 * Nodes, in this order: variables, measures, the circuit as a whole, devices, nets. Relations, each
 * there and back: a device's pins (gate, source-drain, bulk, other) to nets; a variable to the
 * devices whose width, length, multiplier or value follows it; a measure to the nets and the
 * devices it names; the whole to variables, measures and devices. What follows a variable is found
 * by reading the deck once more with that variable changed, so any expression and hierarchy will
 * do. Supplies are nodes like others, marked; node 0 is none. Sizes are the nominal ones in metres;
 * with the mean and deviation of every metric they tell technologies apart.
 */
#ifndef GAL_TASKS_SURROGATE_DECK_GRAPH_H
#define GAL_TASKS_SURROGATE_DECK_GRAPH_H

#include "base/csr.h"
#include "gnn/tensor.h"
#include "spice/bench.h"
#include "tasks/surrogate/scale.h"

enum { GAL__DECK_RELATIONS = 22, GAL__DECK_FEATURES = 48 };

typedef struct gal__deck_graph {
    int32_t n_var, n_metric, n_device, n_net, n_node;
    gal_mat feature;                       /* [n_node, GAL__DECK_FEATURES] about -2..2 */
    gal_csr relation[GAL__DECK_RELATIONS]; /* [n_node, n_node] */
    gal_csr transposed[GAL__DECK_RELATIONS];
} gal__deck_graph;

/* scale: of the deck's samples, or NULL. Errors: those of gal_design_parse_spice,
 * gal_design_flatten and gal_circuit_find_supplies, GAL_ENOMEM. O(variables * bytes of the deck and
 * its cards). */
gal_status gal__deck_graph_build(gal__deck_graph *graph, gal_arena *arena, const gal_bench *bench,
                                 const gal__surrogate_scale *scale, gal_error *err);

#endif
