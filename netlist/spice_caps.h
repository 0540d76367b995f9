/* Flat SPICE netlists with capacitors (magic's ext2spice and most extractors) as labels.
 *
 * A capacitor is parasitic when its card has a plain value, no model and a name like C12, cc_5 or
 * Cg1; it leaves the circuit and becomes a capacitance. Resistors without a model between two
 * sub-nodes of one net ("out.n1" "out.t3", "out:1" "out", "out#1") are collapsed. All other
 * devices stay, capacitors with a model among them. Node 0 becomes ground.
 */
#ifndef GAL_NETLIST_SPICE_CAPS_H
#define GAL_NETLIST_SPICE_CAPS_H

#include "base/text.h"
#include "netlist/extract.h"
#include "netlist/warning.h"

/* Takes the circuit over (it is empty afterwards) as a new extract of the set, which is as before
 * after an error. Errors: GAL_ENOMEM. O(n_device log n_device). */
GAL_API gal_status gal_spice_caps_take(gal_extract_set *set, gal_circuit *circuit, gal_error *err);

/* Reads SPICE text (spice_parse.h; `name` is its path, for .include), flattens the cell `top`
 * (NULL: the top cell), marks supplies and takes the circuit. `warnings` may be NULL. Errors: those
 * of gal_design_parse_spice and gal_design_flatten. */
GAL_API gal_status gal_spice_caps_parse(gal_extract_set *set, const char *name, gal_view text,
                                        const char *top, gal_warnings *warnings, gal_error *err);

#endif
