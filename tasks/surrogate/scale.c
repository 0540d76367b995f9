#include "tasks/surrogate/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LN10 2.302585092994045684

gal_status gal__surrogate_scale_new(gal__surrogate_scale *s, gal_arena *arena, int32_t n_var,
                                    int32_t n_feature, int32_t n_metric, gal_error *err) {
    *s = (gal__surrogate_scale){.n_var = n_var, .n_feature = n_feature, .n_metric = n_metric};
    s->lo = GAL_ARENA_ARRAY(arena, double, n_var);
    s->hi = GAL_ARENA_ARRAY(arena, double, n_var);
    s->sampled_log = GAL_ARENA_ARRAY(arena, int32_t, n_var);
    s->feature_var = GAL_ARENA_ARRAY(arena, int32_t, n_feature);
    s->feature_log = GAL_ARENA_ARRAY(arena, int32_t, n_feature);
    s->feature_mean = GAL_ARENA_ARRAY(arena, double, n_feature);
    s->feature_factor = GAL_ARENA_ARRAY(arena, double, n_feature);
    s->metric_log = GAL_ARENA_ARRAY(arena, int32_t, n_metric);
    s->metric_mean = GAL_ARENA_ARRAY(arena, double, n_metric);
    s->metric_sd = GAL_ARENA_ARRAY(arena, double, n_metric);
    if (s->lo && s->hi && s->sampled_log && s->feature_var && s->feature_log && s->feature_mean &&
        s->feature_factor && s->metric_log && s->metric_mean && s->metric_sd)
        return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for scales");
}

/* Mean and deviation; a constant has deviation 1. */
static void moments(double *mean, double *sd, const double *x, int32_t n) {
    double sum = 0, square = 0;
    for (int32_t i = 0; i < n; i++) sum += x[i];
    *mean = n ? sum / n : 0;
    for (int32_t i = 0; i < n; i++) square += (x[i] - *mean) * (x[i] - *mean);
    *sd = n ? sqrt(square / n) : 0;
    if (!(*sd > 1e-12 * fabs(*mean))) *sd = 1;
}

static double raw_feature(const gal__surrogate_scale *s, int32_t f, const double *value) {
    const double v = value[s->feature_var[f]];
    return s->feature_log[f] ? log(v) : v;
}

static void fit_features(gal__surrogate_scale *s, const gal_surrogate_samples *samples,
                         double *column) {
    for (int32_t f = 0; f < s->n_feature; f++) {
        double sd;
        for (int32_t i = 0; i < samples->n; i++)
            column[i] = raw_feature(s, f, samples->value + (size_t)i * (size_t)s->n_var);
        moments(&s->feature_mean[f], &sd, column, samples->n);
        s->feature_factor[f] = 1 / sd;
    }
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The finite values of a metric, sorted; only those of valid points when `valid`. */
static int32_t collect(double *column, const gal_surrogate_samples *samples, int32_t metric,
                       int valid) {
    int32_t n = 0;
    for (int32_t i = 0; i < samples->n; i++) {
        const double v = samples->metric[(size_t)i * (size_t)samples->n_metric + (size_t)metric];
        if (isfinite(v) && (samples->valid[i] || !valid)) column[n++] = v;
    }
    qsort(column, (size_t)n, sizeof *column, ascending);
    return n;
}

static int plain_unit(const char *unit) {
    static const char *const plain[] = {"dB", "deg", "%"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (gal_text_equal_nocase(unit, plain[i])) return 1;
    return 0;
}

enum { ENOUGH = 50 };

static void fit_metric(gal__surrogate_scale *s, const gal_surrogate_samples *samples, int32_t m,
                       const char *unit, double *column) {
    int32_t n = collect(column, samples, m, 0);
    const double *c = column;
    s->metric_log[m] =
        n > 0 && !plain_unit(unit) && c[0] > 0 && c[n - 1 - n / 100] >= 10 * c[n / 100];
    const int32_t n_valid = collect(column, samples, m, 1);
    n = n_valid >= ENOUGH ? n_valid : collect(column, samples, m, 0);
    for (int32_t i = 0; i < n; i++) column[i] = gal__surrogate_to_scale(s, m, column[i]);
    const int32_t cut = n / 100;
    moments(&s->metric_mean[m], &s->metric_sd[m], column + cut, n - 2 * cut);
}

static int32_t count_features(const gal_bench *bench) {
    int32_t n = 0;
    for (int32_t v = 0; v < bench->n_var; v++) n += 1 + (bench->var[v].lo > 0);
    return n;
}

gal_status gal__surrogate_scale_fit(gal__surrogate_scale *s, gal_arena *arena,
                                    const gal_bench *bench, const gal_surrogate_samples *samples,
                                    gal_error *err) {
    GAL_TRY(gal__surrogate_scale_new(s, arena, bench->n_var, count_features(bench), bench->n_metric,
                                     err));
    double *column = malloc(((size_t)samples->n + 1) * sizeof *column);
    if (!column) return gal_fail(err, GAL_ENOMEM, "out of memory for scales");
    int32_t f = 0;
    for (int32_t v = 0; v < bench->n_var; v++) {
        s->lo[v] = bench->var[v].lo;
        s->hi[v] = bench->var[v].hi;
        s->sampled_log[v] = bench->var[v].log;
        for (int log = bench->var[v].lo > 0; log >= 0; log--, f++) {
            s->feature_var[f] = v;
            s->feature_log[f] = log;
        }
    }
    fit_features(s, samples, column);
    for (int32_t m = 0; m < bench->n_metric; m++)
        fit_metric(s, samples, m, bench->metric[m].unit, column);
    free(column);
    return GAL_OK;
}

void gal__surrogate_features(float *x, const gal__surrogate_scale *s, const double *value) {
    for (int32_t f = 0; f < s->n_feature; f++) {
        const double v = value[s->feature_var[f]];
        const double raw = s->feature_log[f] ? (double)logf((float)v) : v;
        x[f] = (float)((raw - s->feature_mean[f]) * s->feature_factor[f]);
    }
}

double gal__surrogate_to_scale(const gal__surrogate_scale *s, int32_t metric, double value) {
    if (!s->metric_log[metric]) return value;
    return value > 0 ? log10(value) : NAN;
}

double gal__surrogate_standard(const gal__surrogate_scale *s, int32_t metric, double value) {
    const double z =
        (gal__surrogate_to_scale(s, metric, value) - s->metric_mean[metric]) / s->metric_sd[metric];
    return z > GAL__SURROGATE_CLIP    ? GAL__SURROGATE_CLIP
           : z < -GAL__SURROGATE_CLIP ? -GAL__SURROGATE_CLIP
                                      : z;
}

double gal__surrogate_from_standard(const gal__surrogate_scale *s, int32_t metric, double z) {
    const double y = s->metric_mean[metric] + s->metric_sd[metric] * z;
    return s->metric_log[metric] ? exp(LN10 * y) : y;
}
