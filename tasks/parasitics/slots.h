/* Gradient slots: data-parallel training with the same result at any thread count.
 *
 * A batch of cases is dealt to a fixed number of slots, each with its own gradients and arena over
 * the shared parameters; threads work on slots, and the slots' gradients are added up in order.
 */
#ifndef GAL_TASKS_PARASITICS_SLOTS_H
#define GAL_TASKS_PARASITICS_SLOTS_H

#include "gnn/tensor.h"

enum { GAL_PEX_N_SLOT = 8 };

typedef struct gal_pex_slots {
    gal_params params[GAL_PEX_N_SLOT]; /* values shared, gradients their own */
    gal_arena arena[GAL_PEX_N_SLOT];
} gal_pex_slots;

/* GAL_ENOMEM. `params` must not grow while the slots live. */
GAL_API gal_status gal_pex_slots_new(gal_pex_slots *slots, const gal_params *params,
                                     gal_error *err);
GAL_API void gal_pex_slots_clear(gal_pex_slots *slots);
GAL_API void gal_pex_slots_zero(gal_pex_slots *slots);
/* params->grad = scale * sum of the slots' gradients. */
GAL_API void gal_pex_slots_reduce(gal_params *params, const gal_pex_slots *slots, double scale);

#endif
