/* Calibration to a technology or extractor: an affine step in log C.
 *
 * Extractors and processes differ by factors that hold for all nets of a kind; a handful of
 * extracted nets is enough to learn them: log C' = offset + slope * log C, with the offset drawn
 * towards 0 while labels are few and the slope held to 1 unless many speak against it (the
 * mean of a normal with a normal prior).
 */
#ifndef GAL_TASKS_PARASITICS_CALIBRATE_H
#define GAL_TASKS_PARASITICS_CALIBRATE_H

#include "tasks/parasitics/model.h"

typedef struct gal_pex_calibration {
    double offset[3], slope[3]; /* ground, total, coupling; log10 fF */
    double sd_factor[3];        /* of the deviations */
    int64_t n[3];               /* labels used */
} gal_pex_calibration;

/* No change. */
GAL_API gal_pex_calibration gal_pex_calibration_none(void);

/* From the labelled circuits of `set`; with `apart` (may be NULL) not from those of a family that
 * it has, nor of an extractor that it has not. GAL_ENOMEM, GAL_EINVAL (no label at all). */
GAL_API gal_status gal_pex_calibration_fit(gal_pex_calibration *out, const gal_pex_model *model,
                                           const gal_pex_set *set, const gal_pex_set *apart,
                                           gal_error *err);

/* The same from a file: extracted circuits with transistors speak for themselves, nets without
 * (SPEF) are matched by name to those of `schematic`. Errors: those of the readers, GAL_ENOTFOUND
 * (no net matched), GAL_EINVAL. */
GAL_API gal_status gal_pex_calibration_read(gal_pex_calibration *out, const gal_pex_model *model,
                                            const char *path, const gal_circuit *schematic,
                                            gal_extractor extractor, gal_error *err);

/* Applies it to means (and deviations) in place. */
GAL_API void gal_pex_calibration_apply(gal_pex_output *output, const gal_pex_case *pex,
                                       const gal_pex_calibration *calibration);

#endif
