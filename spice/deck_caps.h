/* A deck with capacitors added.
 *
 * The text stays as it is, its hierarchy, parameters, models and analyses included: whatever
 * simulated it simulates it with its parasitics. Capacitors Cp1, Cp2, ... come before .end (or
 * .alter). Nets inside subcircuits are called as ngspice calls them, x1.x2.net: a card of the top
 * level may stand on them.
 */
#ifndef GAL_SPICE_DECK_CAPS_H
#define GAL_SPICE_DECK_CAPS_H

#include "base/text.h"
#include "netlist/extract.h"

/* Appends `deck`, the text of the file `path` that `circuit` is the flat main circuit of, with
 * cap[0..n_cap[ in it. Paths of .include and .lib cards become absolute. Errors: GAL_EMISMATCH (a
 * net whose name no card can have), GAL_ENOMEM. O(text + devices + n_cap). */
GAL_API gal_status gal_deck_add_caps(gal_buf *out, gal_view deck, const char *path,
                                     const gal_circuit *circuit, const gal_cap *cap, int64_t n_cap,
                                     gal_error *err);

#endif
