/* Delays of a cell under alternative parasitics: how much a prediction is worth to timing.
 *
 * For every sensitised arc (spice/logic.h) and every alternative list of capacitors one transient
 * run measures both edges: delay from 50 % of the input's to 50 % of the output's edge, and the
 * output's 20-80 % transition time. Runs go through a pool; an edge that has not settled is run
 * again with 4 and 16 times the window. A run takes about 12 ms of processor time with the generic
 * cards and 25 ms with binned BSIM4 (cells of 4 to 40 transistors).
 */
#ifndef GAL_SPICE_CELL_DELAY_H
#define GAL_SPICE_CELL_DELAY_H

#include "netlist/extract.h"
#include "spice/models/device_models.h"
#include "spice/pool.h"

typedef struct gal_cap_list {
    const gal_cap *cap; /* [n_cap] over the circuit's nets */
    int64_t n_cap;
} gal_cap_list;

typedef struct gal_cell_delay_options {
    double slew;     /* s, 20-80 % of the input ramps; 0: 50 ps */
    double load;     /* farad on every output; 0: 5 fF; negative: none */
    double half;     /* s, first try of the time between the edges; 0: 1 ns */
    int32_t max_arc; /* arcs to run, 0: all */
} gal_cell_delay_options;

/* One arc and output edge. */
typedef struct gal_cell_arc {
    int32_t input, output; /* nets */
    int rise;              /* 1: the output rises */
    double *delay, *slew;  /* [n_alternative] s; NAN: that run failed */
} gal_cell_arc;

typedef struct gal_cell_delays {
    gal_arena arena;
    gal_cell_arc *arc; /* [n_arc]: two in a row per sensitised input and output, rising first */
    int32_t n_arc, n_alternative;
    int32_t n_failed;    /* runs without a measurement */
    gal_error failure;   /* of the first of them */
    const char *skipped; /* why the cell has no arcs (a flip-flop, say); NULL when it has some */
} gal_cell_delays;

/* Evaluates alternative[0..n_alternative[. `options` may be NULL. A cell without combinational
 * arcs, or with too many inputs, is no error: see `skipped`. Errors: GAL_ENOMEM, GAL_EMISMATCH
 * (see spice/deck.h), those of gal_sim_pool_run. On error nothing is left to clear. */
GAL_API gal_status gal_cell_delay(gal_cell_delays *delays, gal_sim_pool *pool,
                                  const gal_circuit *circuit, const gal_device_models *models,
                                  const gal_cap_list *alternative, int32_t n_alternative,
                                  const gal_cell_delay_options *options, const gal_report *report,
                                  gal_error *err);
GAL_API void gal_cell_delays_clear(gal_cell_delays *delays);

#endif
