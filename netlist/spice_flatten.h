/* Design -> flat circuit.
 *
 * Instances are replaced by the contents of their subcircuits; names get the instances' names
 * before them, joined by '/'. Parameters are looked up in the subcircuit, then in the instance's
 * surroundings, outwards to the global ones. Rules:
 * - Node 0, .global nets and names that end in '!' are one net everywhere unless they are ports. A
 *   net GND that is no port is node 0.
 * - m multiplies through the hierarchy, on an instance too unless its subcircuit declares m as a
 *   parameter of its own. mult counts only where m is not given (sky130 writes both). What has a
 *   multiplicity of 0 is left out.
 * - w is the width over all fingers (nf, fingers, ng); wf and fw are one finger's.
 * - Widths and lengths are metres after .option scale. Those of 1 mm and more are taken as
 *   micrometres (sky130 writes l=0.15), with one warning when other devices have sizes below; a
 *   width only when the length is too or is not given.
 * - A net is spelled as the cell it stands in spells it first.
 * - The circuit lists the instances of cells that are the top's or in modules: subcircuits made of
 *   instances, without transistors of their own. What lies inside a cell is not listed.
 * - A controlled source, mutual inductance or current-controlled switch stores the names of the
 *   elements it refers to in gal_device.model, by blanks, the switch's model behind them.
 * - Values that cannot be evaluated or are not finite count as not given, and so do a negative w, l
 *   or m. One warning per subcircuit counts them, another MOS transistors without a width or
 * length.
 */
#ifndef GAL_NETLIST_SPICE_FLATTEN_H
#define GAL_NETLIST_SPICE_FLATTEN_H

#include "netlist/design.h"

typedef struct gal_flatten_options {
    int64_t max_devices;    /* and instances; 0: 50 million */
    int64_t max_bytes;      /* of the circuit, estimated before it is built; 0: 16 GB */
    gal_warnings *warnings; /* may be NULL; &design->warnings is fine */
} gal_flatten_options;

/* Initialises *circuit, which the caller clears, also after an error. `top` names a subcircuit;
 * NULL takes the main cell when it has elements, else the last subcircuit that nothing
 * instantiates. `options` may be NULL. Supplies are not marked (netlist/supply.h). Errors:
 * GAL_ENOTFOUND (no such cell, or an empty design), GAL_EMISMATCH (an instance with more or fewer
 * nodes than ports), GAL_EPARSE (a cell inside itself or without its .ends), GAL_ELIMIT (size;
 * expressions of more than 10 million operands and 1000 for each device and instance), GAL_ENOMEM.
 * O(size of the result), checked against the limits before the work starts. */
GAL_API gal_status gal_design_flatten(gal_circuit *circuit, const gal_design *design,
                                      const char *top, const gal_flatten_options *options,
                                      gal_error *err);

/* The cell that gal_design_flatten would take, or an error as above. */
GAL_API gal_status gal_design_find_top(int32_t *cell, const gal_design *design, const char *top,
                                       gal_error *err);

/* What a cell expands to. */
typedef struct gal_cell_size {
    double n_device, n_instance, n_net; /* counts; may exceed any integer */
    double n_byte;                      /* of the circuit, names included */
    int depth;                          /* levels of instances below; 0 without instances */
} gal_cell_size;

/* Errors: GAL_EMISMATCH, GAL_EPARSE, GAL_ELIMIT (deeper than 256), GAL_ENOMEM. O(size of the
 * design). */
GAL_API gal_status gal_design_measure(gal_cell_size *size, const gal_design *design, int32_t cell,
                                      gal_error *err);

#endif
