#include "tasks/surrogate/samples.h"

#include "base/rng.h"
#include <stdlib.h>
#include <string.h>

/* Room for n more. */
static gal_status reserve(gal_surrogate_samples *s, const gal_bench *bench, int32_t n,
                          gal_error *err) {
    const size_t rows = (size_t)s->n + (size_t)n + 1, n_var = (size_t)bench->n_var,
                 n_metric = (size_t)bench->n_metric;
    s->n_var = bench->n_var;
    s->n_metric = bench->n_metric;
    double *value = realloc(s->value, (rows * n_var + 1) * sizeof *value);
    if (value) s->value = value;
    double *metric = realloc(s->metric, (rows * n_metric + 1) * sizeof *metric);
    if (metric) s->metric = metric;
    uint8_t *valid = realloc(s->valid, rows);
    if (valid) s->valid = valid;
    uint8_t *simulated = realloc(s->simulated, rows);
    if (simulated) s->simulated = simulated;
    if (value && metric && valid && simulated) return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for %d samples", n);
}

void gal_surrogate_samples_clear(gal_surrogate_samples *samples) {
    free(samples->value);
    free(samples->metric);
    free(samples->valid);
    free(samples->simulated);
    *samples = (gal_surrogate_samples){0};
}

static void take_point(gal_surrogate_samples *s, const double *value, const double *metric,
                       gal_point_status status) {
    const size_t n_var = (size_t)s->n_var, n_metric = (size_t)s->n_metric, row = (size_t)s->n++;
    memcpy(s->value + row * n_var, value, n_var * sizeof *value);
    memcpy(s->metric + row * n_metric, metric, n_metric * sizeof *metric);
    s->valid[row] = status == GAL_POINT_OK;
    s->simulated[row] = status == GAL_POINT_OK || status == GAL_POINT_INVALID;
}

/* A point that did not converge counts as a design that is not valid; a crash says nothing. */
static gal_status take(gal_surrogate_samples *s, const gal_bench *bench, const gal_plan *plan,
                       const gal_sweep *sweep, gal_error *err) {
    int32_t n_result = 0, failed = -1;
    GAL_TRY(reserve(s, bench, plan->n, err));
    for (int32_t i = 0; i < plan->n; i++) {
        const gal_point_status status = sweep->result[i].status;
        s->n_run += sweep->known[i];
        if (!sweep->known[i]) continue;
        if (status > GAL_POINT_INVALID) failed = i;
        if (status > GAL_POINT_NONCONVERGED) continue;
        take_point(s, plan->value + (size_t)i * (size_t)bench->n_var,
                   sweep->metric + (size_t)i * (size_t)bench->n_metric, status);
        n_result += s->simulated[s->n - 1];
    }
    s->n_stored += sweep->n_stored;
    if (n_result) return GAL_OK;
    return gal_fail(err, GAL_ESIM, "%s: none of %d points has a result: %s", bench->path, plan->n,
                    failed >= 0 ? sweep->result[failed].words : "");
}

static gal_status sweep_plan(gal_surrogate_samples *samples, const gal_bench *bench,
                             const gal_plan *plan, gal_store *store,
                             const gal_surrogate_sampling *sampling, const gal_report *report,
                             gal_error *err) {
    gal_sweep sweep = {0};
    const gal_points points = gal_plan_points(plan);
    const gal_sweep_options options = {.n_worker = sampling->n_worker,
                                       .deadline = sampling->deadline};
    gal_status status = gal_sweep_run(&sweep, bench, &points, store, &options, report, err);
    if (status == GAL_OK) status = take(samples, bench, plan, &sweep, err);
    gal_sweep_clear(&sweep);
    return status;
}

gal_status gal_surrogate_sample_more(gal_surrogate_samples *samples, const gal_bench *bench,
                                     const gal_plan *plan, const gal_surrogate_sampling *sampling,
                                     const gal_report *report, gal_error *err) {
    gal_store *store = NULL;
    gal_error closing = {0};
    gal_status status =
        sampling->store ? gal_store_open(&store, sampling->store, bench, 1, err) : GAL_OK;
    if (status == GAL_OK) status = sweep_plan(samples, bench, plan, store, sampling, report, err);
    if (store && gal_store_close(store, &closing) != GAL_OK && status == GAL_OK)
        status = gal_fail(err, closing.code, "%s", closing.message);
    return status;
}

gal_status gal_surrogate_sample(gal_surrogate_samples *samples, const gal_bench *bench,
                                const gal_surrogate_sampling *sampling, const gal_report *report,
                                gal_error *err) {
    gal_plan plan;
    *samples = (gal_surrogate_samples){0};
    if (bench->n_var == 0)
        return gal_fail(err, GAL_EINVAL,
                        "%s: no design variable; add '*galena var NAME LOW HIGH [log]'",
                        bench->path);
    GAL_TRY(gal_plan_build(
        &plan, bench, &(gal_plan_options){.sweep = sampling->sweep, .seed = sampling->seed}, err));
    const gal_status status =
        gal_surrogate_sample_more(samples, bench, &plan, sampling, report, err);
    gal_plan_clear(&plan);
    if (status != GAL_OK) gal_surrogate_samples_clear(samples);
    return status;
}

int32_t gal_surrogate_split(int32_t *index, int32_t n, double share, uint64_t seed) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 1);
    for (int32_t i = 0; i < n; i++) index[i] = i;
    gal_rng_shuffle(&rng, index, n);
    const int32_t wanted = (int32_t)(share * n + 0.5);
    return wanted < 1 ? 1 : wanted > n / 2 ? n / 2 : wanted;
}
