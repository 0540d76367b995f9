/* Standardisation of features: what the network sees of a case.
 *
 * Columns are shifted and scaled to mean 0 and deviation 1 over the training set (constant ones
 * vanish) and limited to the range they have there, at most +-6: a circuit unlike any seen before,
 * say a multiplexer twice as long, must not throw the network off its estimate.
 */
#ifndef GAL_TASKS_PARASITICS_SCALER_H
#define GAL_TASKS_PARASITICS_SCALER_H

#include "tasks/parasitics/features.h"
#include "tasks/parasitics/network.h"

enum {
    GAL_PEX_SCALE_ROWS = 4, /* means, 1 / deviations, lower and upper limits */
    GAL_PEX_DEVICE_FEATURES = GAL_N_DEVICE_FEATURE + GAL_N_TECH /* what is seen of a device */
};

typedef struct gal_pex_scaler {
    gal_arena arena;
    /* [GAL_PEX_SCALE_ROWS, GAL_PEX_NET_FEATURES], ... _DEVICE_FEATURES, ... _PAIR_FEATURES */
    float *net, *device, *pair;
} gal_pex_scaler;

/* Means 0, deviations 1, limits +-6; memory inside. GAL_ENOMEM. */
GAL_API gal_status gal_pex_scaler_new(gal_pex_scaler *scaler, gal_error *err);
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
