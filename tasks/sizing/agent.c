/* Networks and experience; agent_learn.c has what is done with them. */
#include "tasks/sizing/agent_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 32 };

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for engine ddpg");
}

static gal_status init_networks(gal__agent *a, gal_error *err) {
    gal_rng *rng = &a->z->rng;
    int32_t rows, width[3] = {0, HEAD, 1};
    GAL_TRY(gal__decoder_init(&a->decoder, &a->critic.params, rng, err));
    GAL_TRY(gal__deck_encoder_init(&a->critic.encoder, &a->critic.params, &a->decoder, rng, err));
    GAL_TRY(gal__deck_encoder_init(&a->actor.encoder, &a->actor.params, &a->decoder, rng, err));
    gal__prompt_shape(&rows, &width[0], &a->decoder, GAL__PROMPT_VAR, 1, 1);
    GAL_TRY(
        gal_mlp_init(&a->head, &a->actor.params, "place", width, 2, GAL_ACT_SILU, 0, 0, rng, err));
    GAL_TRY(gal_adamw_init(&a->critic.adamw, &a->critic.params, err));
    return gal_adamw_init(&a->actor.adamw, &a->actor.params, err);
}

gal_status gal__agent_create(gal__agent **agent, gal_sizing *sizing, gal_error *err) {
    gal__agent *a = calloc(1, sizeof *a);
    *agent = a;
    if (!a) return nomem(err);
    a->z = sizing;
    gal_arena_init(&a->now);
    gal_arena_init(&a->arena);
    gal_arena_init(&a->always);
    gal_params_init(&a->critic.params);
    gal_params_init(&a->actor.params);
    gal_status status = gal__deck_graph_build(&a->graph, &a->always, sizing->bench, NULL, err);
    a->axis = GAL_ARENA_ARRAY(&a->always, int32_t, sizing->bench->n_var);
    if (status == GAL_OK && !a->axis) status = nomem(err);
    for (int32_t v = 0; status == GAL_OK && v < sizing->bench->n_var; v++) a->axis[v] = -1;
    for (int32_t k = 0; status == GAL_OK && k < sizing->dim; k++) a->axis[sizing->var[k]] = k;
    if (status == GAL_OK) status = init_networks(a, err);
    if (status == GAL_OK) return status;
    gal__agent_destroy(a);
    *agent = NULL;
    return status;
}

void gal__agent_destroy(gal__agent *a) {
    if (!a) return;
    gal_surrogate_destroy(a->s);
    gal_adamw_clear(&a->critic.adamw);
    gal_adamw_clear(&a->actor.adamw);
    gal_params_clear(&a->critic.params);
    gal_params_clear(&a->actor.params);
    gal_arena_clear(&a->now);
    gal_arena_clear(&a->arena);
    gal_arena_clear(&a->always);
    free(a);
}

/* The designs' nominal corner as samples. */
static gal_status to_samples(gal_surrogate_samples *samples, gal__agent *a, gal_error *err) {
    const gal_sizing *z = a->z;
    const size_t n = (size_t)z->n_design, n_var = (size_t)z->bench->n_var,
                 n_metric = (size_t)z->bench->n_metric;
    *samples = (gal_surrogate_samples){.n = z->n_design,
                                       .n_var = z->bench->n_var,
                                       .n_metric = z->bench->n_metric,
                                       .value = GAL_ARENA_ARRAY(&a->arena, double, n *n_var),
                                       .metric = GAL_ARENA_ARRAY(&a->arena, double, n *n_metric),
                                       .valid = GAL_ARENA_ARRAY(&a->arena, uint8_t, n),
                                       .simulated = GAL_ARENA_ARRAY(&a->arena, uint8_t, n)};
    if (!samples->value || !samples->metric || !samples->valid || !samples->simulated)
        return nomem(err);
    for (size_t i = 0; i < n; i++) {
        const gal_sizing_design *d = &z->design[i];
        memcpy(samples->value + i * n_var, d->value, n_var * sizeof(double));
        memcpy(samples->metric + i * n_metric, d->metric, n_metric * sizeof(double));
        samples->valid[i] = d->status == GAL_POINT_OK;
        samples->simulated[i] = d->status < GAL_POINT_NONCONVERGED;
    }
    return GAL_OK;
}

/* The mean difference of each corner's measures to the nominal ones. */
static void set_offsets(gal__agent *a) {
    const gal_sizing *z = a->z;
    const int32_t k = z->bench->n_metric;
    for (int32_t c = 1; c < z->n_corner; c++)
        for (int32_t i = 0; i < k; i++) {
            double sum = 0;
            int32_t n = 0;
            for (int32_t d = 0; d < z->n_design; d++) {
                const int32_t m = a->s->order[i];
                const double *row = z->design[d].metric;
                const double there = gal__surrogate_standard(&a->s->scale, m, row[c * k + m]),
                             here = gal__surrogate_standard(&a->s->scale, m, row[m]);
                if (isnan(there - here)) continue;
                sum += there - here;
                n++;
            }
            a->offset[c * k + i] = n ? sum / n : 0;
        }
}

static void set_best(gal__agent *a) {
    const gal_sizing_design *design = a->z->design;
    for (int32_t i = 0; i < a->z->n_design; i++) {
        int32_t at = i;
        for (; at > 0 && design[a->best[at - 1]].cost.rank > design[i].cost.rank; at--)
            a->best[at] = a->best[at - 1];
        a->best[at] = i;
    }
}

gal_status gal__agent_gather(gal__agent *a, gal_error *err) {
    const gal_sizing *z = a->z;
    gal_surrogate_samples samples;
    gal_surrogate_destroy(a->s);
    a->s = NULL;
    gal_arena_reset(&a->arena);
    GAL_TRY(to_samples(&samples, a, err));
    GAL_TRY(gal__surrogate_describe(&a->s, z->bench, &samples, "", err));
    GAL_TRY(gal__surrogate_set_new(&a->set, &a->arena, a->s, &samples, 0, 0.3, 0, err));
    a->x = gal_mat_new(&a->arena, samples.n, 2 * samples.n_var);
    a->best = GAL_ARENA_ARRAY(&a->arena, int32_t, samples.n);
    a->offset = GAL_ARENA_ARRAY(&a->arena, double, z->n_corner *samples.n_metric);
    if (!a->x.data || !a->best || !a->offset) return nomem(err);
    for (int32_t i = 0; i < samples.n; i++)
        gal__decoder_features(gal_mat_row(a->x, i), &a->s->scale, gal_mat_row(a->set.x, i));
    set_offsets(a);
    set_best(a);
    return GAL_OK;
}

gal_status gal__agent_encode(gal__prompted *p, gal__agent *a, const gal__agent_network *net,
                             gal_error *err) {
    return gal__deck_encode(p, &a->now, &net->encoder, &a->decoder, &net->params, &a->graph,
                            a->s->order, err);
}

gal_status gal__judged_new(gal__judged *j, gal__agent *a, int32_t n, gal_error *err) {
    const int32_t n_var = a->graph.n_var, k = a->graph.n_metric;
    j->in = (gal__decoder_input){.x = gal_mat_new(&a->now, n, 2 * n_var),
                                 .told = gal_mat_new(&a->now, n, k),
                                 .predicted = gal_mat_new(&a->now, n, k)};
    j->out = gal_mat_new(&a->now, n, 2 * k + 1);
    j->d_out = gal_mat_new(&a->now, n, 2 * k + 1);
    j->dx = gal_mat_new(&a->now, n, 2 * n_var);
    if (!j->in.x.data || !j->in.told.data || !j->in.predicted.data || !j->out.data ||
        !j->d_out.data || !j->dx.data)
        return nomem(err);
    gal_mat_fill(j->in.told, NAN);
    gal_mat_fill(j->in.predicted, 0);
    return gal__decoder_saved_new(&j->saved, &a->now, &a->decoder, n, n_var, k, err);
}
