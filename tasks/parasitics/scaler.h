/* Standardisation of features: what the network sees of a case.
 *
 * Columns are shifted and scaled to mean 0 and deviation 1 over the training set (constant ones
 * vanish) and limited to the range they have there, at most +-6: a circuit unlike any seen before,
 * say a multiplexer twice as long, must not throw the network off its estimate.
 */
#ifndef GAL_TASKS_PARASITICS_SCALER_H
#define GAL_TASKS_PARASITICS_SCALER_H

#include "tasks/parasitics/network.h"

/* Rows of a scale: means, 1 / deviations, lower and upper limits. */
enum { GAL_PEX_SCALE_ROWS = 4 };

typedef struct gal_pex_scaler {
    gal_arena arena;
    int32_t n_net, n_device, n_pair; /* columns */
    float *net, *device, *pair;      /* [GAL_PEX_SCALE_ROWS, columns] */
} gal_pex_scaler;

/* Means 0, deviations 1, limits +-6 for feature matrices of these widths; memory inside.
 * GAL_ENOMEM. */
GAL_API gal_status gal_pex_scaler_new(gal_pex_scaler *scaler, int32_t n_net, int32_t n_device,
                                      int32_t n_pair, gal_error *err);
/* From all cases of a set. GAL_ENOMEM. */
GAL_API gal_status gal_pex_scaler_fit(gal_pex_scaler *scaler, const gal_pex_set *set,
                                      gal_error *err);
GAL_API void gal_pex_scaler_clear(gal_pex_scaler *scaler);

/* to[cols] = a row standardised; `scale` is one of a scaler's. */
GAL_API void gal_pex_scale_row(float *to, const float *from, const float *scale, int32_t cols);

/* The network's input: the features of a case, standardised, in `arena`. Points to the case and to
 * the scaler. GAL_ENOMEM. */
GAL_API gal_status gal_pex_input_make(gal_pex_input *out, gal_arena *arena,
                                      const gal_pex_scaler *scaler, const gal_pex_case *pex,
                                      gal_error *err);

#endif
