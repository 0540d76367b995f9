/* What is fitted beside the networks: factors on sd, and the ridge baseline. */
#include "tasks/surrogate/model_private.h"

#include "gnn/ridge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ONE_SD 0.682689492137
enum { ENOUGH = 20 };

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Points and what one mode answers for them. */
typedef struct answers {
    double *value, *known, *mean, *sd, *ratio;
} answers;

static gal_status answers_new(answers *a, gal_arena *arena, const gal_surrogate *s, int32_t n,
                              gal_error *err) {
    const size_t n_var = (size_t)s->scale.n_var, n_metric = (size_t)s->scale.n_metric;
    a->value = GAL_ARENA_ARRAY(arena, double, (size_t)n *n_var);
    a->known = GAL_ARENA_ARRAY(arena, double, (size_t)n *n_metric);
    a->mean = GAL_ARENA_ARRAY(arena, double, (size_t)n *n_metric);
    a->sd = GAL_ARENA_ARRAY(arena, double, (size_t)n *n_metric);
    a->ratio = GAL_ARENA_ARRAY(arena, double, (size_t)n + 1);
    if (a->value && a->known && a->mean && a->sd && a->ratio) return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for calibration");
}

/* The factor of metric m: the quantile of error over sd. */
static double factor_of(const answers *a, const gal_surrogate *s, int32_t m, int32_t n) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        const size_t at = (size_t)i * (size_t)s->scale.n_metric + (size_t)m;
        const double truth = gal__surrogate_to_scale(&s->scale, m, a->known[at]);
        const double error = fabs(gal__surrogate_to_scale(&s->scale, m, a->mean[at]) - truth);
        if (isfinite(error) && a->sd[at] > 0) a->ratio[count++] = error / a->sd[at];
    }
    if (count < ENOUGH) return 1;
    qsort(a->ratio, (size_t)count, sizeof *a->ratio, ascending);
    const double place = ONE_SD * (count - 1);
    const int32_t low = (int32_t)place;
    const double part = place - low;
    return (1 - part) * a->ratio[low] + part * a->ratio[low + (low + 1 < count)];
}

gal_status gal__surrogate_calibrate(gal_surrogate *s, const gal_surrogate_samples *samples,
                                    const int32_t *index, int32_t n, gal_error *err) {
    const size_t n_var = (size_t)s->scale.n_var, n_metric = (size_t)s->scale.n_metric;
    gal_arena arena;
    answers a;
    int32_t rows = 0;
    gal_arena_init(&arena);
    gal_status status = answers_new(&a, &arena, s, n, err);
    for (int32_t i = 0; status == GAL_OK && i < n; i++) {
        const size_t from = (size_t)index[i], to = (size_t)rows;
        if (!samples->valid[from]) continue;
        memcpy(a.value + to * n_var, samples->value + from * n_var, n_var * sizeof *a.value);
        memcpy(a.known + to * n_metric, samples->metric + from * n_metric,
               n_metric * sizeof *a.known);
        rows++;
    }
    for (int mode = 0; status == GAL_OK && mode < GAL__SURROGATE_MODES; mode++) {
        if (mode == GAL__SURROGATE_FAST && !s->has_fast) continue;
        status = gal__surrogate_answer(a.mean, a.sd, NULL, s, (gal__surrogate_mode)mode, a.value,
                                       mode == GAL__SURROGATE_MIXED ? a.known : NULL, rows, err);
        for (int32_t m = 0; status == GAL_OK && m < s->scale.n_metric; m++)
            s->sd_factor[mode * s->scale.n_metric + m] = factor_of(&a, s, m, rows);
    }
    gal_arena_clear(&arena);
    return status;
}

/* x [n, n_feature + 1] with a first column of ones. */
static void ridge_row(float *x, const gal_surrogate *s, const double *value) {
    x[0] = 1;
    gal__surrogate_features(x + 1, &s->scale, value);
}

static double ridge_target(const gal_surrogate *s, const gal_surrogate_samples *samples, int32_t i,
                           int32_t m) {
    if (m == s->scale.n_metric) return samples->valid[i];
    return gal__surrogate_standard(
        &s->scale, m, samples->metric[(size_t)i * (size_t)s->scale.n_metric + (size_t)m]);
}

gal_status gal__surrogate_fit_ridge(gal_surrogate *s, const gal_surrogate_samples *samples,
                                    gal_error *err) {
    const gal_ridge_options options = {.l2 = 1e-3 * samples->n, .free_column = 1};
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, samples->n, s->scale.n_feature + 1);
    double *y = GAL_ARENA_ARRAY(&arena, double, samples->n);
    double *weight = GAL_ARENA_ARRAY(&arena, double, samples->n);
    gal_status status = x.data && y && weight
                            ? GAL_OK
                            : gal_fail(err, GAL_ENOMEM, "out of memory for the baseline");
    for (int32_t i = 0; status == GAL_OK && i < samples->n; i++)
        ridge_row(gal_mat_row(x, i), s, samples->value + (size_t)i * (size_t)s->scale.n_var);
    for (int32_t m = 0; status == GAL_OK && m <= s->scale.n_metric; m++) {
        for (int32_t i = 0; i < samples->n; i++) {
            const double target = ridge_target(s, samples, i, m);
            const int counts = !isnan(target) && (samples->valid[i] || m == s->scale.n_metric);
            y[i] = counts ? target : 0;
            weight[i] = counts;
        }
        status = gal_ridge_fit(s->ridge + (size_t)m * (size_t)x.cols, x, y, weight, &options, err);
    }
    gal_arena_clear(&arena);
    return status;
}

gal_status gal_surrogate_predict_ridge(double *mean, double *valid, const gal_surrogate *surrogate,
                                       const double *value, int32_t n, gal_error *err) {
    const gal_surrogate *s = surrogate;
    const int32_t n_x = s->scale.n_feature + 1, n_metric = s->scale.n_metric;
    float *x = malloc((size_t)n_x * sizeof *x);
    if (!x) return gal_fail(err, GAL_ENOMEM, "out of memory for the baseline");
    for (int32_t i = 0; i < n; i++) {
        ridge_row(x, s, value + (size_t)i * (size_t)s->scale.n_var);
        for (int32_t m = 0; m <= n_metric; m++) {
            double y = 0;
            for (int32_t j = 0; j < n_x; j++) y += s->ridge[m * n_x + j] * (double)x[j];
            if (m < n_metric)
                mean[(size_t)i * (size_t)n_metric + (size_t)m] =
                    gal__surrogate_from_standard(&s->scale, m, y);
            else if (valid) valid[i] = y;
        }
    }
    free(x);
    return GAL_OK;
}
