/* How much of a model to believe: measured on circuits that a network did not see.
 *
 * Every network is trained without one fold of the families and predicts it. The gain is the share
 * of a network beside the estimate that least squares would use there. Deviations are scaled so
 * that 68 % of those errors lie within one, and classes are named by the class heads where their
 * macro F1 is clearly better than that of the means. All of it per extractor,
 * with the gates of its processes: for others the deviations are widened (model.c).
 */
#ifndef GAL_TASKS_PARASITICS_HONESTY_H
#define GAL_TASKS_PARASITICS_HONESTY_H

#include "base/report.h"
#include "tasks/parasitics/model.h"

/* Fills model->trust. Network m did not see the cases with fold[i] == m
 * (when no network has any, all are used by all); `estimate` are the cross-fitted estimates.
 * GAL_ENOMEM. As long as one prediction of every case. */
GAL_API gal_status gal_pex_honesty_fit(gal_pex_model *model, const gal_pex_set *set,
                                       const gal_pex_estimate *estimate, const int *fold,
                                       const gal_report *report, gal_error *err);

#endif
