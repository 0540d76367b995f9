/* Building one gal_extract from a file: nets by name, raw capacitances, and the clean end.
 *
 * Every reader of extracted netlists opens a builder on the set it fills, names nets in order of
 * first sight, adds capacitances in any order and closes it; a reader that fails just clears the
 * builder, whose gal_extract is then dropped from the set. Amortised O(1) per call.
 */
#ifndef GAL_NETLIST_EXTRACT_BUILD_H
#define GAL_NETLIST_EXTRACT_BUILD_H

#include "base/intern.h"
#include "base/vec.h"
#include "netlist/extract.h"
#include "netlist/fields.h"

#define GAL_NET_FIXED (-1)   /* ground, substrate, node 0: the partner of a ground capacitance */
#define GAL_NET_UNKNOWN (-2) /* no net of that name */

typedef struct gal_extract_build {
    gal_extract_set *set;    /* the extract is its last item */
    gal_intern name;         /* names of nets and of their aliases (pins, sub-nodes) */
    gal_vec(int32_t) net_of; /* [name.count] net, GAL_NET_FIXED or GAL_NET_UNKNOWN */
    gal_vec(gal_cap) cap;
} gal_extract_build;

/* Adds an empty extract with that circuit name to the set. Names fold case when `fold_case`. */
GAL_API gal_status gal_extract_build_init(gal_extract_build *build, gal_extract_set *set,
                                          gal_view circuit, int fold_case, gal_error *err);

/* Frees the builder. Called before gal_extract_build_end it also drops the extract. */
GAL_API void gal_extract_build_clear(gal_extract_build *build);

static inline gal_circuit *gal_extract_build_circuit(const gal_extract_build *build) {
    return &build->set->item[build->set->n - 1].circuit;
}

/* The net called (or aliased) `name`: made when unseen. */
GAL_API gal_status gal_extract_build_net(gal_extract_build *build, gal_view name, int32_t *net,
                                         gal_error *err);
/* Its net, GAL_NET_FIXED or GAL_NET_UNKNOWN; makes nothing. */
GAL_API int32_t gal_extract_build_find(const gal_extract_build *build, gal_view name);
/* Makes `name` another name of `net` (or of GAL_NET_FIXED); one that has a net keeps it. */
GAL_API gal_status gal_extract_build_alias(gal_extract_build *build, gal_view name, int32_t net,
                                           gal_error *err);

/* One capacitance, nets as in gal_cap (either may be GAL_NET_FIXED); the same net twice or twice
 * GAL_NET_FIXED is dropped. */
GAL_API gal_status gal_extract_build_cap(gal_extract_build *build, int32_t a, int32_t b,
                                         double farad, gal_error *err);

/* Word i as a number of `unit` farads; magnitudes above 1 F are errors. */
GAL_API gal_status gal_extract_build_farad(const gal_fields *fields, size_t i, double unit,
                                           double *farad, gal_error *err);

/* A MOS transistor D G S B; length and width in metres. `name` may be NULL: "M<number>". */
GAL_API gal_status gal_extract_build_mos(gal_extract_build *build, const char *name,
                                         const char *model, gal_device_type type,
                                         const int32_t pin[4], double width, double length,
                                         double multiplier, gal_error *err);
GAL_API gal_status gal_extract_build_port(gal_extract_build *build, gal_view name, gal_error *err);

/* Supplies found (gal_circuit_find_supplies; flags that the reader set stand), capacitances sorted
 * and summed; the extract now belongs to the set. */
GAL_API gal_status gal_extract_build_end(gal_extract_build *build, gal_error *err);

#endif
