/* A circuit from a file in one call. */
#ifndef GAL_NETLIST_READ_H
#define GAL_NETLIST_READ_H

#include "netlist/circuit.h"
#include "netlist/spice_parse.h"
#include "netlist/supply.h"

/* Reads a SPICE or CDL file (gzip too, "-" is standard input), flattens `top` (NULL: see
 * gal_design_flatten) and marks the supplies. Initialises *circuit; the caller clears it, also
 * after an error. Errors and cost: those of gal_design_read_spice, gal_design_flatten and
 * gal_circuit_find_supplies. */
GAL_API gal_status gal_circuit_read(gal_circuit *circuit, const char *path, const char *top,
                                    gal_error *err);

/* The same with options (either may be NULL), and leaving the hierarchical netlist with its
 * warnings behind: the caller clears both, also after an error. */
GAL_API gal_status gal_circuit_read_design(gal_circuit *circuit, gal_design *design,
                                           const char *path, const char *top,
                                           const gal_spice_options *options,
                                           const gal_supply_options *supplies, gal_error *err);

/* The same from memory; `name` is that of the file, beside which others are looked for. */
GAL_API gal_status gal_circuit_parse_design(gal_circuit *circuit, gal_design *design,
                                            const char *name, gal_view text, const char *top,
                                            const gal_spice_options *options,
                                            const gal_supply_options *supplies, gal_error *err);

#endif
