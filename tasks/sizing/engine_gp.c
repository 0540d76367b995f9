/* Bayesian optimisation with a Gaussian process per measure; with a surrogate, on its errors. */
#include "tasks/sizing/acquire.h"
#include "tasks/sizing/engine.h"

#include <stdlib.h>
#include <string.h>

typedef struct state {
    gal__posterior *posterior;
    double *first; /* [n_first, dim] a Latin hypercube to begin with */
    int32_t n_first, used;
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    gal__posterior_destroy(s->posterior);
    free(s->first);
    free(s);
}

/* One value of each axis in every stratum. */
static gal_status fill_cube(state *s, gal_sizing *z, gal_error *err) {
    int32_t *order = malloc((size_t)s->n_first * sizeof *order);
    s->first = malloc((size_t)s->n_first * (size_t)z->dim * sizeof *s->first);
    if (!order || !s->first) return free(order), gal_fail(err, GAL_ENOMEM, "out of memory");
    for (int32_t k = 0; k < z->dim; k++) {
        for (int32_t i = 0; i < s->n_first; i++) order[i] = i;
        gal_rng_shuffle(&z->rng, order, s->n_first);
        for (int32_t i = 0; i < s->n_first; i++)
            s->first[(size_t)i * z->dim + k] = (order[i] + gal_rng_uniform(&z->rng)) / s->n_first;
    }
    free(order);
    return GAL_OK;
}

static gal_status create_with(void **out, gal_sizing *z, const gal_predictor *predictor,
                              gal_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
    if (!predictor) {
        s->n_first = z->dim + 1 < 12 ? z->dim + 1 : 12;
        if (s->n_first < 4) s->n_first = 4;
        GAL_TRY(fill_cube(s, z, err));
    }
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
    if (s->used < s->n_first) {
        if (*n > s->n_first - s->used) *n = s->n_first - s->used;
        memcpy(u, s->first + (size_t)s->used * dim, (size_t)*n * dim * sizeof *u);
        s->used += *n;
        return GAL_OK;
    }
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
