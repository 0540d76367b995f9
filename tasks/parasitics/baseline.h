/* The plain predictors every model is compared with, trained on the same data.
 *
 * fan-out: log C linear in the log of the number of pins (of both nets, and of shared devices, for
 * pairs). linear: C in fF as a non-negative sum over widths, areas and pin counts, fitted to
 * relative errors, with a constant of its own for stack nodes.
 */
#ifndef GAL_TASKS_PARASITICS_BASELINE_H
#define GAL_TASKS_PARASITICS_BASELINE_H

#include "tasks/parasitics/estimate.h"

enum { GAL_PEX_FANOUT_COEF = 4, GAL_PEX_LINEAR_COEF = 11 };

typedef enum gal_pex_plain { GAL_PEX_FANOUT, GAL_PEX_LINEAR, GAL_PEX_N_PLAIN } gal_pex_plain;

typedef struct gal_pex_baseline {
    /* Per target: ground, total, coupling, existence (as a linear probability). */
    double fanout[GAL_PEX_N_TARGET][GAL_PEX_FANOUT_COEF];
    double linear[GAL_PEX_N_TARGET][GAL_PEX_LINEAR_COEF];
} gal_pex_baseline;

/* One per extractor, each from its own labels; without any, from the other's. Errors: GAL_ENOMEM.
 * O(nets + pairs). */
GAL_API gal_status gal_pex_baseline_train(gal_pex_baseline baseline[GAL_N_EXTRACTOR],
                                          const gal_pex_set *set, gal_error *err);

/* out[n_net] (ground, total: log10 fF) or out[n_pair] (couple: log10 fF; exist: a score). */
GAL_API void gal_pex_baseline_apply(float *out, const gal_pex_baseline *baseline,
                                    gal_pex_plain kind, gal_pex_target target,
                                    const gal_pex_case *pex);

#endif
