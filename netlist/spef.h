/* SPEF (IEEE 1481 standard parasitic exchange format).
 *
 * Reading: *D_NET sections with *CONN and *CAP, *R_NET by its total, *NAME_MAP, *PORTS,
 * *POWER_NETS, *GROUND_NETS, escaped names, *C_UNIT, corner triplets a:b:c (the middle counts).
 * Resistors are collapsed. A coupling that both nets list counts once. A net without a section that
 * others name as "<net>:<number>" is GAL_NET_PARTIAL; coupling to a pin of such a net counts as
 * ground capacitance. The format has no transistors: the circuit carries nets, ports
 * and capacitances.
 *
 * Writing: one *D_NET per net that is no supply; capacitances to supplies become ground
 * capacitance, so that the total of a net is its ground plus its couplings. The pins of a net are
 * those of the cells it joins (gal_circuit.instance, "*I X1:A I") and of the transistors that stand
 * beside them or, for a net inside a cell, in it. A star of 1 milliohm resistors joins ports and
 * pins (OpenSTA reaches a net's capacitance from its pins only). Unit fF, names mapped and escaped.
 */
#ifndef GAL_NETLIST_SPEF_H
#define GAL_NETLIST_SPEF_H

#include "base/text.h"
#include "netlist/extract.h"

/* Appends the design to the set, which is as before after an error. Errors: GAL_EPARSE with line
 * and column, GAL_ENOMEM, GAL_EIO. O(bytes + n_cap log n_cap). */
GAL_API gal_status gal_spef_parse(gal_extract_set *set, const char *name, const char *text,
                                  size_t size, gal_error *err);
GAL_API gal_status gal_spef_read(gal_extract_set *set, const char *path, gal_error *err);

typedef struct gal_spef_options {
    int outer; /* leave out nets inside cells, which timing analysers do not know; coupling to them
                  becomes ground capacitance */
} gal_spef_options;

/* Appends the SPEF text of one extract (byte-identical for identical input: no date). `options` may
 * be NULL. Errors: GAL_ENOMEM. O(n_net + n_pin + n_cap). */
GAL_API gal_status gal_spef_print(gal_buf *buf, const gal_extract *extract,
                                  const gal_spef_options *options, gal_error *err);
GAL_API gal_status gal_spef_write(const char *path, const gal_extract *extract,
                                  const gal_spef_options *options, gal_error *err);

#endif
