/* The .par text: circuits with their parasitic capacitances, compact enough to keep in bulk.
 *
 *   cell NAME
 *   ports A B ...            in order; a name may repeat (layouts with several pins on a net)
 *   supplies VDD VSS ...     optional; without it supplies are known by name
 *   dev n|p D G S B W L [M]  micrometres; M parallel devices (1)
 *   cap A B C                femtofarad
 *   end
 *
 * Words are separated by blanks; lines that begin with '#' are comments; any number of cells. In a
 * cap line "0", "SUBSTRATE" and "OTHER" (the sum over nets without devices) stand for ground.
 */
#ifndef GAL_NETLIST_PAR_H
#define GAL_NETLIST_PAR_H

#include "base/text.h"
#include "netlist/extract.h"

/* Appends the cells of a .par text, or of a file (gzip is fine), to the set. Errors: GAL_EPARSE
 * with line and column, GAL_ENOMEM, GAL_EIO; cells before the error stay in the set. O(bytes +
 * n_cap log n_cap). */
GAL_API gal_status gal_par_parse(gal_extract_set *set, const char *name, const char *text,
                                 size_t size, gal_error *err);
GAL_API gal_status gal_par_read(gal_extract_set *set, const char *path, gal_error *err);

/* Appends one cell as .par text. MOS transistors only: the format has no other devices. Reading it
 * back gives the same devices, ports, supplies and capacitances (to 9 digits). */
GAL_API void gal_par_print(gal_buf *buf, const gal_extract *extract);
/* All cells into a file. Errors: GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_par_write(const char *path, const gal_extract_set *set, gal_error *err);

#endif
