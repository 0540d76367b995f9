#include "tasks/surrogate/evaluate.h"

#include "gnn/metrics.h"
#include <math.h>
#include <stdlib.h>

static const char *const answer_name[] = {
#define XX(name, text) text,
    GAL_SURROGATE_ANSWER_MAP(XX)
#undef XX
};

/* Predictions of one kind for all samples, and columns of one metric. */
typedef struct work {
    gal_arena arena;
    double *mean, *sd, *valid;
    double *pred, *truth, *deviation; /* [n] */
} work;

static gal_status work_new(work *w, int32_t n, int32_t n_metric, gal_error *err) {
    const size_t cells = (size_t)n * (size_t)n_metric;
    gal_arena_init(&w->arena);
    w->mean = GAL_ARENA_ARRAY(&w->arena, double, cells);
    w->sd = GAL_ARENA_ARRAY(&w->arena, double, cells);
    w->valid = GAL_ARENA_ARRAY(&w->arena, double, n);
    w->pred = GAL_ARENA_ARRAY(&w->arena, double, n);
    w->truth = GAL_ARENA_ARRAY(&w->arena, double, n);
    w->deviation = GAL_ARENA_ARRAY(&w->arena, double, n);
    if (w->mean && w->sd && w->valid && w->pred && w->truth && w->deviation) return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for an evaluation");
}

static gal_status answer(work *w, const gal_surrogate *s, gal_surrogate_answer kind,
                         const gal_surrogate_samples *samples, gal_error *err) {
    switch (kind) {
    case GAL_SURROGATE_FAST:
        return gal_surrogate_predict(w->mean, w->sd, w->valid, s, samples->value, samples->n, err);
    case GAL_SURROGATE_FULL:
        return gal_surrogate_predict_full(w->mean, w->sd, w->valid, s, samples->value, samples->n,
                                          err);
    case GAL_SURROGATE_MIXED:
        return gal_surrogate_predict_mixed(w->mean, w->sd, w->valid, s, samples->value,
                                           samples->metric, samples->n, err);
    default:
        return gal_surrogate_predict_ridge(w->mean, w->valid, s, samples->value, samples->n, err);
    }
}

/* The valid samples' column of a metric, on its scale where `scaled`. */
static int64_t gather(work *w, const gal_surrogate *s, const gal_surrogate_samples *samples,
                      int32_t metric, int scaled) {
    int64_t n = 0;
    for (int32_t i = 0; i < samples->n; i++) {
        const size_t at = (size_t)i * (size_t)samples->n_metric + (size_t)metric;
        double truth = samples->metric[at], pred = w->mean[at];
        if (scaled && gal_surrogate_metric_is_log(s, metric))
            truth = truth > 0 ? log10(truth) : NAN, pred = log10(pred);
        if (!samples->valid[i] || !isfinite(truth)) continue;
        w->truth[n] = truth;
        w->pred[n] = pred;
        w->deviation[n++] = w->sd[at];
    }
    return n;
}

static gal_status score(gal_surrogate_score *out, work *w, const gal_surrogate *s,
                        const gal_surrogate_samples *samples, int32_t metric, int has_sd,
                        gal_error *err) {
    const int64_t n = gather(w, s, samples, metric, 0);
    const gal_regression_score plain = gal_score_regression(w->pred, w->truth, n);
    double sum = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (w->truth[i] == 0) continue;
        sum += fabs((w->pred[i] - w->truth[i]) / w->truth[i]);
        count++;
    }
    *out = (gal_surrogate_score){.n = n,
                                 .r2 = plain.r2,
                                 .mae = plain.mae,
                                 .mape = count ? sum / (double)count : NAN,
                                 .r2_log = NAN,
                                 .coverage = NAN};
    GAL_TRY(gal_score_median_ape(&out->median_ape, w->pred, w->truth, n, err));
    const int64_t m = gather(w, s, samples, metric, 1);
    if (gal_surrogate_metric_is_log(s, metric))
        out->r2_log = gal_score_regression(w->pred, w->truth, m).r2;
    if (has_sd) out->coverage = gal_score_coverage(w->pred, w->deviation, w->truth, m, 1);
    return GAL_OK;
}

static gal_status evaluate_answer(gal_surrogate_evaluation *e, work *w, gal_surrogate_answer kind,
                                  const gal_surrogate_samples *samples, gal_error *err) {
    const gal_surrogate *s = e->surrogate;
    int32_t right = 0;
    GAL_TRY(answer(w, s, kind, samples, err));
    for (int32_t i = 0; i < samples->n; i++) right += (w->valid[i] > 0.5) == samples->valid[i];
    e->accuracy[kind] = (double)right / samples->n;
    for (int32_t m = 0; m < samples->n_metric; m++)
        GAL_TRY(score(&e->score[kind * samples->n_metric + m], w, s, samples, m,
                      kind != GAL_SURROGATE_RIDGE &&
                          !(kind == GAL_SURROGATE_MIXED && gal_surrogate_metric_is_cheap(s, m)),
                      err));
    return GAL_OK;
}

gal_status gal_surrogate_evaluate(gal_surrogate_evaluation *evaluation,
                                  const gal_surrogate *surrogate,
                                  const gal_surrogate_samples *samples, gal_error *err) {
    gal_surrogate_evaluation *e = evaluation;
    work w;
    *e = (gal_surrogate_evaluation){.surrogate = surrogate, .n = samples->n};
    e->score = calloc((size_t)(GAL_SURROGATE_ANSWERS * samples->n_metric) + 1, sizeof *e->score);
    if (!e->score) return gal_fail(err, GAL_ENOMEM, "out of memory for an evaluation");
    int32_t n_valid = 0;
    for (int32_t i = 0; i < samples->n; i++) n_valid += samples->valid[i];
    e->share_valid = samples->n ? (double)n_valid / samples->n : NAN;
    gal_status status = work_new(&w, samples->n, samples->n_metric, err);
    for (int kind = 0; status == GAL_OK && kind < GAL_SURROGATE_ANSWERS; kind++)
        status = evaluate_answer(e, &w, (gal_surrogate_answer)kind, samples, err);
    gal_arena_clear(&w.arena);
    if (status != GAL_OK) gal_surrogate_evaluation_clear(e);
    return status;
}

void gal_surrogate_evaluation_clear(gal_surrogate_evaluation *evaluation) {
    free(evaluation->score);
    *evaluation = (gal_surrogate_evaluation){0};
}

static void cell(gal_buf *text, const char *format, double value) {
    if (isnan(value)) gal_buf_printf(text, " %9s", "");
    else gal_buf_printf(text, format, value);
}

void gal_surrogate_evaluation_table(gal_buf *text, const gal_surrogate_evaluation *e) {
    const int32_t n_metric = gal_surrogate_n_metric(e->surrogate);
    gal_buf_printf(text, "%d points, %.1f %% valid; metrics over the valid ones\n\n", e->n,
                   100 * e->share_valid);
    gal_buf_printf(text, "%-12s %-6s %9s %9s %10s %9s %9s %9s\n", "metric", "by", "R2", "R2 log",
                   "MAE", "MAPE %", "median %", "+-1 sd %");
    for (int32_t m = 0; m < n_metric; m++)
        for (int kind = 0; kind < GAL_SURROGATE_ANSWERS; kind++) {
            const gal_surrogate_score *c = &e->score[kind * n_metric + m];
            if (kind == GAL_SURROGATE_MIXED && gal_surrogate_metric_is_cheap(e->surrogate, m))
                continue;
            gal_buf_printf(text, "%-12s %-6s",
                           kind ? "" : gal_surrogate_metric_name(e->surrogate, m),
                           answer_name[kind]);
            cell(text, " %9.4f", c->r2);
            cell(text, " %9.4f", c->r2_log);
            cell(text, " %10.4g", c->mae);
            cell(text, " %9.2f", c->mape < 10 ? 100 * c->mape : NAN); /* passes zero */
            cell(text, " %9.2f", 100 * c->median_ape);
            cell(text, " %9.1f", 100 * c->coverage);
            gal_buf_text(text, "\n");
        }
    gal_buf_text(text, "\nvalidity");
    for (int kind = 0; kind < GAL_SURROGATE_ANSWERS; kind++)
        gal_buf_printf(text, "%s %s %.1f %%", kind ? "," : "", answer_name[kind],
                       100 * e->accuracy[kind]);
    gal_buf_text(text, " right\n");
}

static void number(gal_buf *text, const char *key, double value) {
    gal_buf_printf(text, ", \"%s\": ", key);
    if (isfinite(value)) gal_buf_number(text, value);
    else gal_buf_text(text, "null");
}

void gal_surrogate_evaluation_json(gal_buf *text, const gal_surrogate_evaluation *e) {
    const int32_t n_metric = gal_surrogate_n_metric(e->surrogate);
    gal_buf_printf(text, "{\"n\": %d, \"simulations\": %lld", e->n,
                   (long long)gal_surrogate_n_run(e->surrogate));
    number(text, "share_valid", e->share_valid);
    for (int kind = 0; kind < GAL_SURROGATE_ANSWERS; kind++) {
        gal_buf_printf(text, ",\n \"%s\": {\"metrics\": {", answer_name[kind]);
        for (int32_t m = 0; m < n_metric; m++) {
            const gal_surrogate_score *c = &e->score[kind * n_metric + m];
            gal_buf_printf(text, "%s\n  \"%s\": {\"n\": %lld", m ? "," : "",
                           gal_surrogate_metric_name(e->surrogate, m), (long long)c->n);
            number(text, "r2", c->r2);
            number(text, "r2_log", c->r2_log);
            number(text, "mae", c->mae);
            number(text, "mape", c->mape);
            number(text, "median_ape", c->median_ape);
            number(text, "coverage", c->coverage);
            gal_buf_text(text, "}");
        }
        gal_buf_text(text, "}");
        number(text, "validity_accuracy", e->accuracy[kind]);
        gal_buf_text(text, "}");
    }
    gal_buf_text(text, "}\n");
}
