/* Model-based batch reinforcement learning (INSIGHT-M): a goal-conditioned policy proposes, the
 * corrected surrogate chooses among its proposals, simulations verify and correct.
 *
 * The policy was trained off-line inside the surrogate. Where simulations contradict the surrogate,
 * the goal moves by the error at the best design (it asks for more of what came out too small), and
 * the choice is by expected improvement under the corrected surrogate.
 */
#include "base/file.h"
#include "tasks/sizing/acquire.h"
#include "tasks/sizing/engine.h"
#include "tasks/sizing/policy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROPOSALS = 512,
    TRUST = 6 /* designs after which every second one comes from a search instead */
};

typedef struct state {
    gal_policy *policy;
    gal__posterior *posterior;
    double *candidate; /* [PROPOSALS, dim] */
    double *goal, *moved, *mean, *sd, *base, *base_sd, *valid;
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    gal_policy_destroy(s->policy);
    gal__posterior_destroy(s->posterior);
    free(s->candidate);
    free(s);
}

static gal_status get_policy(state *s, gal_sizing *z, gal_error *err) {
    const char *path = z->options.policy;
    const gal_policy_options options = {.steps = z->options.policy_steps, .seed = z->options.seed};
    if (path && gal_file_exists(path)) return gal_policy_load(&s->policy, path, z, err);
    GAL_TRY(gal_policy_train(&s->policy, z, &options, z->outer_report, err));
    return path ? gal_policy_save(path, s->policy, err) : GAL_OK;
}

static gal_status create(void **out, gal_sizing *z, gal_error *err) {
    const size_t dim = (size_t)z->dim, n = (size_t)z->spec->n_target;
    const size_t n_metric = (size_t)z->bench->n_metric;
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (s)
        s->candidate =
            malloc((PROPOSALS * dim + 2 * n + 2 * dim + 2 * n_metric + 1) * sizeof *s->candidate);
    if (!s || !s->candidate) return gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
    s->goal = s->candidate + PROPOSALS * dim;
    s->moved = s->goal + n;
    s->mean = s->moved + n;
    s->sd = s->mean + dim;
    s->base = s->sd + dim;
    s->base_sd = s->base + n_metric;
    s->valid = s->base_sd + n_metric;
    GAL_TRY(get_policy(s, z, err));
    return gal__posterior_create(&s->posterior, z, z->options.predictor, err);
}

/* The goal, moved by what the surrogate gets wrong at the best design. */
static gal_status set_goal(state *s, gal_sizing *z, gal_error *err) {
    gal_policy_goal(s->goal, s->policy, z);
    if (z->best < 0) return GAL_OK;
    const gal_sizing_design *d = &z->design[z->best];
    const gal_predictor *predictor = z->options.predictor;
    GAL_TRY(predictor->predict(predictor->user, s->base, s->base_sd, s->valid, d->value, 1, err));
    for (int32_t k = 0, i = 0; i < z->spec->n_target; i++) {
        const gal_target *t = &z->spec->target[i];
        if (t->sense >= GAL_SENSE_MIN) continue;
        const double y = d->metric[t->metric], expected = s->base[t->metric];
        double error = predictor->is_log[t->metric] ? log10(y / expected) : y - expected;
        error /= gal_policy_unit(s->policy, k);
        if (isfinite(error)) s->goal[k] -= fmax(-1, fmin(1, error));
        k++;
    }
    return GAL_OK;
}

/* Proposals for goals up to a fifth of a standard deviation harder, at several temperatures. */
static void propose(state *s, gal_sizing *z) {
    const size_t dim = (size_t)z->dim;
    for (int32_t i = 0; i < PROPOSALS; i++) {
        double *u = s->candidate + (size_t)i * dim;
        const double heat = i == 0 ? 0 : 1.2 * gal_rng_uniform(&z->rng);
        for (int32_t k = 0; k < gal_policy_n_goal(s->policy); k++)
            s->moved[k] = s->goal[k] + gal_policy_harder(s->policy, k) *
                                           (i == 0 ? 0 : 0.2 * gal_rng_uniform(&z->rng));
        gal_policy_act(s->mean, s->sd, s->policy, s->moved);
        for (size_t k = 0; k < dim; k++) {
            const double x = s->mean[k] + heat * s->sd[k] * gal_rng_normal(&z->rng);
            u[k] = x < 0 ? 0 : x > 1 ? 1 : x;
        }
    }
}

static gal_status ask(double *u, int32_t *n, void *opaque, gal_sizing *z, gal_error *err) {
    state *s = opaque;
    const size_t dim = (size_t)z->dim;
    GAL_TRY(gal__posterior_fit(s->posterior, err));
    GAL_TRY(set_goal(s, z, err));
    for (int32_t i = 0; i < *n; i++) {
        double *at = u + (size_t)i * dim;
        if (i) GAL_TRY(gal__posterior_believe(s->posterior, at - dim, err));
        if (z->n_design >= TRUST && (z->n_design + i) % 2) {
            GAL_TRY(gal__acquire(at, s->posterior, &z->rng, err));
            continue;
        }
        propose(s, z);
        GAL_TRY(gal__acquire_among(at, s->posterior, s->candidate, PROPOSALS, &z->rng, err));
    }
    return GAL_OK;
}

const gal_engine gal__engine_policy = {.name = "policy",
                                       .summary =
                                           "a goal-conditioned policy trained inside the surrogate",
                                       .needs_predictor = 1,
                                       .create = create,
                                       .ask = ask,
                                       .destroy = destroy};
