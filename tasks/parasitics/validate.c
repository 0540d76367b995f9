#include "tasks/parasitics/validate.h"

#include "base/vec.h"
#include "tasks/json_private.h"
#include <math.h>
#include <stdlib.h>

enum { NONE, PREDICTED, EXTRACTED, N_ALTERNATIVE };

/* Relative errors of one quantity under one alternative. */
typedef gal_vec(double) errors;

typedef struct tally {
    errors delay[2], slew[2]; /* [NONE, PREDICTED] */
} tally;

static int push(errors *list, double value, double truth) {
    if (!(truth > 0) || isnan(value)) return 1;
    return gal_vec_push(list, (value - truth) / truth);
}

static int add_arcs(tally *t, gal_pex_validation *out, const gal_cell_delays *delays) {
    int ok = 1;
    for (int32_t i = 0; ok && i < delays->n_arc; i++) {
        const gal_cell_arc *arc = &delays->arc[i];
        out->n_arc++;
        for (int k = NONE; ok && k <= PREDICTED; k++)
            ok = push(&t->delay[k], arc->delay[k], arc->delay[EXTRACTED]) &&
                 push(&t->slew[k], arc->slew[k], arc->slew[EXTRACTED]);
    }
    return ok;
}

static gal_status simulate(tally *t, gal_pex_validation *out, gal_sim_pool *pool,
                           const gal_pex_result *result, const gal_extract *extract,
                           const gal_device_models *models, const gal_pex_validate_options *options,
                           gal_error *err) {
    const size_t n = (size_t)result->n_net + (size_t)result->n_coupling;
    gal_cap *predicted = malloc((n + 1) * sizeof *predicted);
    if (!predicted) return gal_fail(err, GAL_ENOMEM, "out of memory for the validation");
    const gal_cap_list alternative[N_ALTERNATIVE] = {
        [PREDICTED] = {predicted, gal_pex_result_caps(predicted, result)},
        [EXTRACTED] = {extract->cap, extract->n_cap}};
    gal_cell_delays delays;
    gal_status status = gal_cell_delay(&delays, pool, result->circuit, models, alternative,
                                       N_ALTERNATIVE, &options->delay, NULL, err);
    free(predicted);
    if (status != GAL_OK) return status;
    out->n_skipped += delays.skipped != NULL;
    out->n_cell += delays.skipped == NULL;
    out->n_failed += delays.n_failed;
    if (!add_arcs(t, out, &delays)) status = gal_fail(err, GAL_ENOMEM, "out of memory");
    gal_cell_delays_clear(&delays);
    return status;
}

static gal_status run(tally *t, gal_pex_validation *out, gal_sim_pool *pool,
                      const gal_pex_model *model, const gal_pex_set *set,
                      const gal_device_models *models, const gal_pex_validate_options *options,
                      const gal_report *report, gal_error *err) {
    const int32_t max =
        options->max_cell > 0 && options->max_cell < set->n ? options->max_cell : set->n;
    int has_any = 0;
    for (int32_t i = 0; i < set->n; i++) has_any = has_any || set->item[i].labels->n_cap > 0;
    if (!has_any) return gal_fail(err, GAL_EINVAL, "the data has no capacitances");
    for (int32_t k = 0; k < max; k++) {
        const int32_t i = (int32_t)((int64_t)k * set->n / max);
        const gal_pex_case *pex = &set->item[i];
        if (!gal_progress(report, "simulating", k, max, "%s", pex->circuit->name))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
        const gal_pex_predict_options predict = {.extractor = gal_technology_extractor(&pex->tech)};
        gal_pex_result result;
        GAL_TRY(gal_pex_predict(&result, model, pex->circuit, &predict, err));
        const gal_status status =
            simulate(t, out, pool, &result, pex->labels, models, options, err);
        gal_pex_result_clear(&result);
        if (status == GAL_EMISMATCH) { /* a device that no card fits: this cell only */
            gal_note(report, "%s: %s", pex->circuit->name, err ? err->message : "skipped");
            out->n_skipped++;
        } else if (status != GAL_OK) {
            return status;
        }
    }
    return GAL_OK;
}

static int ascending(const void *x, const void *y) {
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static gal_pex_delay_error summary(errors *list) {
    gal_pex_delay_error e = {0};
    const size_t n = list->size;
    if (n == 0) return e;
    for (size_t i = 0; i < n; i++) {
        e.bias += list->data[i] / (double)n;
        list->data[i] = fabs(list->data[i]);
        e.mean += list->data[i] / (double)n;
    }
    qsort(list->data, n, sizeof *list->data, ascending);
    e.median = list->data[n / 2];
    e.p90 = list->data[n * 9 / 10];
    return e;
}

gal_status gal_pex_validate(gal_pex_validation *out, const gal_pex_model *model,
                            const gal_pex_set *set, const gal_device_models *models,
                            const gal_pex_validate_options *options, const gal_report *report,
                            gal_error *err) {
    tally t = {0};
    gal_sim_pool *pool;
    *out = (gal_pex_validation){0};
    GAL_TRY(gal_sim_pool_create(&pool, options->workers, 0, err));
    gal_status status = run(&t, out, pool, model, set, models, options, report, err);
    gal_sim_pool_destroy(pool);
    if (status == GAL_OK && out->n_arc == 0)
        status = gal_fail(err, GAL_EINVAL, "no cell of the data has a combinational arc");
    out->none_delay = summary(&t.delay[NONE]);
    out->predicted_delay = summary(&t.delay[PREDICTED]);
    out->none_slew = summary(&t.slew[NONE]);
    out->predicted_slew = summary(&t.slew[PREDICTED]);
    for (int k = 0; k < 2; k++) {
        gal_vec_free(&t.delay[k]);
        gal_vec_free(&t.slew[k]);
    }
    return status;
}

static void row(gal_buf *out, const char *what, const char *with, const gal_pex_delay_error *e) {
    gal_buf_printf(out, "%-6s %-12s %8.2f%% %8.2f%% %8.2f%% %+8.2f%%\n", what, with, 100 * e->mean,
                   100 * e->median, 100 * e->p90, 100 * e->bias);
}

gal_status gal_pex_validation_table(gal_buf *out, const gal_pex_validation *v, gal_error *err) {
    gal_buf_printf(out,
                   "%d cells, %d arcs simulated; %d cells without a combinational arc, %d runs "
                   "failed\nerror against extracted parasitics\n%-6s %-12s %9s %9s %9s %9s\n",
                   v->n_cell, v->n_arc, v->n_skipped, v->n_failed, "", "with", "mean", "median",
                   "p90", "bias");
    row(out, "delay", "none", &v->none_delay);
    row(out, "", "predicted", &v->predicted_delay);
    row(out, "slew", "none", &v->none_slew);
    row(out, "", "predicted", &v->predicted_slew);
    return gal_buf_ok(out, err);
}

static json_t *json_error(const gal_pex_delay_error *e) {
    return json_pack("{s:f,s:f,s:f,s:f}", "mean", e->mean, "median", e->median, "p90", e->p90,
                     "bias", e->bias);
}

gal_status gal_pex_validation_json(gal_buf *out, const gal_pex_validation *v, gal_error *err) {
    json_t *root =
        json_pack("{s:i,s:i,s:i,s:i,s:{s:o,s:o},s:{s:o,s:o}}", "cells", v->n_cell, "skipped",
                  v->n_skipped, "arcs", v->n_arc, "failed_runs", v->n_failed, "delay", "none",
                  json_error(&v->none_delay), "predicted", json_error(&v->predicted_delay), "slew",
                  "none", json_error(&v->none_slew), "predicted", json_error(&v->predicted_slew));
    return gal__json_print(out, root, 6, err);
}
