#include "tasks/sizing/policy.h"

#include "base/hash.h"
#include "gnn/checkpoint.h"
#include "tasks/sizing/policy_private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 64, LAYERS = 3 };

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a policy");
}

void gal_policy_destroy(gal_policy *p) {
    if (!p) return;
    gal_params_clear(&p->params);
    gal_arena_clear(&p->arena);
    free(p);
}

int32_t gal_policy_n_goal(const gal_policy *p) {
    return p->n_goal;
}
int gal_policy_harder(const gal_policy *p, int32_t k) {
    return p->harder[k];
}

static float *centre_of(const gal_policy *p) {
    return gal_params_value(&p->params, p->centre).data;
}
static float *unit_of(const gal_policy *p) {
    return gal_params_value(&p->params, p->unit).data;
}

double gal_policy_unit(const gal_policy *p, int32_t k) {
    return (double)unit_of(p)[k];
}

double gal__policy_log_sd(double raw) {
    return -1.2 + 2.5 * tanh(raw);
} /* 0.025 to 3.7 */

static uint64_t mix_text(uint64_t hash, const char *text) {
    return gal_hash_mix(hash, gal_hash_bytes(text, strlen(text), 0));
}

/* What a policy depends on: deck, variables with ranges, measures and senses. */
static void describe(gal_policy *p, const gal_sizing *z) {
    const gal_sizing_spec *spec = z->spec;
    p->schema = gal_hash_mix(1, z->bench->hash);
    for (int32_t k = 0; k < z->dim; k++) {
        const gal_bench_var *var = &z->bench->var[z->var[k]];
        const double range[3] = {var->lo, var->hi, var->log};
        p->schema =
            gal_hash_mix(mix_text(p->schema, var->name), gal_hash_bytes(range, sizeof range, 0));
    }
    for (int32_t i = 0; i < spec->n_target; i++) {
        const gal_target *t = &spec->target[i];
        if (t->sense >= GAL_SENSE_MIN) continue;
        p->schema = gal_hash_mix(mix_text(p->schema, z->bench->metric[t->metric].name), t->sense);
        p->target[p->n_goal] = i;
        p->metric[p->n_goal] = t->metric;
        p->log[p->n_goal] = z->options.predictor->is_log[t->metric];
        p->harder[p->n_goal++] = t->sense == GAL_SENSE_GE ? 1 : t->sense == GAL_SENSE_LE ? -1 : 0;
    }
    if (!p->schema) p->schema = 1;
}

static gal_status build(gal_policy *p, uint64_t seed, gal_error *err) {
    const int32_t width[LAYERS + 1] = {p->n_goal, WIDTH, WIDTH, 2 * p->dim};
    gal_rng rng;
    gal_rng_init(&rng, seed, 1);
    GAL_TRY(
        gal_mlp_init(&p->mlp, &p->params, "policy", width, LAYERS, GAL_ACT_SILU, 0, 0, &rng, err));
    p->centre = gal_params_add(&p->params, "goal.centre", 1, p->n_goal);
    p->unit = gal_params_add(&p->params, "goal.unit", 1, p->n_goal);
    if (p->centre < 0 || p->unit < 0) return nomem(err);
    GAL_TRY(gal_mlp_saved_new(&p->many, &p->arena, &p->mlp, GAL_POLICY_GOALS, err));
    GAL_TRY(gal_mlp_saved_new(&p->one, &p->arena, &p->mlp, 1, err));
    p->goals = gal_mat_new(&p->arena, GAL_POLICY_GOALS, p->n_goal);
    p->out = gal_mat_new(&p->arena, GAL_POLICY_GOALS, 2 * p->dim);
    p->grad = gal_mat_new(&p->arena, GAL_POLICY_GOALS, 2 * p->dim);
    p->one_in = gal_mat_new(&p->arena, 1, p->n_goal);
    p->one_out = gal_mat_new(&p->arena, 1, 2 * p->dim);
    return p->goals.data && p->out.data && p->grad.data && p->one_in.data && p->one_out.data
               ? GAL_OK
               : nomem(err);
}

gal_status gal__policy_create(gal_policy **out, const gal_sizing *z, uint64_t seed,
                              gal_error *err) {
    const int32_t n = z->spec->n_target;
    *out = NULL;
    gal_policy *p = calloc(1, sizeof *p);
    if (!p) return nomem(err);
    gal_arena_init(&p->arena);
    gal_params_init(&p->params);
    p->dim = z->dim;
    p->target = GAL_ARENA_ARRAY(&p->arena, int32_t, n);
    p->metric = GAL_ARENA_ARRAY(&p->arena, int32_t, n);
    p->log = GAL_ARENA_ARRAY(&p->arena, int, n);
    p->harder = GAL_ARENA_ARRAY(&p->arena, int, n);
    gal_status status = p->target && p->metric && p->log && p->harder ? GAL_OK : nomem(err);
    if (status == GAL_OK) describe(p, z);
    if (status == GAL_OK && !p->n_goal)
        status = gal_fail(err, GAL_EINVAL, "a policy needs targets, not only objectives");
    if (status == GAL_OK) status = build(p, seed, err);
    if (status != GAL_OK) return gal_policy_destroy(p), status;
    *out = p;
    return GAL_OK;
}

gal_status gal_policy_save(const char *path, const gal_policy *p, gal_error *err) {
    gal_params params = p->params;
    const gal_checkpoint from = {.params = &params, .schema = p->schema};
    return gal_checkpoint_save(path, &from, NULL, 0, err);
}

gal_status gal_policy_load(gal_policy **out, const char *path, const gal_sizing *z,
                           gal_error *err) {
    GAL_TRY(gal__policy_create(out, z, 0, err));
    gal_checkpoint into = {.params = &(*out)->params, .schema = (*out)->schema};
    const gal_status status = gal_checkpoint_load(&into, path, err);
    if (status == GAL_OK) return GAL_OK;
    gal_policy_destroy(*out);
    *out = NULL;
    if (status != GAL_EMISMATCH) return status;
    return gal_fail_at(err, status, path, 0, 0,
                       "a policy for another deck, other ranges or other measures: remove it, or "
                       "name another file, and a new one is trained");
}

void gal_policy_goal(double *goal, const gal_policy *p, const gal_sizing *z) {
    for (int32_t k = 0; k < p->n_goal; k++) {
        const gal_target *t = &z->spec->target[p->target[k]];
        const double value = t->value + p->harder[k] * z->spec->margin * fabs(t->value);
        const double scaled = !p->log[k] ? value : value > 0 ? log10(value) : -30;
        goal[k] = (scaled - (double)centre_of(p)[k]) / (double)unit_of(p)[k];
    }
}

void gal_policy_act(double *mean, double *sd, gal_policy *p, const double *goal) {
    for (int32_t k = 0; k < p->n_goal; k++) p->one_in.data[k] = (float)fmax(-6, fmin(6, goal[k]));
    gal_mlp_forward(p->one_out, &p->one, &p->mlp, &p->params, p->one_in, 0);
    for (int32_t k = 0; k < p->dim; k++) {
        mean[k] = 0.5 + (double)p->one_out.data[k];
        sd[k] = exp(gal__policy_log_sd((double)p->one_out.data[p->dim + k]));
    }
}
