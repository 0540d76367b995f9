/* What the pins of a cell are to its surroundings (internal).
 *
 * A subcircuit is a module when it holds instances of subcircuits and no transistor of its own, as
 * text out of logic synthesis does; any other is a cell. Instances of cells that stand in the top
 * or in modules become gal_instance; what a cell is made of inside does not count.
 */
#ifndef GAL_NETLIST_SPICE_PINS_H
#define GAL_NETLIST_SPICE_PINS_H

#include "netlist/design.h"

/* Both by index of the cell, filled as they are asked for. */
typedef struct gal_spice_pins {
    const gal_design *design;
    gal_arena arena;
    uint8_t **use;              /* [cells] of each local net what is on it; NULL: not yet known */
    const gal_cell_pins **pins; /* [cells] NULL: not yet known */
} gal_spice_pins;

/* Errors: GAL_ENOMEM. The caller clears it, also after an error. */
gal_status gal__spice_pins_init(gal_spice_pins *pins, const gal_design *design, gal_error *err);
void gal__spice_pins_clear(gal_spice_pins *pins);

/* O(elements). */
int gal__spice_is_module(const gal_cell *cell);

/* The pins of a linked cell that measures well (gal_design_measure), in the circuit's arena; NULL
 * when memory is out. O(1) but for the first time, then O(elements). */
const gal_cell_pins *gal__spice_pins_of(gal_spice_pins *pins, gal_circuit *circuit,
                                        const gal_cell *cell);

#endif
