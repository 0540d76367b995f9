/* The one door to igraph: connected components, isomorphism and canonical forms of circuits.
 *
 * igraph is not thread-safe here: call from one thread only. Circuits become coloured simple
 * graphs: nets, devices and pins are vertices; a vertex's colour is its kind (device type and size
 * class, or the terminal a pin is), so that parallel connections and terminals are told apart.
 */
#ifndef GAL_NETLIST_IGRAPH_BRIDGE_H
#define GAL_NETLIST_IGRAPH_BRIDGE_H

#include "netlist/circuit.h"

/* component[net] in [0..*n_component[ for each net of the circuit: parts that hang together
 * through devices, supplies not counting as connections (they get -1). O(pins). */
GAL_API gal_status gal_circuit_components(int32_t *component, int32_t *n_component,
                                          const gal_circuit *circuit, gal_error *err);

/* *same = 1 when the circuits are equal but for names, numbering and the order of a MOS's drain
 * and source. Exact (BLISS canonical forms); fast on real circuits, exponential at worst. */
GAL_API gal_status gal_circuit_isomorphic(int *same, const gal_circuit *a, const gal_circuit *b,
                                          gal_error *err);

#endif
