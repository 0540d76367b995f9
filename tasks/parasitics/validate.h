/* Validation against ngspice: what a prediction is worth to delay.
 *
 * Cells are simulated without parasitics, with predicted and with extracted ones; delays and output
 * slews of the first two are compared with the third's, arc by arc. Cells without combinational
 * arcs (flip-flops) are skipped and counted.
 */
#ifndef GAL_TASKS_PARASITICS_VALIDATE_H
#define GAL_TASKS_PARASITICS_VALIDATE_H

#include "base/text.h"
#include "spice/cell_delay.h"
#include "tasks/parasitics/predict.h"

typedef struct gal_pex_delay_error {
    double mean, median, p90; /* of |d - d_extracted| / d_extracted over all arcs */
    double bias;              /* mean of (d - d_extracted) / d_extracted */
} gal_pex_delay_error;

typedef struct gal_pex_validation {
    int32_t n_cell, n_skipped, n_arc, n_failed;
    gal_pex_delay_error none_delay, predicted_delay, none_slew, predicted_slew;
} gal_pex_validation;

typedef struct gal_pex_validate_options {
    int32_t workers;  /* ngspice processes */
    int32_t max_cell; /* circuits to simulate, spread over the set; 0: all */
    gal_cell_delay_options delay;
} gal_pex_validate_options;

/* Errors: those of gal_cell_delay; GAL_EINVAL when no cell has an arc
 * or capacitances. About 15 ms of processor
 * time per arc and alternative. */
GAL_API gal_status gal_pex_validate(gal_pex_validation *out, const gal_pex_model *model,
                                    const gal_pex_set *set, const gal_device_models *models,
                                    const gal_pex_validate_options *options,
                                    const gal_report *report, gal_error *err);

GAL_API gal_status gal_pex_validation_table(gal_buf *out, const gal_pex_validation *validation,
                                            gal_error *err);
GAL_API gal_status gal_pex_validation_json(gal_buf *out, const gal_pex_validation *validation,
                                           gal_error *err);

#endif
