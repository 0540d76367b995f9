/* How much of a model to believe: measured on circuits kept from its networks.
 *
 * The gain is the share of the networks beside the estimate that least squares would use, drawn to
 * a usual one; whether a pair couples is left to the trees. The deviations are scaled until the
 * held-out errors fit them, and classes are named by whichever way (class head or mean) has the
 * better macro F1. All guard a model that was trained on little.
 */
#ifndef GAL_TASKS_PARASITICS_HONESTY_H
#define GAL_TASKS_PARASITICS_HONESTY_H

#include "base/report.h"
#include "tasks/parasitics/model.h"

/* Fills gain, sd_factor, by_head and estimate_sd from the cases with apart[i] = 1 (all, when there
 * are none) and their cross-fitted estimates. GAL_ENOMEM. */
GAL_API gal_status gal_pex_honesty_fit(gal_pex_model *model, const gal_pex_set *set,
                                       const gal_pex_estimate *estimate, const unsigned char *apart,
                                       const gal_report *report, gal_error *err);

#endif
