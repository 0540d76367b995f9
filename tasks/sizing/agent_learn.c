/* The critic's step minimises its error on past designs. The actor's follows the slope of the
 * predicted cost: from cost to measures by differences, through the critic to the features of the
 * sizes, from there to places on the axes, and through the actor (Silver et al., ICML 2014). */
#include "tasks/sizing/agent_private.h"

#include "tasks/sizing/engine.h"
#include <math.h>
#include <string.h>

#define RATE 1e-3
#define AIM 0.01  /* how far beyond a target the actor goes */
#define SOFT 0.05 /* shares in the cost whose slope the actor follows */
#define OBJECTIVE 0.005
#define VALID 0.1
#define SPREAD 0.03 /* of the places that the slope is averaged over */
enum { BATCH = 16, PLACES = 4, ELITE = 30, CANDIDATES = 64, ACTOR_EVERY = 2 };

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for engine ddpg");
}

static void update(gal__agent_network *net) {
    if (isfinite(gal_grad_clip(&net->params, 1))) gal_adamw_step(&net->adamw, &net->params, RATE);
}

/* On designs of the history, half of them from the best. */
static gal_status critic_step(gal__agent *a, gal_error *err) {
    const int32_t n = a->z->n_design, n_elite = n < ELITE ? n : ELITE;
    gal__prompted p;
    gal__judged j;
    gal_arena_reset(&a->now);
    GAL_TRY(gal__agent_encode(&p, a, &a->critic, err));
    GAL_TRY(gal__judged_new(&j, a, BATCH, err));
    gal__surrogate_rows rows = {.y = gal_mat_new(&a->now, BATCH, a->graph.n_metric),
                                .valid = GAL_ARENA_ARRAY(&a->now, float, BATCH),
                                .weight = GAL_ARENA_ARRAY(&a->now, float, BATCH)};
    if (!rows.y.data || !rows.valid || !rows.weight) return nomem(err);
    for (int32_t b = 0; b < BATCH; b++) {
        const int32_t i =
            b % 2 ? a->best[gal_rng_below(&a->z->rng, n_elite)] : gal_rng_below(&a->z->rng, n);
        gal_mat_copy(gal_mat_rows(j.in.x, b, 1), gal_mat_rows(a->x, i, 1));
        gal_mat_copy(gal_mat_rows(rows.y, b, 1), gal_mat_rows(a->set.y, i, 1));
        rows.valid[b] = a->set.valid[i];
        rows.weight[b] = a->set.weight[i];
    }
    gal__decoder_forward(j.out, &j.saved, &a->decoder, &a->critic.params, &p.prompt, &j.in);
    gal__surrogate_loss(j.d_out, j.out, &rows);
    gal_params_zero_grad(&a->critic.params);
    gal__decoder_backward((gal_mat){0}, &p.d_prompt, &a->decoder, &a->critic.params, &j.saved,
                          &p.prompt, &j.in, j.d_out);
    gal__deck_encoder_backward(&a->critic.encoder, &a->critic.params, &a->graph, a->s->order,
                               &p.saved, &p.d_prompt);
    update(&a->critic);
    return GAL_OK;
}

/* Metric `order[i]` in a corner for the critic's answer z. */
static double measure_in(const gal__agent *a, int32_t corner, int32_t i, double z) {
    return gal__surrogate_from_standard(&a->s->scale, a->s->order[i],
                                        z + a->offset[corner * a->graph.n_metric + i]);
}

/* What target t costs in its worst corner when the critic answers z for its measure, entry i. */
static double target_cost(const gal__agent *a, const gal_target *t, int32_t i, double z) {
    double worst = -INFINITY;
    for (int32_t c = 0; c < a->z->n_corner; c++) {
        const double y = measure_in(a, c, i, z);
        worst = fmax(worst, t->sense >= GAL_SENSE_MIN ? OBJECTIVE * gal_target_objective(t, y)
                                                      : gal_target_gap(t, a->z->spec->margin, y));
    }
    if (t->sense >= GAL_SENSE_MIN) return worst;
    return (t->soft ? SOFT : 1) * t->weight * fmax(0, worst + AIM);
}

/* d cost / d out of one point. */
static void cost_slope(float *d_out, const gal__agent *a, const float *out) {
    const int32_t k = a->graph.n_metric;
    const double h = 1e-3;
    memset(d_out, 0, (size_t)(2 * k + 1) * sizeof *d_out);
    for (int32_t n = 0; n < a->z->spec->n_target; n++) {
        const gal_target *t = &a->z->spec->target[n];
        int32_t i = 0;
        while (a->s->order[i] != t->metric) i++;
        const double z = (double)out[i];
        d_out[i] += (float)((target_cost(a, t, i, z + h) - target_cost(a, t, i, z - h)) / (2 * h));
    }
    d_out[2 * k] = (float)(-VALID / (1 + exp((double)out[2 * k])));
}

/* Features x [2 n_var] of places u [dim] and, unless NULL, the slope of each by its place. */
static void features_at(float *x, float *slope, const gal__agent *a, const double *u) {
    const gal__surrogate_scale *scale = &a->s->scale;
    const int32_t n_var = scale->n_var;
    memset(x, 0, 2 * (size_t)n_var * sizeof *x);
    if (slope) memset(slope, 0, 2 * (size_t)n_var * sizeof *slope);
    for (int32_t f = 0; f < scale->n_feature; f++) {
        const int32_t v = scale->feature_var[f], k = a->axis[v];
        const int32_t to = v + (scale->feature_log[f] ? 0 : n_var);
        const gal_bench_var *var = &a->z->bench->var[v];
        const double value = k < 0 ? var->value : gal__sizing_value(var, u[k]);
        const double raw = scale->feature_log[f] ? log(value) : value;
        x[to] = (float)((raw - scale->feature_mean[f]) * scale->feature_factor[f]);
        if (!slope || k < 0) continue;
        const double rate = var->log ? value * log(var->hi / var->lo) : var->hi - var->lo;
        slope[to] =
            (float)((scale->feature_log[f] ? rate / value : rate) * scale->feature_factor[f]);
    }
}

static double clipped(double u) {
    return u < 0 ? 0 : u > 1 ? 1 : u;
}

/* The actor's pass: a place for each variable. */
typedef struct acted {
    gal__prompted by;
    gal_mlp_saved saved;
    gal_mat raw, d_raw; /* [n_var, 1] before the sigmoid */
} acted;

static gal_status act(double *u, acted *t, gal__agent *a, gal_error *err) {
    GAL_TRY(gal__agent_encode(&t->by, a, &a->actor, err));
    GAL_TRY(gal_mlp_saved_new(&t->saved, &a->now, &a->head, a->graph.n_var, err));
    t->raw = gal_mat_new(&a->now, a->graph.n_var, 1);
    t->d_raw = gal_mat_new(&a->now, a->graph.n_var, 1);
    if (!t->raw.data || !t->d_raw.data) return nomem(err);
    gal_mlp_forward(t->raw, &t->saved, &a->head, &a->actor.params, t->by.prompt.var, 0);
    for (int32_t v = 0; v < a->graph.n_var; v++)
        if (a->axis[v] >= 0) u[a->axis[v]] = 1 / (1 + exp(-(double)t->raw.data[v]));
    return GAL_OK;
}

/* The slope of the predicted cost, averaged over places about the actor's. */
static gal_status actor_step(gal__agent *a, gal_error *err) {
    const int32_t n_var = a->graph.n_var, dim = a->z->dim;
    acted t;
    gal__prompted p;
    gal__judged j;
    gal_arena_reset(&a->now);
    double *u = GAL_ARENA_ARRAY(&a->now, double, dim),
           *near = GAL_ARENA_ARRAY(&a->now, double, dim);
    gal_mat slope = gal_mat_new(&a->now, PLACES, 2 * n_var);
    if (!u || !near || !slope.data) return nomem(err);
    GAL_TRY(act(u, &t, a, err));
    GAL_TRY(gal__agent_encode(&p, a, &a->critic, err));
    GAL_TRY(gal__judged_new(&j, a, PLACES, err));
    for (int32_t b = 0; b < PLACES; b++) {
        for (int32_t k = 0; k < dim; k++)
            near[k] = clipped(u[k] + SPREAD * gal_rng_normal(&a->z->rng));
        features_at(gal_mat_row(j.in.x, b), gal_mat_row(slope, b), a, near);
    }
    gal__decoder_forward(j.out, &j.saved, &a->decoder, &a->critic.params, &p.prompt, &j.in);
    for (int32_t b = 0; b < PLACES; b++)
        cost_slope(gal_mat_row(j.d_out, b), a, gal_mat_row(j.out, b));
    gal__decoder_backward(j.dx, &p.d_prompt, &a->decoder, &a->critic.params, &j.saved, &p.prompt,
                          &j.in, j.d_out);
    for (int32_t v = 0; v < n_var; v++) {
        const double at = a->axis[v] < 0 ? 0 : u[a->axis[v]];
        double sum = 0;
        for (int32_t b = 0; b < PLACES; b++)
            for (int32_t f = v; f < 2 * n_var; f += n_var)
                sum += (double)(gal_mat_row(j.dx, b)[f] * gal_mat_row(slope, b)[f]);
        t.d_raw.data[v] = (float)(sum / PLACES * at * (1 - at));
    }
    gal_params_zero_grad(&a->actor.params);
    gal_mlp_backward(t.by.d_prompt.var, &a->head, &a->actor.params, t.by.prompt.var, &t.saved,
                     t.d_raw);
    gal__deck_encoder_backward(&a->actor.encoder, &a->actor.params, &a->graph, a->s->order,
                               &t.by.saved, &t.by.d_prompt);
    update(&a->actor);
    return GAL_OK;
}

gal_status gal__agent_learn(gal__agent *a, int32_t steps, gal_error *err) {
    GAL_TRY(gal__agent_gather(a, err));
    for (int32_t i = 0; i < steps; i++) {
        GAL_TRY(critic_step(a, err));
        if (i % ACTOR_EVERY == 0) GAL_TRY(actor_step(a, err));
    }
    return GAL_OK;
}

/* The rank that the critic predicts; what it takes for invalid comes behind what it does not. */
static double predicted_rank(double *metric, const gal__agent *a, const float *out) {
    const int32_t k = a->graph.n_metric;
    for (int32_t c = 0; c < a->z->n_corner; c++)
        for (int32_t i = 0; i < k; i++)
            metric[c * k + a->s->order[i]] = measure_in(a, c, i, (double)out[i]);
    return gal_cost_of(a->z->spec, metric, k, a->z->n_corner).rank + (out[2 * k] < 0 ? 10 : 0);
}

/* Half of the candidates about the actor's design, half about the best one so far. */
static void place_candidates(double *u, const gal__agent *a, const double *actor, double noise) {
    const int32_t dim = a->z->dim;
    const double *best = a->z->design[a->best[0]].u;
    for (int32_t c = 0; c < CANDIDATES; c++) {
        const double *from = c % 2 ? best : actor;
        const double sd = (c % 2 ? 1 : 2) * noise * gal_rng_uniform(&a->z->rng);
        for (int32_t k = 0; k < dim; k++)
            u[c * dim + k] = clipped(from[k] + sd * gal_rng_normal(&a->z->rng));
    }
}

gal_status gal__agent_act(double *u, gal__agent *a, double noise, gal_error *err) {
    const int32_t dim = a->z->dim, n_cell = a->z->n_corner * a->graph.n_metric;
    acted t;
    gal__prompted p;
    gal__judged j;
    gal_arena_reset(&a->now);
    double *place = GAL_ARENA_ARRAY(&a->now, double, CANDIDATES *dim);
    double *metric = GAL_ARENA_ARRAY(&a->now, double, n_cell);
    if (!place || !metric) return nomem(err);
    GAL_TRY(act(u, &t, a, err));
    GAL_TRY(gal__agent_encode(&p, a, &a->critic, err));
    GAL_TRY(gal__judged_new(&j, a, CANDIDATES, err));
    place_candidates(place, a, u, noise);
    for (int32_t c = 0; c < CANDIDATES; c++)
        features_at(gal_mat_row(j.in.x, c), NULL, a, place + c * dim);
    gal__decoder_forward(j.out, &j.saved, &a->decoder, &a->critic.params, &p.prompt, &j.in);
    double least = INFINITY;
    for (int32_t c = 0; c < CANDIDATES; c++) {
        const double rank = predicted_rank(metric, a, gal_mat_row(j.out, c));
        if (rank < least) memcpy(u, place + c * dim, (size_t)dim * sizeof *u);
        least = fmin(least, rank);
    }
    return GAL_OK;
}
