/* Labels for a schematic: capacitances of an extracted netlist moved onto its nets, by name.
 *
 * Layout fingers and schematic devices differ, so nets are matched and devices are not looked at.
 * Names match when they are equal; else when they are equal without regard to case, escapes, the
 * hierarchy separator (/ . : |), the kind of bus brackets and a final '!'; else also without the
 * X in front of instance names, Calibre's "N_" and magic's "_uq<number>". A name that would match
 * two nets of the schematic matches none. Several layout nets may match one schematic net.
 */
#ifndef GAL_NETLIST_EXTRACT_ALIGN_H
#define GAL_NETLIST_EXTRACT_ALIGN_H

#include "netlist/extract.h"

typedef struct gal_align {
    int32_t *net;      /* [extract->circuit.n_net] net of the schematic, -1 for none */
    int32_t n_matched; /* of them, those >= 0 */
    uint8_t *covered;  /* [schematic->n_net] 1: some net matched it */
    uint8_t *partial;  /* [schematic->n_net] 1: one of GAL_NET_PARTIAL did */
    int32_t n_partial; /* of those of the extract, matched or not */
    int32_t n_covered; /* how many are */
    gal_cap *cap;      /* [n_cap] as in gal_extract, but in nets of the schematic */
    int64_t n_cap;
    double lost; /* farad between unmatched nets or from them to ground: in no cap[] */
} gal_align;

/* A capacitance from a matched to an unmatched net becomes one to ground (a = -1). Memory from
 * `arena`. Errors: GAL_ENOMEM. O(names + n_cap log n_cap). */
GAL_API gal_status gal_extract_align(gal_align *align, gal_arena *arena,
                                     const gal_circuit *schematic, const gal_extract *extract,
                                     gal_error *err);

#endif
