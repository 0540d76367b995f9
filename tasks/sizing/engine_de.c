/* Differential evolution: R. Storn, K. Price, "Differential Evolution", J. Global Optimization 11,
 * 1997; best/1/bin with dithered F, a population of 2 dim + 2 at least 10. */
#include "tasks/sizing/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct state {
    int32_t dim, n;      /* population */
    double *u, *rank;    /* [n, dim], [n] */
    double *trial;       /* [n, dim] those asked for, by member */
    int32_t asked, told; /* members of this generation */
    int32_t best;
    int first;
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    free(s->u);
    free(s->rank);
    free(s->trial);
    free(s);
}

static gal_status create(void **out, gal_sizing *z, gal_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
    s->dim = z->dim;
    s->n = 2 * z->dim + 2 > 10 ? 2 * z->dim + 2 : 10;
    s->first = 1;
    s->u = calloc((size_t)s->n * s->dim, sizeof *s->u);
    s->trial = calloc((size_t)s->n * s->dim, sizeof *s->trial);
    s->rank = calloc((size_t)s->n, sizeof *s->rank);
    return s->u && s->trial && s->rank ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
}

static double reflect(double x) {
    x = fabs(x);
    return x > 1 ? fmax(0, 2 - x) : x;
}

static void mutate(double *u, const state *s, gal_sizing *z, int32_t i) {
    const int32_t a = gal_rng_below(&z->rng, s->n), b = gal_rng_below(&z->rng, s->n);
    const int32_t forced = gal_rng_below(&z->rng, s->dim);
    const double f = 0.5 + 0.4 * gal_rng_uniform(&z->rng);
    const double *base = s->u + (size_t)s->best * s->dim, *own = s->u + (size_t)i * s->dim;
    for (int32_t k = 0; k < s->dim; k++) {
        const double moved =
            base[k] + f * (s->u[(size_t)a * s->dim + k] - s->u[(size_t)b * s->dim + k]);
        u[k] = gal_rng_uniform(&z->rng) < 0.8 || k == forced ? reflect(moved) : own[k];
    }
}

static gal_status ask(double *u, int32_t *n, void *opaque, gal_sizing *z, gal_error *err) {
    state *s = opaque;
    (void)err;
    if (s->asked == s->n) s->asked = 0;
    if (*n > s->n - s->asked) *n = s->n - s->asked;
    for (int32_t i = 0; i < *n; i++) {
        double *at = u + (size_t)i * s->dim;
        if (!s->first) mutate(at, s, z, s->asked + i);
        else
            for (int32_t k = 0; k < s->dim; k++) at[k] = gal_rng_uniform(&z->rng);
    }
    s->told = s->asked;
    s->asked += *n;
    return GAL_OK;
}

static gal_status tell(void *opaque, gal_sizing *z, const int32_t *design, int32_t n,
                       gal_error *err) {
    state *s = opaque;
    (void)err;
    for (int32_t i = 0; i < n; i++) {
        const gal_sizing_design *d = &z->design[design[i]];
        const int32_t member = s->told + i;
        if (!s->first && d->cost.rank > s->rank[member]) continue;
        memcpy(s->u + (size_t)member * s->dim, d->u, (size_t)s->dim * sizeof *d->u);
        s->rank[member] = d->cost.rank;
        if (d->cost.rank < s->rank[s->best]) s->best = member;
    }
    if (s->asked == s->n) s->first = 0;
    return GAL_OK;
}

const gal_engine gal__engine_de = {.name = "de",
                                   .summary = "differential evolution (baseline)",
                                   .create = create,
                                   .ask = ask,
                                   .tell = tell,
                                   .destroy = destroy};
