/* What the schematic tells about a net: its own terminals and the nets one device away.
 *
 * Lengths are in units of the shortest channel (Lmin), areas in Lmin^2: processes compare. A net
 * without transistors has 0 in all base columns.
 */
#ifndef GAL_TASKS_PARASITICS_NET_CONTEXT_H
#define GAL_TASKS_PARASITICS_NET_CONTEXT_H

#include "gnn/tensor.h"
#include "tasks/parasitics/colours.h"

/* Columns of the net itself; "ends" are drains and sources, shares lie in 0..1. */
enum {
    GAL_PEX_NET_GATES,      /* log1p of gates */
    GAL_PEX_NET_ENDS,       /* log1p of ends */
    GAL_PEX_NET_GATES_P,    /* share of PMOS among the gates */
    GAL_PEX_NET_ENDS_P,     /* share of PMOS among the ends */
    GAL_PEX_NET_END_WIDTH,  /* log1p of the ends' total width, Lmin */
    GAL_PEX_NET_GATE_AREA,  /* log1p of the gates' total area, Lmin^2 */
    GAL_PEX_NET_PORT,       /* 1: port of the top cell */
    GAL_PEX_NET_TO_GROUND,  /* share of ends whose channel leads to a ground */
    GAL_PEX_NET_TO_POWER,   /* share of ends whose channel leads to a power */
    GAL_PEX_NET_FIXED,      /* share of the ends of driven devices that sit on a supply */
    GAL_PEX_NET_TIED,       /* ends of diodes, dummies and devices of fixed gate, per end */
    GAL_PEX_NET_NEIGHBOURS, /* log1p of distinct neighbours */
    GAL_PEX_NET_MEAN_WIDTH, /* log of the mean width of all terminals' devices, Lmin (+ 0.1) */
    GAL_PEX_NET_TERMINALS,  /* log1p of gates and ends */
    GAL_PEX_N_NET_BASE
};

/* Then, per relation, means over the neighbours of six base columns in this order: gates, ends,
 * ends_p, end_width, to_ground, to_power; -1 where there is no such neighbour. Neighbours of one
 * colour (two rounds) count once in all, so that 128 cells on a line weigh no more than 16. */
enum {
    GAL_PEX_N_MEAN = 6,
    GAL_PEX_NET_CHANNEL = GAL_PEX_N_NET_BASE,                   /* over channels from here */
    GAL_PEX_NET_CONTROL = GAL_PEX_NET_CHANNEL + GAL_PEX_N_MEAN, /* gates of those channels */
    GAL_PEX_NET_DRIVEN = GAL_PEX_NET_CONTROL + GAL_PEX_N_MEAN,  /* ends of devices gated here */
    GAL_PEX_NET_CONTEXT = GAL_PEX_NET_DRIVEN + GAL_PEX_N_MEAN
};

/* Fills out [n_net, GAL_PEX_NET_CONTEXT]. GAL_ENOMEM. O(terminals + neighbours log neighbours),
 * threads share the nets. */
GAL_API gal_status gal_pex_net_context(gal_mat out, const gal_pex_neighbours *list,
                                       const gal_pex_colours *colours, gal_error *err);

#endif
