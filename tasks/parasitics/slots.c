#include "tasks/parasitics/slots.h"

#include <stdlib.h>

gal_status gal_pex_slots_new(gal_pex_slots *slots, const gal_params *params, gal_error *err) {
    *slots = (gal_pex_slots){0};
    for (int s = 0; s < GAL_PEX_N_SLOT; s++) {
        gal_arena_init(&slots->arena[s]);
        slots->params[s] = *params;
        slots->params[s].grad = calloc((size_t)params->size + 1, sizeof(float));
        if (slots->params[s].grad) continue;
        gal_pex_slots_clear(slots);
        return gal_fail(err, GAL_ENOMEM, "out of memory for gradients");
    }
    return GAL_OK;
}

void gal_pex_slots_clear(gal_pex_slots *slots) {
    for (int s = 0; s < GAL_PEX_N_SLOT; s++) {
        free(slots->params[s].grad);
        gal_arena_clear(&slots->arena[s]);
    }
    *slots = (gal_pex_slots){0};
}

void gal_pex_slots_zero(gal_pex_slots *slots) {
    for (int s = 0; s < GAL_PEX_N_SLOT; s++) gal_params_zero_grad(&slots->params[s]);
}

void gal_pex_slots_reduce(gal_params *params, const gal_pex_slots *slots, double scale) {
    for (int64_t i = 0; i < params->size; i++) {
        double sum = 0;
        for (int s = 0; s < GAL_PEX_N_SLOT; s++) sum += slots->params[s].grad[i];
        params->grad[i] = (float)(scale * sum);
    }
}
