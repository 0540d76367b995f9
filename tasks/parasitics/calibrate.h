/* Calibration to a technology or extractor: an affine step in log C.
 *
 * Extractors and processes differ by factors that hold for all nets of a kind; a handful of
 * extracted nets is enough to learn them: log C' = offset + slope * log C, with the slope held to 1
 * unless many labels speak against it.
 */
#ifndef GAL_TASKS_PARASITICS_CALIBRATE_H
#define GAL_TASKS_PARASITICS_CALIBRATE_H

#include "tasks/parasitics/model.h"

typedef struct gal_pex_calibration {
    double offset[3], slope[3]; /* ground, total, coupling; log10 fF */
    double sd[3];               /* of what is left; 0 when there were no labels: unchanged */
    int64_t n[3];               /* labels used */
} gal_pex_calibration;

/* No change. */
GAL_API gal_pex_calibration gal_pex_calibration_none(void);

/* From every labelled case of a set. GAL_ENOMEM. */
GAL_API gal_status gal_pex_calibration_fit(gal_pex_calibration *out, const gal_pex_model *model,
                                           const gal_pex_set *set, gal_error *err);

/* Applies it to means (and deviations) in place. */
GAL_API void gal_pex_calibration_apply(gal_pex_output *output, const gal_pex_case *pex,
                                       const gal_pex_calibration *calibration);

#endif
