/* A job's vectors as metrics, and what that says of the point. */
#include "spice/evaluate_private.h"

#include "base/ascii.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Vectors by their index in the bench. */
typedef struct vectors {
    const gal_sim_vector **at; /* [n_vector] NULL: not there */
    gal_arena *scratch;
} vectors;

static gal_status collect(vectors *v, const gal_bench *bench, const gal_sim_result *result,
                          const gal__eval_layout *layout, gal_error *err) {
    v->at = GAL_ARENA_ARRAY(v->scratch, const gal_sim_vector *, bench->n_vector + 1);
    if (!v->at) return gal_fail(err, GAL_ENOMEM, "out of memory for metrics");
    for (int32_t k = 0; k < result->n_vector && k < layout->n; k++)
        if (result->vector[k].n > 0) v->at[layout->order[k]] = &result->vector[k];
    return GAL_OK;
}

/* a - b over n samples; -1 stands for ground. NULL when a part is missing. */
static const double *difference(const vectors *v, int32_t pos, int32_t neg, int imag, int32_t n) {
    const gal_sim_vector *a = pos < 0 ? NULL : v->at[pos], *b = neg < 0 ? NULL : v->at[neg];
    if ((pos >= 0 && (!a || a->n != n)) || (neg >= 0 && (!b || b->n != n))) return NULL;
    const double *x = !a ? NULL : imag ? a->imag : a->real;
    const double *y = !b ? NULL : imag ? b->imag : b->real;
    if (x && !y) return x;
    double *out = GAL_ARENA_ARRAY(v->scratch, double, n);
    for (int32_t i = 0; out && i < n; i++) out[i] = (x ? x[i] : 0) - (y ? y[i] : 0);
    return out;
}

static int is_complex(const vectors *v, gal_builtin_operand operand) {
    return (operand.pos >= 0 && v->at[operand.pos] && v->at[operand.pos]->imag) ||
           (operand.neg >= 0 && v->at[operand.neg] && v->at[operand.neg]->imag);
}

/* 0 when a vector is missing or of another length. */
static int signal_of(gal_builtin_signal *signal, const vectors *v, gal_builtin_operand operand,
                     int32_t n) {
    signal->real = difference(v, operand.pos, operand.neg, 0, n);
    if (is_complex(v, operand)) signal->imag = difference(v, operand.pos, operand.neg, 1, n);
    if (operand.current >= 0) signal->current = difference(v, operand.current, -1, 0, n);
    return signal->real && (operand.current < 0 || signal->current);
}

static double eval_builtin(const vectors *v, const gal_bench_metric *metric) {
    const gal_sim_vector *axis = metric->axis < 0 ? NULL : v->at[metric->axis];
    gal_builtin_input in = {.n = 1, .n_operand = metric->n_operand, .key = metric->key};
    if (metric->axis >= 0 && !axis) return NAN;
    if (axis) {
        in.n = axis->n;
        in.axis = axis->real;
    }
    for (int32_t k = 0; k < metric->n_operand; k++)
        if (!signal_of(&in.operand[k], v, metric->operand[k], in.n)) return NAN;
    return metric->builtin->eval(&in);
}

static double eval_metric(gal__bench_point *point, const vectors *v,
                          const gal_bench_metric *metric) {
    double value;
    if (metric->builtin) return eval_builtin(v, metric);
    if (metric->meas_vector >= 0) {
        const gal_sim_vector *vector = v->at[metric->meas_vector];
        return vector && vector->n == 1 ? vector->real[0] : NAN;
    }
    return gal__bench_eval(&value, point, metric->meas, NULL) == GAL_OK ? value : NAN;
}

/* 1 when the predicate names a metric of a transient. */
static int needs_transient(const gal_bench *bench, const char *text) {
    for (const char *p = text; *p;) {
        size_t size = 0;
        while (gal_is_word(p[size])) size++;
        for (int32_t i = 0; size && i < bench->n_metric; i++)
            if (bench->metric[i].expensive &&
                gal_view_equal_nocase((gal_view){p, size}, bench->metric[i].name))
                return 1;
        p += size ? size : 1;
    }
    return 0;
}

/* A point without numbers, or with ones that its deck calls invalid. */
static void judge(gal_point_result *out, gal__bench_point *point, int cheap) {
    const gal_bench *bench = point->bench;
    for (int32_t i = 0; i < bench->n_metric; i++) {
        if (isfinite(point->metric[i]) || (cheap && bench->metric[i].expensive)) continue;
        out->status = GAL_POINT_INVALID;
        snprintf(out->words, sizeof out->words, "%s could not be measured", bench->metric[i].name);
        return;
    }
    for (int32_t i = 0; i < bench->n_valid; i++) {
        double value;
        if (cheap && needs_transient(bench, bench->valid[i])) continue;
        if (gal__bench_eval(&value, point, bench->valid[i], NULL) == GAL_OK && value != 0) continue;
        out->status = GAL_POINT_INVALID;
        snprintf(out->words, sizeof out->words, "not valid: %.200s", bench->valid[i]);
        return;
    }
}

static gal_point_status status_of(gal_sim_fault fault) {
    switch (fault) {
    case GAL_SIM_CONVERGENCE:
        return GAL_POINT_NONCONVERGED;
    case GAL_SIM_CRASH:
        return GAL_POINT_CRASH;
    case GAL_SIM_TIMEOUT:
        return GAL_POINT_TIMEOUT;
    default:
        return GAL_POINT_PARSE;
    }
}

gal_status gal__eval_metrics(double *metric, gal_point_result *out, gal_arena *scratch,
                             const gal__bench_point *at, const gal_sim_result *result,
                             const gal__eval_layout *layout, int cheap, gal_error *err) {
    const gal_bench *bench = at->bench;
    *out = (gal_point_result){.n_attempt = result->n_attempt};
    for (int32_t i = 0; i < bench->n_metric; i++) metric[i] = NAN;
    if (result->error.code != GAL_OK) {
        out->status = status_of(result->fault);
        snprintf(out->words, sizeof out->words, "%.255s", result->error.message);
        return GAL_OK;
    }
    vectors v = {.scratch = scratch};
    GAL_TRY(collect(&v, bench, result, layout, err));
    gal__bench_point point = *at;
    point.metric = metric;
    for (int computed = 0; computed < 2; computed++) /* of whatever is measured, even below */
        for (int32_t i = 0; i < bench->n_metric; i++)
            if ((bench->metric[i].analysis < 0) == computed)
                metric[i] = eval_metric(&point, &v, &bench->metric[i]);
    judge(out, &point, cheap);
    return GAL_OK;
}
