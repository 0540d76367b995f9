/* Prediction: a circuit in, capacitances with their uncertainty out. */
#ifndef GAL_TASKS_PARASITICS_PREDICT_H
#define GAL_TASKS_PARASITICS_PREDICT_H

#include "tasks/parasitics/calibrate.h"
#include "tasks/parasitics/result.h"

typedef struct gal_pex_predict_options {
    gal_extractor extractor;                /* whose numbers are wanted */
    const gal_pex_calibration *calibration; /* NULL: none */
} gal_pex_predict_options;

/* Predicts every signal net and near pair of a circuit whose supplies are marked; devices other
 * than transistors give no features of their own. The result refers to the circuit and is cleared
 * by the caller. GAL_ENOMEM, GAL_EINVAL (no transistors). Near-linear in devices. */
GAL_API gal_status gal_pex_predict(gal_pex_result *out, const gal_pex_model *model,
                                   const gal_circuit *circuit,
                                   const gal_pex_predict_options *options, gal_error *err);

#endif
