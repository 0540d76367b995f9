/* With p the mean, v = exp(s) the variance and e = p - y, per metric
 *   L = w sg(v^b) (s + h(e) / v) / 2,  dL/dp = w v^(b-1) h'(e) / 2,  dL/ds = w v^b (1 - h(e)/v) / 2
 * where sg is held constant and h(e) = e^2, beyond HUBER 2 HUBER |e| - HUBER^2. The validity's loss
 * is log(1 + exp(-l)) for a valid point, its gradient sigmoid(l) - valid. */
#include "tasks/surrogate/network.h"

#include "gnn/optim.h"
#include "gnn/schedule.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BETA 0.3
#define HUBER 1.0
#define CLIP_NORM 5.0
#define VALID_WEIGHT 0.3
#define TEACHER_SD_WEIGHT 0.05
enum { CHECKS = 16, LOG_VARIANCE_MIN = -14, LOG_VARIANCE_MAX = 6 };

/* Widths of the n_hidden + 1 layers. */
static void layer_widths(int32_t out[GAL_MLP_MAX_LAYER + 1], int32_t n_in, int32_t n_metric,
                         int32_t width, int32_t n_hidden) {
    out[0] = n_in;
    for (int32_t i = 1; i <= n_hidden; i++) out[i] = width;
    out[n_hidden + 1] = 2 * n_metric + 1;
}

int64_t gal__surrogate_net_size(int32_t n_in, int32_t n_metric, int32_t width, int32_t n_hidden) {
    int32_t widths[GAL_MLP_MAX_LAYER + 1];
    layer_widths(widths, n_in, n_metric, width, n_hidden);
    return gal_mlp_size(widths, n_hidden + 1);
}

gal_status gal__surrogate_net_init(gal__surrogate_net *net, int32_t n_in, int32_t n_metric,
                                   int32_t width, int32_t n_hidden, uint64_t seed, gal_error *err) {
    int32_t widths[GAL_MLP_MAX_LAYER + 1];
    gal_rng rng;
    if (n_hidden < 1 || n_hidden >= GAL_MLP_MAX_LAYER || width < 1)
        return gal_fail(err, GAL_EINVAL, "a network of %d layers of %d, expected 1 to %d layers",
                        n_hidden, width, GAL_MLP_MAX_LAYER - 1);
    *net = (gal__surrogate_net){.n_in = n_in, .n_metric = n_metric};
    layer_widths(widths, n_in, n_metric, width, n_hidden);
    gal_rng_init(&rng, seed, 0);
    gal_params_init(&net->params);
    const gal_status status = gal_mlp_init(&net->mlp, &net->params, "net", widths, n_hidden + 1,
                                           GAL_ACT_SILU, 0, 0, &rng, err);
    if (status != GAL_OK) gal_params_clear(&net->params);
    return status;
}

void gal__surrogate_net_clear(gal__surrogate_net *net) {
    gal_params_clear(&net->params);
    *net = (gal__surrogate_net){0};
}

gal_status gal__surrogate_rows_new(gal__surrogate_rows *rows, gal_arena *arena, int64_t n,
                                   const gal__surrogate_net *net, int teacher, gal_error *err) {
    *rows = (gal__surrogate_rows){.x = gal_mat_new(arena, n, net->n_in),
                                  .y = gal_mat_new(arena, n, net->n_metric)};
    if (teacher) rows->log_variance = gal_mat_new(arena, n, net->n_metric);
    rows->valid = GAL_ARENA_ARRAY(arena, float, n + 1);
    rows->weight = GAL_ARENA_ARRAY(arena, float, n + 1);
    if (rows->x.data && rows->y.data && rows->valid && rows->weight &&
        (!teacher || rows->log_variance.data))
        return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for %lld rows", (long long)n);
}

static double limited(double s) {
    return s < LOG_VARIANCE_MIN ? LOG_VARIANCE_MIN : s > LOG_VARIANCE_MAX ? LOG_VARIANCE_MAX : s;
}

/* One metric of one row: the loss; *dp and *ds its gradient. */
static double metric_loss(float *dp, float *ds, double p, double s, double y, double weight) {
    s = limited(s);
    const double e = p - y, size = fabs(e), v = exp(s), held = exp(BETA * s);
    const double h = size <= HUBER ? e * e : 2 * HUBER * size - HUBER * HUBER;
    const double slope = size <= HUBER ? e : copysign(HUBER, e);
    *dp = (float)(weight * held / v * slope);
    *ds = (float)(weight * held * (1 - h / v) / 2);
    return weight * held * (s + h / v) / 2;
}

/* The same against a teacher's mean and log variance. */
static double teacher_loss(float *dp, float *ds, double p, double s, double y, double t,
                           double weight) {
    const double e = p - y, d = s - t;
    *dp = (float)(weight * e);
    *ds = (float)(weight * TEACHER_SD_WEIGHT * d);
    return weight * (e * e + TEACHER_SD_WEIGHT * d * d) / 2;
}

static double valid_loss(float *grad, double logit, double valid, double weight) {
    const double size = fabs(logit), p = 1 / (1 + exp(-logit));
    *grad = (float)(weight * (p - valid));
    return weight * (log1p(exp(-size)) + (logit > 0 ? logit : 0) - logit * valid);
}

double gal__surrogate_loss(gal_mat grad, gal_mat out, const gal__surrogate_rows *rows) {
    const int32_t k = (out.cols - 1) / 2;
    double sum = 0;
    float unused[3];
    for (int64_t r = 0; r < out.rows; r++) {
        const float *p = gal_mat_row(out, r), *y = gal_mat_row(rows->y, r);
        const float *t = rows->log_variance.data ? gal_mat_row(rows->log_variance, r) : NULL;
        float *g = grad.data ? gal_mat_row(grad, r) : NULL;
        const double weight = (double)rows->weight[r] / (double)out.rows / (k ? k : 1);
        for (int32_t m = 0; m < k; m++) {
            float *dp = g ? g + m : unused, *ds = g ? g + k + m : unused + 1;
            *dp = *ds = 0;
            if (isnan(y[m])) continue;
            sum += t ? teacher_loss(dp, ds, (double)p[m], (double)p[k + m], (double)y[m],
                                    (double)t[m], weight)
                     : metric_loss(dp, ds, (double)p[m], (double)p[k + m], (double)y[m], weight);
        }
        sum += valid_loss(g ? g + 2 * k : unused + 2, (double)p[2 * k], (double)rows->valid[r],
                          VALID_WEIGHT / (double)out.rows);
    }
    return sum;
}

/* What a training run holds beside the network. */
typedef struct run {
    gal_arena arena;
    gal_adamw adamw;
    gal_mlp_saved saved;
    gal__surrogate_rows batch;
    gal_mat out, grad, check_out;
    float *scratch, *best; /* best [params.size] */
    double best_loss;
} run;

static gal_status run_new(run *r, const gal__surrogate_net *net, const gal__surrogate_fit *fit,
                          int teacher, gal_error *err) {
    const int32_t out = gal__surrogate_net_out(net);
    const int64_t n_check = fit->check ? fit->check->x.rows : 0;
    GAL_TRY(gal_adamw_init(&r->adamw, &net->params, err));
    r->adamw.decay = fit->decay;
    GAL_TRY(gal__surrogate_rows_new(&r->batch, &r->arena, fit->batch, net, teacher, err));
    GAL_TRY(gal_mlp_saved_new(&r->saved, &r->arena, &net->mlp, fit->batch, err));
    r->out = gal_mat_new(&r->arena, fit->batch, out);
    r->grad = gal_mat_new(&r->arena, fit->batch, out);
    r->check_out = gal_mat_new(&r->arena, n_check, out);
    r->scratch = gal_mat_new(&r->arena, 1, (int32_t)gal_mlp_infer_floats(&net->mlp)).data;
    r->best = GAL_ARENA_ARRAY(&r->arena, float, net->params.size);
    r->best_loss = INFINITY;
    if (r->out.data && r->grad.data && r->check_out.data && r->scratch && r->best) return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for training");
}

static double step_once(run *r, gal__surrogate_net *net, const gal__surrogate_source *source,
                        int64_t step, double rate, gal_rng *rng) {
    source->fill(source->user, &r->batch, step, rng);
    gal_mlp_forward(r->out, &r->saved, &net->mlp, &net->params, r->batch.x, 0);
    const double loss = gal__surrogate_loss(r->grad, r->out, &r->batch);
    gal_params_zero_grad(&net->params);
    gal_mlp_backward((gal_mat){0}, &net->mlp, &net->params, r->batch.x, &r->saved, r->grad);
    gal_grad_clip(&net->params, CLIP_NORM);
    gal_adamw_step(&r->adamw, &net->params, rate);
    return loss;
}

/* Keeps the parameters when they are the best on the validation rows so far. */
static void check(run *r, const gal__surrogate_net *net, const gal__surrogate_fit *fit) {
    gal_mlp_infer(r->check_out, r->scratch, &net->mlp, &net->params, fit->check->x);
    const double loss = gal__surrogate_loss((gal_mat){0}, r->check_out, fit->check);
    if (!(loss < r->best_loss)) return;
    r->best_loss = loss;
    memcpy(r->best, net->params.value, (size_t)net->params.size * sizeof *r->best);
}

static gal_status steps(run *r, gal__surrogate_net *net, const gal__surrogate_source *source,
                        const gal__surrogate_fit *fit, gal_error *err) {
    const gal_schedule schedule = {.kind = GAL_SCHEDULE_ONE_CYCLE,
                                   .peak = fit->rate,
                                   .last = fit->rate * 1e-3,
                                   .warmup = fit->steps / 5,
                                   .total = fit->steps};
    const int64_t every = fit->steps / (3 * CHECKS) + 1;
    gal_rng rng;
    gal_rng_init(&rng, fit->seed, 2);
    double shown = 0;
    for (int64_t step = 0; step < fit->steps; step++) {
        const double loss =
            step_once(r, net, source, step, gal_schedule_rate(&schedule, step), &rng);
        if (!isfinite(loss))
            return gal_fail(err, GAL_EINVAL, "training diverged at step %lld", (long long)step);
        shown = step ? 0.98 * shown + 0.02 * loss : loss;
        const int last = step + 1 == fit->steps;
        if (fit->check && (last || (3 * step > 2 * fit->steps && step % every == 0)))
            check(r, net, fit);
        if ((step % 20 == 0 || last) && fit->report &&
            !gal_progress(fit->report, fit->what, (long)(fit->done + step + 1), (long)fit->total,
                          "loss %.3f", shown))
            *fit->stop = 1;
        if (*fit->stop) return gal_fail(err, GAL_ECANCELED, "interrupted while training");
    }
    if (r->best_loss < INFINITY)
        memcpy(net->params.value, r->best, (size_t)net->params.size * sizeof *r->best);
    return GAL_OK;
}

gal_status gal__surrogate_net_train(gal__surrogate_net *net, const gal__surrogate_source *source,
                                    const gal__surrogate_fit *fit, gal_error *err) {
    run r = {0};
    const int teacher = fit->check && fit->check->log_variance.data;
    gal_arena_init(&r.arena);
    gal_status status = run_new(&r, net, fit, teacher, err);
    if (status == GAL_OK) status = steps(&r, net, source, fit, err);
    gal_adamw_clear(&r.adamw);
    gal_arena_clear(&r.arena);
    return status;
}
