/* Which nets are supplies.
 *
 * By name, in any case: the last part of the name behind '/' (a final '!' left out) is a core word
 * with nothing before and behind it but words that supplies go by:
 *   power   vdd vddk vcc vpwr vpb vpp vbat pwr vnw nwell
 *   ground  vss gnd vgnd vnb vee vpw psub sub, or the name "0"
 *   before  a d p v k ka io h l i q s t tt n x c m sr srm sub ana dig core pad esd rf pll my local
 * _ behind  a d i o h l q s t x p c n io hv lv in ext int core ana dig pad esd ring rf pll mem aux
 *           net sub st _, digits, and p or v between digits ("1v8")
 * so AVDD, vdda1, kapwr, vpwrin, VDD_1v8, DVSS, gnd! are supplies; vbias, vdd_en, vddok are not.
 *
 * By structure, for nets without gate pins only: the bulk of more than half of all PMOS (power) or
 * NMOS (ground), with drains or sources on it only while no supply of the kind is known; the other
 * end of a DC voltage source at a ground when drains, sources, bulks or bipolar terminals hang on
 * it; the sources or drains of 5 % (and 64) of all transistors, nine in ten of them of one type.
 */
#ifndef GAL_NETLIST_SUPPLY_H
#define GAL_NETLIST_SUPPLY_H

#include "netlist/circuit.h"

typedef struct gal_supply_options {
    const char
        *power; /* names by commas or blanks, case ignored; they are supplies whatever else */
    const char *ground; /* may be NULL, as power */
} gal_supply_options;

/* GAL_NET_POWER, GAL_NET_GROUND or 0. */
GAL_API uint32_t gal_supply_of_name(const char *name);

/* Sets GAL_NET_POWER or GAL_NET_GROUND on the supplies and clears both elsewhere. `options` may be
 * NULL. Errors: GAL_ENOTFOUND (an option names no net), GAL_ENOMEM. O(pins + nets). */
GAL_API gal_status gal_circuit_find_supplies(gal_circuit *circuit,
                                             const gal_supply_options *options, gal_error *err);

#endif
