/* DSPF (detailed standard parasitic format, also "SPF"): SPICE cards with "*|" directives.
 *
 * "*|NET n c" opens a net; "*|P", "*|I" and "*|S" list its ports, device pins and sub-nodes; C
 * cards with a value are parasitics, resistors are collapsed. A node that no directive lists is
 * joined to a net by its resistors or by its prefix "<net>:". In the instance section M cards, X
 * cards with a MOS model and two-pin D, R and C cards with a model become devices; other X cards
 * become black boxes. Each C card counts once. Nets of "*|GROUND_NET" are ground.
 */
#ifndef GAL_NETLIST_DSPF_H
#define GAL_NETLIST_DSPF_H

#include "base/text.h"
#include "netlist/extract.h"

/* Appends the circuit to the set, which is as before after an error. Errors: GAL_EPARSE with line
 * and column, GAL_ENOMEM, GAL_EIO. O(bytes + n_cap log n_cap). */
GAL_API gal_status gal_dspf_parse(gal_extract_set *set, const char *name, const char *text,
                                  size_t size, gal_error *err);
GAL_API gal_status gal_dspf_read(gal_extract_set *set, const char *path, gal_error *err);

#endif
