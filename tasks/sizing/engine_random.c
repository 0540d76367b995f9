/* Uniform random designs: the baseline every engine must beat. */
#include "tasks/sizing/engine.h"

static gal_status create(void **state, gal_sizing *sizing, gal_error *err) {
    (void)err;
    *state = sizing;
    return GAL_OK;
}

static gal_status ask(double *u, int32_t *n, void *state, gal_sizing *sizing, gal_error *err) {
    (void)state, (void)err;
    for (int32_t i = 0; i < *n * sizing->dim; i++) u[i] = gal_rng_uniform(&sizing->rng);
    return GAL_OK;
}

static void destroy(void *state) {
    (void)state;
}

const gal_engine gal__engine_random = {.name = "random",
                                       .summary = "uniform random designs",
                                       .create = create,
                                       .ask = ask,
                                       .destroy = destroy};
