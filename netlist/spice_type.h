/* What a model's name and a .model card tell about a device.
 *
 * M cards: the .model card decides, else the name, in any case: "pmos", "pfet" or "pch" anywhere,
 * then "nmos", "nfet" or "nch", then the first letter behind the last "__": p... or n... .
 *
 * X instances stand for one device when their subcircuit is undefined (or is a wrapper around one
 * device, see gal_design_link) and a word of the name is one of
 *   nfet nmos nch nshort nlowvt | pfet pmos pch pshort plowvt phighvt   with 4 or 5 nodes
 *   npn | pnp                                                             3 to 5
 *   res rpoly rppd rsil rhigh ppolyf npolyf                               2 or 3
 *   cap cmim cmom mim mimcap moscap nmoscap pmoscap                       2 to 5
 *   diode dio dantenna dpantenna                                          2 or 3
 * where words are the runs of letters in the name: sky130_fd_pr__nfet_01v8, nmos_3p3, sg13_lv_pmos.
 */
#ifndef GAL_NETLIST_SPICE_TYPE_H
#define GAL_NETLIST_SPICE_TYPE_H

#include "base/text.h"
#include "netlist/circuit.h"

/* GAL_NMOS, GAL_PMOS or -1. */
GAL_API int gal_spice_mos_of_name(const char *model);

/* The device an X instance of subcircuit `name` with n_node nodes stands for, or -1. */
GAL_API int gal_spice_device_of_name(const char *name, int32_t n_node);

/* 1 for subcircuits that want lengths in micrometres: sky130's devices. */
GAL_API int gal_spice_is_in_microns(const char *model);

/* What a word behind the two nodes of a controlled source (E, F, G, H) announces. */
typedef enum gal_spice_control {
    GAL_SPICE_NODES,   /* nothing: it is the first control itself */
    GAL_SPICE_VOLTAGE, /* vcvs, vccs: two nodes follow */
    GAL_SPICE_CURRENT, /* cccs, ccvs: the name of a source follows */
    GAL_SPICE_POLY,    /* poly(n): n controls follow */
    GAL_SPICE_FUNCTION /* value, table, laplace, ...: no controls follow */
} gal_spice_control;
GAL_API gal_spice_control gal_spice_control_of_word(gal_view word);

/* The type of a .model card ("nmos", "npn", "d", "sw", ...), or -1. */
GAL_API int gal_spice_type_of_model(gal_view word);

#endif
