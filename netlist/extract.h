/* Extracted netlists: a circuit together with its parasitic capacitances (the labels).
 *
 * Calibre triples, DSPF, SPEF, flat SPICE with capacitors, magic .ext and .par text all become a
 * gal_extract. The resistive network of a net is collapsed: capacitances of its sub-nodes add up
 * on the net. A capacitor between two nodes of one net is dropped.
 */
#ifndef GAL_NETLIST_EXTRACT_H
#define GAL_NETLIST_EXTRACT_H

#include "netlist/circuit.h"

typedef struct gal_cap {
    int32_t a, b; /* nets, a < b; or a = -1: net b to substrate, ground or node 0 */
    double farad; /* > 0 */
} gal_cap;

typedef struct gal_extract {
    gal_circuit circuit; /* nets always; devices and ports where the format carries them */
    gal_cap *cap;        /* [n_cap], each pair once, sorted by (a, b); in the circuit's arena */
    int64_t n_cap;
    int by_magic; /* 1: magic extracted it (a .ext file, or its node SUBSTRATE in .par text) */
} gal_extract;

/* The circuits of one or more files. */
typedef struct gal_extract_set {
    gal_extract *item; /* [n] */
    int32_t n, capacity;
} gal_extract_set;

GAL_API void gal_extract_clear(gal_extract *extract);
GAL_API void gal_extract_set_clear(gal_extract_set *set);

/* An empty extract at the end of the set (initialised), or NULL when memory is out. */
GAL_API gal_extract *gal_extract_set_add(gal_extract_set *set);

/* Sorts raw[0..n[ (ids as in gal_cap, any order, repeated pairs, a == b) into extract->cap: pairs
 * ordered, sums of repeats, non-positive sums dropped. raw is clobbered. O(n log n). */
GAL_API gal_status gal_extract_set_caps(gal_extract *extract, gal_cap *raw, int64_t n,
                                        gal_error *err);

/* Per net: capacitance to ground (substrate, wells, supplies, node 0), and total = ground + all
 * couplings to signal nets; farad, [circuit.n_net]. Supplies get 0. Either may be NULL. */
GAL_API void gal_extract_totals(double *ground, double *total, const gal_extract *extract);

#endif
