/* Calibre xRC netlists: X.spice (devices), X.pxi.spice (couplings) and X.pex.spice (networks).
 *
 * X.spice includes the other two. Each "x_PM_<cell>%<net>" card of the .pxi file binds the nodes of
 * one net to its network in the .pex file; that is how nodes find their nets here, and a node that
 * no card lists is taken apart as N_<net>_<device>_<pin> or N_<net>_c_<number>_n. Nets keep their
 * case, but names compare without it. Capacitances of a net's nodes add up; resistors are
 * collapsed. Well diodes (DX<number>_noxref) and probes (p cards) are left out. Bare W and L above
 * 1 mm are micrometres, as sky130 writes them.
 */
#ifndef GAL_NETLIST_CALIBRE_H
#define GAL_NETLIST_CALIBRE_H

#include "base/text.h"
#include "netlist/extract.h"

enum { GAL_CALIBRE_CELL, GAL_CALIBRE_COUPLING, GAL_CALIBRE_NETWORK, GAL_CALIBRE_N_SOURCE };

typedef struct gal_calibre_source {
    const char *name; /* for messages */
    gal_view text;    /* may be empty */
} gal_calibre_source;

/* Appends the cell of one triple to the set; the set is as before after an error. Errors:
 * GAL_EPARSE with line and column, GAL_ENOMEM. O(bytes + n_cap log n_cap). */
GAL_API gal_status gal_calibre_parse(gal_extract_set *set,
                                     const gal_calibre_source source[GAL_CALIBRE_N_SOURCE],
                                     gal_error *err);

/* The triple whose X.spice is `path`; the other two are found by its .include lines. Also GAL_EIO.
 */
GAL_API gal_status gal_calibre_read(gal_extract_set *set, const char *path, gal_error *err);

/* *found = 1 when the text includes a .pxi file as Calibre's X.spice does, else 0. Errors:
 * GAL_ENOMEM. */
GAL_API gal_status gal_calibre_is_cell(int *found, gal_view text, gal_error *err);

#endif
