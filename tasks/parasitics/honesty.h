/* How much of a model to believe: measured on circuits kept from its networks.
 *
 * The gain of a correction is the share of it that least squares would use; the deviations are
 * scaled until the held-out errors fit them. Both guard a model that was trained on little.
 */
#ifndef GAL_TASKS_PARASITICS_HONESTY_H
#define GAL_TASKS_PARASITICS_HONESTY_H

#include "base/report.h"
#include "tasks/parasitics/model.h"

/* Fills gain, sd_factor and estimate_sd from the cases with apart[i] = 1 (all, when there are
 * none) and their cross-fitted estimates. GAL_ENOMEM. */
GAL_API gal_status gal_pex_honesty_fit(gal_pex_model *model, const gal_pex_set *set,
                                       const gal_pex_estimate *estimate, const unsigned char *apart,
                                       const gal_report *report, gal_error *err);

#endif
