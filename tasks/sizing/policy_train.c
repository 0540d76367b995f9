/* Training a policy inside a surrogate: advantage-weighted regression with hindsight. */
#include "gnn/optim.h"
#include "tasks/sizing/engine.h"
#include "tasks/sizing/policy_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    POOL = 4096,    /* random designs that goals come from */
    ACTIONS = 16,   /* per goal, hindsight included */
    DIRECTION = 24, /* pool designs compared for a goal */
    STEPS = 2000,
    REPORT = 50
};
static const double RATE = 2e-3, PESSIMISM = 0.5;

typedef struct trainer {
    gal_policy *p;
    const gal_sizing *z;
    const gal_predictor *predictor;
    gal_rng rng;
    gal_adamw adamw;
    double *pool_u, *pool_goal; /* [n_pool, dim], [n_pool, n_goal] on their scales */
    int32_t n_pool;
    double *u, *value;         /* [GOALS * ACTIONS, dim], [.., n_var] */
    double *mean, *sd, *valid; /* [max(POOL, GOALS * ACTIONS), n_metric], [..] */
    double *goal;              /* [GOALS, n_goal] on their scales */
    double *weight;            /* [GOALS, ACTIONS] */
    double loss;               /* mean violation of the actions, smoothed */
} trainer;

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the training of a policy");
}

static gal_status make(trainer *t, gal_policy *p, const gal_sizing *z, uint64_t seed,
                       gal_error *err) {
    const size_t dim = (size_t)z->dim, n_goal = (size_t)p->n_goal, most = POOL;
    const size_t n_var = (size_t)z->bench->n_var, n_metric = (size_t)z->bench->n_metric;
    *t = (trainer){.p = p, .z = z, .predictor = z->options.predictor};
    gal_rng_init(&t->rng, seed, 2);
    t->pool_u = malloc((most * (2 * dim + n_goal + n_var + 2 * n_metric + 1) +
                        GAL_POLICY_GOALS * (n_goal + ACTIONS)) *
                       sizeof *t->pool_u);
    if (!t->pool_u) return nomem(err);
    t->pool_goal = t->pool_u + most * dim;
    t->u = t->pool_goal + most * n_goal;
    t->value = t->u + most * dim;
    t->mean = t->value + most * n_var;
    t->sd = t->mean + most * n_metric;
    t->valid = t->sd + most * n_metric;
    t->goal = t->valid + most;
    t->weight = t->goal + GAL_POLICY_GOALS * n_goal;
    return gal_adamw_init(&t->adamw, &p->params, err);
}

static gal_status predict(trainer *t, int32_t n, gal_error *err) {
    for (int32_t i = 0; i < n; i++)
        gal__sizing_expand(t->value + (size_t)i * t->z->bench->n_var, t->u + (size_t)i * t->z->dim,
                           t->z);
    return t->predictor->predict(t->predictor->user, t->mean, t->sd, t->valid, t->value, n, err);
}

static double scaled(const gal_policy *p, int32_t k, double y) {
    return !p->log[k] ? y : y > 0 ? log10(y) : NAN;
}

/* Valid random designs and what they achieve; the scale of goals. */
static gal_status fill_pool(trainer *t, gal_error *err) {
    const size_t dim = (size_t)t->z->dim, n_goal = (size_t)t->p->n_goal;
    for (size_t i = 0; i < POOL * dim; i++) t->u[i] = gal_rng_uniform(&t->rng);
    GAL_TRY(predict(t, POOL, err));
    for (int32_t i = 0; i < POOL; i++) {
        int usable = t->valid[i] > 0.5;
        double *goal = t->pool_goal + (size_t)t->n_pool * n_goal;
        for (size_t k = 0; k < n_goal; k++) {
            goal[k] = scaled(t->p, (int32_t)k,
                             t->mean[(size_t)i * t->z->bench->n_metric + t->p->metric[k]]);
            usable &= isfinite(goal[k]) != 0;
        }
        if (!usable) continue;
        memcpy(t->pool_u + (size_t)t->n_pool++ * dim, t->u + (size_t)i * dim, dim * sizeof *t->u);
    }
    return t->n_pool > 20 ? GAL_OK
                          : gal_fail(err, GAL_EINVAL,
                                     "the surrogate calls hardly any design valid: "
                                     "no policy can be trained in it");
}

static void set_scale(trainer *t) {
    float *centre = gal_params_value(&t->p->params, t->p->centre).data;
    float *unit = gal_params_value(&t->p->params, t->p->unit).data;
    for (int32_t k = 0; k < t->p->n_goal; k++) {
        double sum = 0, square = 0;
        for (int32_t i = 0; i < t->n_pool; i++) {
            const double y = t->pool_goal[(size_t)i * t->p->n_goal + k];
            sum += y / t->n_pool;
            square += y * y / t->n_pool;
        }
        centre[k] = (float)sum;
        unit[k] = (float)sqrt(fmax(square - sum * sum, 1e-12));
    }
}

/* The pool design that is best along a random direction. */
static int32_t draw_design(trainer *t) {
    double direction[256], most = -INFINITY;
    int32_t chosen = 0;
    const int32_t n = t->p->n_goal < 256 ? t->p->n_goal : 256;
    for (int32_t k = 0; k < n; k++)
        direction[k] =
            t->p->harder[k] * -log(1 - gal_rng_uniform(&t->rng)) / gal_policy_unit(t->p, k);
    for (int32_t c = 0; c < DIRECTION; c++) {
        const int32_t i = gal_rng_below(&t->rng, t->n_pool);
        double sum = 0;
        for (int32_t k = 0; k < n; k++)
            sum += direction[k] * t->pool_goal[(size_t)i * t->p->n_goal + k];
        if (sum > most) most = sum, chosen = i;
    }
    return chosen;
}

static double clipped(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* Goals of a step, and for each the design behind it and actions of the policy. */
static void draw_batch(trainer *t) {
    const size_t dim = (size_t)t->z->dim, n_goal = (size_t)t->p->n_goal;
    const float *centre = gal_params_value(&t->p->params, t->p->centre).data;
    for (int32_t g = 0; g < GAL_POLICY_GOALS; g++) {
        const int32_t from = draw_design(t);
        memcpy(t->u + (size_t)g * ACTIONS * dim, t->pool_u + (size_t)from * dim,
               dim * sizeof *t->u);
        for (size_t k = 0; k < n_goal; k++) {
            const double unit = gal_policy_unit(t->p, (int32_t)k);
            const double beyond = t->p->harder[k] * unit * (0.3 * gal_rng_uniform(&t->rng) - 0.2);
            const double goal = t->pool_goal[(size_t)from * n_goal + k] + beyond;
            t->goal[(size_t)g * n_goal + k] = goal;
            gal_mat_row(t->p->goals, g)[k] = (float)((goal - (double)centre[k]) / unit);
        }
    }
    gal_mlp_forward(t->p->out, &t->p->many, &t->p->mlp, &t->p->params, t->p->goals, 0);
    for (int32_t g = 0; g < GAL_POLICY_GOALS; g++) {
        const float *out = gal_mat_row(t->p->out, g);
        for (int32_t a = 1; a < ACTIONS; a++)
            for (size_t k = 0; k < dim; k++)
                t->u[((size_t)g * ACTIONS + a) * dim + k] = clipped(
                    0.5 + (double)out[k] +
                    exp(gal__policy_log_sd((double)out[dim + k])) * gal_rng_normal(&t->rng));
    }
}

/* Pessimistic violation of a goal by a design. */
static double violation(const trainer *t, int32_t goal, int32_t design) {
    const gal_policy *p = t->p;
    double sum = 1 - t->valid[design];
    for (int32_t k = 0; k < p->n_goal; k++) {
        const size_t at = (size_t)design * t->z->bench->n_metric + p->metric[k];
        gal_target target = t->z->spec->target[p->target[k]];
        double y = scaled(p, k, t->mean[at]) - p->harder[k] * PESSIMISM * t->sd[at];
        const double g = t->goal[(size_t)goal * p->n_goal + k];
        target.value = p->log[k] ? pow(10, g) : g;
        sum += target.weight * gal_target_miss(&target, 0, p->log[k] ? pow(10, y) : y);
    }
    return sum;
}

/* Weights of the actions of a goal: softmax of the advantage. */
static void weigh(trainer *t, int32_t goal) {
    double cost[ACTIONS], least = INFINITY, mean = 0, square = 0, sum = 0;
    double *weight = t->weight + (size_t)goal * ACTIONS;
    for (int32_t a = 0; a < ACTIONS; a++) {
        cost[a] = violation(t, goal, goal * ACTIONS + a);
        least = fmin(least, cost[a]);
        mean += cost[a] / ACTIONS;
        square += cost[a] * cost[a] / ACTIONS;
    }
    const double heat = 0.01 + 0.2 * sqrt(fmax(square - mean * mean, 0));
    for (int32_t a = 0; a < ACTIONS; a++) sum += weight[a] = exp((least - cost[a]) / heat);
    for (int32_t a = 0; a < ACTIONS; a++) weight[a] /= sum;
    t->loss += 0.002 * (mean - t->loss);
}

/* loss = sum_a w_a (log sd + (u - mean)^2 / 2 sd^2) averaged over goals; sd = exp(f(raw)). */
static void backward(trainer *t) {
    const size_t dim = (size_t)t->z->dim;
    gal_mat_fill(t->p->grad, 0);
    for (int32_t g = 0; g < GAL_POLICY_GOALS; g++) {
        const float *out = gal_mat_row(t->p->out, g);
        float *grad = gal_mat_row(t->p->grad, g);
        for (size_t k = 0; k < dim; k++) {
            const double mean = 0.5 + (double)out[k], tanh_raw = tanh((double)out[dim + k]);
            const double precision = exp(-2 * gal__policy_log_sd((double)out[dim + k]));
            double d_mean = 0, d_log_sd = 0;
            for (int32_t a = 0; a < ACTIONS; a++) {
                const double w = t->weight[(size_t)g * ACTIONS + a];
                const double step = t->u[((size_t)g * ACTIONS + a) * dim + k] - mean;
                d_mean -= w * step * precision;
                d_log_sd += w * (1 - step * step * precision);
            }
            grad[k] = (float)(d_mean / GAL_POLICY_GOALS);
            grad[dim + k] = (float)(d_log_sd * 2.5 * (1 - tanh_raw * tanh_raw) / GAL_POLICY_GOALS);
        }
    }
    gal_params_zero_grad(&t->p->params);
    gal_mlp_backward((gal_mat){0}, &t->p->mlp, &t->p->params, t->p->goals, &t->p->many, t->p->grad);
}

static gal_status step(trainer *t, double rate, gal_error *err) {
    float scale[2 * 256];
    const size_t n = (size_t)t->p->n_goal * sizeof *scale;
    draw_batch(t);
    GAL_TRY(predict(t, GAL_POLICY_GOALS * ACTIONS, err));
    for (int32_t g = 0; g < GAL_POLICY_GOALS; g++) weigh(t, g);
    backward(t);
    gal_grad_clip(&t->p->params, 1);
    /* The scale of goals is no weight: decay must not touch it. */
    memcpy(scale, gal_params_value(&t->p->params, t->p->centre).data, n);
    memcpy(scale + 256, gal_params_value(&t->p->params, t->p->unit).data, n);
    gal_adamw_step(&t->adamw, &t->p->params, rate);
    memcpy(gal_params_value(&t->p->params, t->p->centre).data, scale, n);
    memcpy(gal_params_value(&t->p->params, t->p->unit).data, scale + 256, n);
    return GAL_OK;
}

static gal_status train(trainer *t, int32_t steps, const gal_report *report, gal_error *err) {
    GAL_TRY(fill_pool(t, err));
    set_scale(t);
    t->loss = 1;
    for (int32_t i = 0; i < steps; i++) {
        const double part = (double)i / steps;
        GAL_TRY(step(t, RATE * 0.5 * (1 + cos(3.14159265358979 * part)) + 1e-5, err));
        if (i % REPORT == 0 && !gal_progress(report, "policy", i, steps, "violation %.3f", t->loss))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
    }
    gal_progress(report, "policy", steps, steps, "violation %.3f", t->loss);
    return GAL_OK;
}

gal_status gal_policy_train(gal_policy **out, const gal_sizing *z,
                            const gal_policy_options *options, const gal_report *report,
                            gal_error *err) {
    trainer t = {0};
    gal_policy *p = NULL;
    const uint64_t seed = options ? options->seed : 0;
    *out = NULL;
    GAL_TRY(gal__policy_create(&p, z, seed, err));
    gal_status status = p->n_goal <= 256 ? make(&t, p, z, seed, err)
                                         : gal_fail(err, GAL_ELIMIT, "a policy takes 256 targets");
    if (status == GAL_OK)
        status = train(&t, options && options->steps > 0 ? options->steps : STEPS, report, err);
    gal_adamw_clear(&t.adamw);
    free(t.pool_u);
    if (status == GAL_OK) *out = p;
    else gal_policy_destroy(p);
    return status;
}
