/* Flat circuit -> SPICE text that ngspice and galena's own reader take.
 *
 * A circuit with a name or ports becomes one .subckt, any other a deck that ends in .end. Names are
 * made safe: characters that dialects treat specially become '_', hierarchy becomes '.', equal
 * results are told apart by a number. A device keeps its name when that starts with the letter of
 * its card, else the letter and '.' come before it. Devices that X cards stand for (PDK models)
 * stay X cards, in micrometres for sky130 models. Parameters that only a simulator needs (ad, area,
 * tc1, all of undefined subcircuits) are written as evaluated. What a circuit does not hold
 * (waveforms, formulas, line impedances) is written as a plain value; devices without a model get
 * "nmos", "d",
 * ... . Reading the text again gives the same devices, sizes and connections.
 */
#ifndef GAL_NETLIST_SPICE_WRITE_H
#define GAL_NETLIST_SPICE_WRITE_H

#include "base/text.h"
#include "netlist/circuit.h"
#include "netlist/extract.h"

typedef struct gal_spice_write_options {
    const gal_cap *cap; /* [n_cap] written behind the devices as Cp1, Cp2, ... */
    int64_t n_cap;
    int models; /* also write a plain .model card for each model, so that the text stands alone */
} gal_spice_write_options;

/* Appends to `buf`. `options` may be NULL. Errors: GAL_ENOMEM. O(size of the text). */
GAL_API gal_status gal_spice_write(gal_buf *buf, const gal_circuit *circuit,
                                   const gal_spice_write_options *options, gal_error *err);

#endif
