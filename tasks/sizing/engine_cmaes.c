/* CMA-ES on the ranks, with restarts of growing population (Auger and Hansen, CEC 2005). */
#include "tasks/sizing/cma.h"
#include "tasks/sizing/engine.h"

#include <stdlib.h>
#include <string.h>

typedef struct state {
    gal_cma *cma;
    int32_t lambda, asked, told;
    double *u, *rank; /* [lambda, dim], [lambda] the generation */
    double *mean;
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    gal_cma_destroy(s->cma);
    free(s->u);
    free(s->rank);
    free(s->mean);
    free(s);
}

/* From the best design so far at first, from anywhere after a restart. */
static gal_status begin(state *s, gal_sizing *z, int32_t lambda, int first, gal_error *err) {
    const size_t dim = (size_t)z->dim;
    gal_cma_destroy(s->cma);
    for (size_t k = 0; k < dim; k++)
        s->mean[k] =
            first ? z->best >= 0 ? z->design[z->best].u[k] : 0.5 : gal_rng_uniform(&z->rng);
    GAL_TRY(gal_cma_create(&s->cma, z->dim, s->mean, 0.25, lambda, err));
    free(s->u);
    free(s->rank);
    s->lambda = gal_cma_lambda(s->cma);
    s->u = malloc((size_t)s->lambda * dim * sizeof *s->u);
    s->rank = malloc((size_t)s->lambda * sizeof *s->rank);
    s->asked = s->told = s->lambda;
    return s->u && s->rank ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
}

static gal_status create(void **out, gal_sizing *z, gal_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (s) s->mean = malloc((size_t)z->dim * sizeof *s->mean);
    return s && s->mean ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
}

static gal_status ask(double *u, int32_t *n, void *opaque, gal_sizing *z, gal_error *err) {
    state *s = opaque;
    if (!s->cma) GAL_TRY(begin(s, z, 0, 1, err));
    if (s->asked == s->lambda) {
        if (gal_cma_converged(s->cma, 2e-3)) GAL_TRY(begin(s, z, 2 * s->lambda, 0, err));
        gal_cma_ask(s->u, s->cma, &z->rng);
        s->asked = s->told = 0;
    }
    if (*n > s->lambda - s->asked) *n = s->lambda - s->asked;
    memcpy(u, s->u + (size_t)s->asked * z->dim, (size_t)*n * (size_t)z->dim * sizeof *u);
    s->asked += *n;
    return GAL_OK;
}

static gal_status tell(void *opaque, gal_sizing *z, const int32_t *design, int32_t n,
                       gal_error *err) {
    state *s = opaque;
    (void)err;
    for (int32_t i = 0; i < n; i++) s->rank[s->told++] = z->design[design[i]].cost.rank;
    if (s->told == s->lambda) gal_cma_tell(s->cma, s->rank);
    return GAL_OK;
}

const gal_engine gal__engine_cmaes = {.name = "cmaes",
                                      .summary = "CMA-ES with restarts (baseline)",
                                      .create = create,
                                      .ask = ask,
                                      .tell = tell,
                                      .destroy = destroy};
