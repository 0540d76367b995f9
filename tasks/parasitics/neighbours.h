/* Who sits next to whom: the MOS transistors as the signal nets see them.
 *
 * Every net gets the list of its gates, drains and sources, and the list of distinct nets at the
 * other terminals of those devices, with the number of devices per relation. Supplies are no
 * neighbours of anybody, nor is a rail: a net that no one marked as a supply but that is the bulk
 * of 8 or more devices. A rail does have lists of its own. Devices other than MOS are ignored.
 * A device of m copies (multiplicity times fingers) counts as m devices of one finger's width.
 */
#ifndef GAL_TASKS_PARASITICS_NEIGHBOURS_H
#define GAL_TASKS_PARASITICS_NEIGHBOURS_H

#include "netlist/graph.h"

/* How a neighbour is reached from a net. */
enum {
    GAL_PEX_CHANNEL, /* it is at the other end of a channel */
    GAL_PEX_CONTROL, /* it is the gate of a device whose drain or source is here */
    GAL_PEX_DRIVEN,  /* it is drain or source of a device whose gate is here */
    GAL_PEX_N_RELATION
};

/* What a net is; rails and supplies are the ones above 0. */
enum { GAL_PEX_SIGNAL, GAL_PEX_GROUND_RAIL, GAL_PEX_POWER_RAIL, GAL_PEX_N_KIND };

/* Terminals of a transistor, in the order of gal_pex_mos.net. */
enum { GAL_PEX_GATE, GAL_PEX_DRAIN, GAL_PEX_SOURCE, GAL_PEX_N_TERMINAL };

typedef struct gal_pex_mos {
    int32_t net[GAL_PEX_N_TERMINAL]; /* graph net, or minus the kind of a supply */
    int32_t copies;                  /* >= 1 */
    int32_t is_p;                    /* 1: PMOS */
    double width, length; /* of one finger, pm: whole numbers, so that sums do not hang on order */
} gal_pex_mos;

typedef struct gal_pex_neighbour {
    int32_t net;                       /* a graph net, no rail */
    int32_t count[GAL_PEX_N_RELATION]; /* devices, saturating */
} gal_pex_neighbour;

typedef struct gal_pex_neighbours {
    int32_t n_net, n_mos;
    gal_pex_mos *mos;       /* [n_mos] */
    uint8_t *kind;          /* [n_net] GAL_PEX_SIGNAL, or what a rail is */
    uint8_t *port;          /* [n_net] 1: port of the top cell */
    int32_t *degree;        /* [n_net] gates, drains and sources, copies counted; saturating */
    int32_t *term_first;    /* [n_net + 1] net i's terminals are term[term_first[i]..[i + 1][ */
    int32_t *term;          /* mos * GAL_PEX_N_TERMINAL + terminal */
    int32_t *adj_first;     /* [n_net + 1] net i's neighbours are adj[adj_first[i]..[i + 1][ */
    gal_pex_neighbour *adj; /* ascending nets per list */
    double width_min;       /* pm, of the narrowest finger; 150 nm when no size is given */
    double length_min;      /* pm, of the shortest device; likewise */
} gal_pex_neighbours;

/* From a circuit and its graph; memory from `arena`. Errors: GAL_ENOMEM, GAL_ELIMIT (2^30
 * terminals or more). O(pins log pins), threads share the nets. */
GAL_API gal_status gal_pex_neighbours_build(gal_pex_neighbours *list, gal_arena *arena,
                                            const gal_circuit *circuit, const gal_graph *graph,
                                            gal_error *err);

/* GAL_PEX_SIGNAL, _GROUND_RAIL or _POWER_RAIL: what stands in gal_pex_mos.net. */
static inline int gal_pex_kind(const gal_pex_neighbours *list, int32_t net) {
    return net < 0 ? -net : list->kind[net];
}

/* The number of a net's distinct neighbours. */
static inline int32_t gal_pex_n_adj(const gal_pex_neighbours *list, int32_t net) {
    return list->adj_first[net + 1] - list->adj_first[net];
}

#endif
