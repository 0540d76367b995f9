/* What the losses need to know of all training labels: their distribution and class counts. */
#ifndef GAL_TASKS_PARASITICS_PRIOR_H
#define GAL_TASKS_PARASITICS_PRIOR_H

#include "tasks/parasitics/network.h"

/* From every labelled case; the mixtures live in `arena`. Errors: GAL_EINVAL (too few labels),
 * GAL_ENOMEM. */
GAL_API gal_status gal_pex_prior_fit(gal_pex_prior *prior, gal_arena *arena, const gal_pex_set *set,
                                     gal_pex_balance balance, gal_error *err);

#endif
