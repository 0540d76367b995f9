#include "tasks/parasitics/trend.h"

#include "gnn/ridge.h"
#include "tasks/parasitics/data.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Samples that a fit looks at. */
enum { MOST_ROWS = 20000 };

/* Smaller capacitances weigh the same in the sum's fit, fF. */
static const double relative_from = 0.1;

/* Penalty per sample of a standardised column; that of the sum's log is so many times smaller. */
static const double ridge = 0.3, ease = 30;

int64_t gal_pex_trend_size(const gal_pex_trend_form *form) {
    return (int64_t)form->n_sum + 2 + 3 * (int64_t)form->n + 2;
}

gal_status gal_pex_trend_new(gal_pex_trend *trend, const gal_pex_trend_form *form, gal_error *err) {
    double *value = calloc((size_t)gal_pex_trend_size(form), sizeof *value);
    if (!value) return gal_fail(err, GAL_ENOMEM, "out of memory for a trend");
    *trend = (gal_pex_trend){.form = *form, .value = value, .sum = value};
    trend->slope = trend->sum + form->n_sum + 2;
    trend->low = trend->slope + form->n + 2;
    trend->high = trend->low + form->n;
    return GAL_OK;
}

void gal_pex_trend_clear(gal_pex_trend *trend) {
    free(trend->value);
    *trend = (gal_pex_trend){0};
}

/* Of 1 + |x|, with the sign of x. Where x is small its value matters little: logf(1 + x) takes a
 * third of the time of log1pf. */
static double log_of(float x) {
    return x == 0 ? 0 : x < 0 ? -logf(1 - x) : logf(1 + x);
}

static int is_stack(const gal_pex_trend_form *form, const float *x) {
    return form->stack >= 0 && x[form->stack] > 0;
}

/* unit[3]: powers of the pitch that a sample's lengths are in, um. */
static void find_units(double unit[3], const gal_pex_trend_form *form, const float *x) {
    unit[0] = unit[1] = unit[2] = 1;
    if (!form->power) return;
    unit[1] = gal_technology_pitch(x + form->n - GAL_N_TECH);
    unit[2] = unit[1] * unit[1];
}

/* Column c of the sum, never negative. */
static double term(const gal_pex_trend_form *form, const double unit[3], const float *x,
                   int32_t c) {
    return x[c] > 0 ? x[c] * unit[form->power ? form->power[c] : 0] : 0;
}

static double log_of_sum(const gal_pex_trend *trend, const float *x) {
    const gal_pex_trend_form *form = &trend->form;
    double unit[3], sum = trend->sum[0];
    if (is_stack(form, x)) return log10(fmax(trend->sum[1], GAL_PEX_FLOOR_FF));
    find_units(unit, form, x);
    for (int32_t c = 0; c < form->n_sum; c++) sum += trend->sum[c + 2] * term(form, unit, x, c);
    return log10(fmax(sum, GAL_PEX_FLOOR_FF));
}

double gal_pex_trend_at(const gal_pex_trend *trend, const float *x) {
    double value = trend->slope[0] + trend->slope[1] * log_of_sum(trend, x);
    for (int32_t c = 0; c < trend->form.n; c++)
        value += trend->slope[c + 2] * fmin(fmax(log_of(x[c]), trend->low[c]), trend->high[c]);
    return value;
}

/* The samples of a fit and its scratch. */
typedef struct samples {
    gal_arena arena;
    gal_mat x;            /* [n, columns] */
    double *y;            /* [n] log10 fF */
    double *weight;       /* [n] */
    gal_mat design;       /* [n, columns + 2] */
    double *goal;         /* [n] what the design is fitted to */
    double *share;        /* [n] the weights of that */
    double *coef;         /* [columns + 2] */
    double *mean, *scale; /* [columns + 2] of the design's columns */
} samples;

static gal_status samples_new(samples *s, gal_mat x, const float *y, const float *weight,
                              gal_error *err) {
    int64_t used = 0;
    for (int64_t r = 0; r < x.rows; r++) used += weight[r] > 0;
    const int64_t step = used / MOST_ROWS + 1, n = (used + step - 1) / step;
    const size_t cols = (size_t)x.cols + 2;
    s->x = gal_mat_new(&s->arena, n, x.cols);
    s->design = gal_mat_new(&s->arena, n, x.cols + 2);
    s->y = gal_arena_alloc(&s->arena, (4 * (size_t)n + 3 * cols) * sizeof *s->y);
    if (!s->x.data || !s->design.data || !s->y)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a trend");
    s->weight = s->y + n;
    s->goal = s->weight + n;
    s->share = s->goal + n;
    s->coef = s->share + n;
    s->mean = s->coef + cols;
    s->scale = s->mean + cols;
    for (int64_t r = 0, seen = 0, at = 0; r < x.rows; r++) {
        if (weight[r] <= 0 || seen++ % step) continue;
        gal_mat_copy(gal_mat_rows(s->x, at, 1), gal_mat_rows(x, r, 1));
        s->y[at] = y[r];
        s->weight[at++] = weight[r];
    }
    return GAL_OK;
}

/* C as a sum; its columns are scaled by their means. */
static gal_status fit_sum(gal_pex_trend *trend, samples *s, gal_error *err) {
    const gal_pex_trend_form *form = &trend->form;
    const gal_mat design = gal_mat_cols(s->design, 0, form->n_sum + 2);
    memset(s->scale, 0, sizeof *s->scale * (size_t)form->n_sum);
    for (int64_t r = 0; r < s->x.rows; r++) {
        const float *x = gal_mat_row(s->x, r);
        float *row = gal_mat_row(design, r);
        const int stack = is_stack(form, x);
        double unit[3];
        find_units(unit, form, x);
        row[0] = !stack;
        row[1] = (float)stack;
        for (int32_t c = 0; c < form->n_sum; c++) {
            row[c + 2] = stack ? 0 : (float)term(form, unit, x, c);
            s->scale[c] += row[c + 2] / (double)s->x.rows;
        }
        s->goal[r] = pow(10, s->y[r]);
        s->share[r] = s->weight[r] / pow(s->goal[r] + relative_from, 2);
    }
    for (int64_t r = 0; r < s->x.rows; r++)
        for (int32_t c = 0; c < form->n_sum; c++)
            if (s->scale[c] > 0) gal_mat_row(design, r)[c + 2] /= (float)s->scale[c];
    const gal_ridge_options options = {.l2 = 1e-3, .nonnegative = 1};
    GAL_TRY(gal_ridge_fit(trend->sum, design, s->goal, s->share, &options, err));
    for (int32_t c = 0; c < form->n_sum; c++)
        if (s->scale[c] > 0) trend->sum[c + 2] /= s->scale[c];
    return GAL_OK;
}

/* Centres column c of the design and gives it a deviation of 1, the sum's more. */
static void standardise(samples *s, int32_t c, double total) {
    double mean = 0, square = 0;
    for (int64_t r = 0; r < s->x.rows; r++)
        mean += s->weight[r] * gal_mat_row(s->design, r)[c] / total;
    for (int64_t r = 0; r < s->x.rows; r++)
        square += s->weight[r] * pow(gal_mat_row(s->design, r)[c] - mean, 2) / total;
    s->mean[c] = mean;
    s->scale[c] = square > 1e-12 ? 1 / sqrt(square) : 0;
    if (c == 1) s->scale[c] *= sqrt(ease);
    for (int64_t r = 0; r < s->x.rows; r++) {
        float *value = &gal_mat_row(s->design, r)[c];
        *value = (float)((*value - mean) * s->scale[c]);
    }
}

static gal_status fit_slope(gal_pex_trend *trend, samples *s, gal_error *err) {
    double total = 0;
    for (int64_t r = 0; r < s->x.rows; r++) {
        const float *x = gal_mat_row(s->x, r);
        float *row = gal_mat_row(s->design, r);
        total += s->weight[r];
        row[0] = 1;
        row[1] = (float)log_of_sum(trend, x);
        for (int32_t c = 0; c < trend->form.n; c++) {
            row[c + 2] = (float)log_of(x[c]);
            trend->low[c] = r ? fmin(trend->low[c], row[c + 2]) : row[c + 2];
            trend->high[c] = r ? fmax(trend->high[c], row[c + 2]) : row[c + 2];
        }
    }
    for (int32_t c = 1; c < trend->form.n + 2; c++) standardise(s, c, total);
    const gal_ridge_options options = {.l2 = ridge * total, .free_column = 1};
    GAL_TRY(gal_ridge_fit(s->coef, s->design, s->y, s->weight, &options, err));
    trend->slope[0] = s->coef[0];
    for (int32_t c = 1; c < trend->form.n + 2; c++) {
        trend->slope[c] = s->coef[c] * s->scale[c];
        trend->slope[0] -= trend->slope[c] * s->mean[c];
    }
    return GAL_OK;
}

gal_status gal_pex_trend_fit(gal_pex_trend *trend, gal_mat x, const float *y, const float *weight,
                             gal_error *err) {
    samples s = {.y = NULL};
    gal_arena_init(&s.arena);
    gal_status status = samples_new(&s, x, y, weight, err);
    if (status == GAL_OK) status = fit_sum(trend, &s, err);
    if (status == GAL_OK) status = fit_slope(trend, &s, err);
    gal_arena_clear(&s.arena);
    return status;
}
