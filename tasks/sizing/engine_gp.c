/* Bayesian optimisation with a Gaussian process per measure; with a surrogate, on its errors. */
#include "tasks/sizing/acquire.h"
#include "tasks/sizing/engine.h"

#include <stdlib.h>

typedef struct state {
    gal__posterior *posterior;
    gal__cube first; /* none with a surrogate */
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    gal__posterior_destroy(s->posterior);
    free(s->first.u);
    free(s);
}

static gal_status create_with(void **out, gal_sizing *z, const gal_predictor *predictor,
                              gal_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
    const int32_t n = z->dim + 1 < 4 ? 4 : z->dim + 1 > 12 ? 12 : z->dim + 1;
    if (!predictor) GAL_TRY(gal__cube_new(&s->first, n, z, err));
    return gal__posterior_create(&s->posterior, z, predictor, err);
}

static gal_status create_plain(void **out, gal_sizing *z, gal_error *err) {
    return create_with(out, z, NULL, err);
}

static gal_status create_surrogate(void **out, gal_sizing *z, gal_error *err) {
    return create_with(out, z, z->options.predictor, err);
}

static gal_status ask(double *u, int32_t *n, void *opaque, gal_sizing *z, gal_error *err) {
    state *s = opaque;
    const size_t dim = (size_t)z->dim;
    if (gal__cube_take(u, n, &s->first, z->dim)) return GAL_OK;
    GAL_TRY(gal__posterior_fit(s->posterior, err));
    for (int32_t i = 0; i < *n; i++) {
        if (i) GAL_TRY(gal__posterior_believe(s->posterior, u + (size_t)(i - 1) * dim, err));
        GAL_TRY(gal__acquire(u + (size_t)i * dim, s->posterior, &z->rng, err));
    }
    return GAL_OK;
}

const gal_engine gal__engine_gp = {.name = "gp",
                                   .summary =
                                       "a Gaussian process per measure, expected improvement",
                                   .create = create_plain,
                                   .ask = ask,
                                   .destroy = destroy};

const gal_engine gal__engine_surrogate = {
    .name = "surrogate",
    .summary = "a trained surrogate, corrected by what was simulated",
    .needs_predictor = 1,
    .create = create_surrogate,
    .ask = ask,
    .destroy = destroy};
