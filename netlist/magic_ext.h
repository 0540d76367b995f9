/* Magic's .ext files (flat cells): nodes with their capacitance to substrate, couplings, devices.
 *
 * node, substrate, equiv, cap, port, fet, and device lines of MOS transistors (msubckt, mosfet)
 * are used, with the units of the scale line: attofarads, and lengths in centimicrons (a length
 * scale of 1000 or more is in 1e-14 m, as newer technology files have it). "subcap" lines are
 * ignored: magic 8.3.105 subtracts too much there. A cell that uses others is an error: flatten it
 * in magic first. The circuit is called as the file, without its ending.
 */
#ifndef GAL_NETLIST_MAGIC_EXT_H
#define GAL_NETLIST_MAGIC_EXT_H

#include "base/text.h"
#include "netlist/extract.h"

/* Appends the cell to the set, which is as before after an error. Errors: GAL_EPARSE with line and
 * column, GAL_ENOMEM, GAL_EIO. O(bytes + n_cap log n_cap). */
GAL_API gal_status gal_magic_ext_parse(gal_extract_set *set, const char *name, const char *text,
                                       size_t size, gal_error *err);
GAL_API gal_status gal_magic_ext_read(gal_extract_set *set, const char *path, gal_error *err);

#endif
