/* What a prediction says, and its way out: a table, JSON, CSV, a SPICE netlist, SPEF. */
#ifndef GAL_TASKS_PARASITICS_RESULT_H
#define GAL_TASKS_PARASITICS_RESULT_H

#include "base/text.h"
#include "netlist/extract.h"

typedef struct gal_pex_value {
    double farad; /* median of the predicted distribution, > 0 */
    double sd;    /* standard deviation of log10 C: 68 % of true values lie within a factor 10^sd */
} gal_pex_value;

typedef struct gal_pex_net {
    int32_t net;          /* of the circuit */
    gal_pex_value ground; /* to substrate, wells and supplies */
    gal_pex_value total;  /* ground and every coupling */
} gal_pex_net;

typedef struct gal_pex_coupling {
    int32_t a, b; /* nets of the circuit, a < b */
    gal_pex_value value;
    double probability; /* that the nets couple by 1 aF or more */
} gal_pex_coupling;

typedef struct gal_pex_result {
    gal_arena arena;
    const gal_circuit *circuit; /* the caller's */
    gal_pex_net *net;           /* [n_net] signal nets, by circuit id */
    gal_pex_coupling *coupling; /* [n_coupling] probability >= 1/2, by (a, b) */
    int32_t n_net, n_coupling;
    int foreign; /* 1: of a process that the model has no such labels of; deviations are widened */
} gal_pex_result;

GAL_API void gal_pex_result_clear(gal_pex_result *result);

/* As extracted capacitances of the circuit, for gal_spice_write and gal_spef_write: the listed
 * couplings, and to ground what is left of a net's total, for the many couplings too small or too
 * unsure to list, or its ground capacitance if that is more. caps[n_net + n_coupling] is the
 * caller's; returns how many were filled. */
GAL_API int64_t gal_pex_result_caps(gal_cap *caps, const gal_pex_result *result);

/* Aligned columns for people: net, C_gnd, C_total, their +-, the largest couplings; at most
 * `limit` nets (0: all), largest total first, and a summary line. */
GAL_API gal_status gal_pex_result_table(gal_buf *out, const gal_pex_result *result, int32_t limit,
                                        gal_error *err);
/* Comma-separated: kind (ground, total, coupling), net_a, net_b, farad, low, high, probability. */
GAL_API gal_status gal_pex_result_csv(gal_buf *out, const gal_pex_result *result, gal_error *err);
GAL_API gal_status gal_pex_result_json(gal_buf *out, const gal_pex_result *result,
                                       const char *model, gal_error *err);

#endif
