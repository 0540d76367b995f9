/* What a netlist holds, in numbers and words. */
#ifndef GAL_NETLIST_INFO_H
#define GAL_NETLIST_INFO_H

#include "base/text.h"
#include "netlist/circuit.h"
#include "netlist/design.h"

typedef struct gal_netlist_info {
    const char *top; /* the circuit's name, "" for a bare netlist */
    int32_t n_net, n_device, n_pin, n_port;
    int32_t n_of_type[GAL_N_DEVICE_TYPE];
    int32_t n_power, n_ground;    /* nets that are supplies */
    int32_t n_unconnected;        /* nets without a pin */
    double gate_area;             /* m^2, drawn width times length over all MOS, copies counted */
    int32_t n_cell, n_unused;     /* subcircuits defined; of them used by nobody, top apart */
    int depth;                    /* levels of instances under the top */
    const gal_circuit *circuit;   /* for the names of ports and supplies */
    const gal_warnings *warnings; /* NULL without a design */
} gal_netlist_info;

/* `design` may be NULL: hierarchy and warnings then are 0 and NULL. `info` points into both, which
 * must outlive it. Errors: GAL_ENOMEM. O(pins + size of the design). */
GAL_API gal_status gal_netlist_describe(gal_netlist_info *info, const gal_circuit *circuit,
                                        const gal_design *design, gal_error *err);

/* Lines of text for people; at most 40 names are listed, at most `most_warnings` warnings. */
GAL_API void gal_netlist_info_text(gal_buf *buf, const gal_netlist_info *info, int most_warnings);

/* One JSON object (RFC 8259) in one line, all names and warnings; bytes that are no UTF-8 become
 * U+FFFD. */
GAL_API void gal_netlist_info_json(gal_buf *buf, const gal_netlist_info *info);

#endif
