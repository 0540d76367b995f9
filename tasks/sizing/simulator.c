#include "tasks/sizing/simulator.h"

#include <stdlib.h>
#include <string.h>

struct gal_ngspice {
    const gal_bench *bench;
    gal_store *store;
    gal_sim_pool *pool;
    gal_evaluator *evaluator;
    /* points of the call in progress that are not in the store */
    int32_t capacity, n;
    int32_t *index, *corner; /* [capacity] place in the call */
    double *value;           /* [capacity, n_var] */
    double *metric;          /* the call's */
    gal_point_result *result;
};

void gal_ngspice_destroy(gal_ngspice *g) {
    if (!g) return;
    gal_evaluator_destroy(g->evaluator);
    gal_sim_pool_destroy(g->pool);
    free(g->index);
    free(g->corner);
    free(g->value);
    free(g);
}

gal_status gal_ngspice_create(gal_ngspice **out, const gal_bench *bench, gal_store *store,
                              const gal_ngspice_options *options, gal_error *err) {
    static const gal_ngspice_options plain = {0};
    if (!options) options = &plain;
    *out = NULL;
    gal_ngspice *g = calloc(1, sizeof *g);
    if (!g) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulator");
    g->bench = bench;
    g->store = store;
    gal_status status = gal_sim_pool_create(&g->pool, options->n_worker, options->deadline, err);
    if (status == GAL_OK) status = gal_evaluator_create(&g->evaluator, bench, g->pool, err);
    if (status != GAL_OK) return gal_ngspice_destroy(g), status;
    *out = g;
    return GAL_OK;
}

static int reserve(gal_ngspice *g, int32_t n) {
    if (n <= g->capacity) return 1;
    free(g->index);
    free(g->corner);
    free(g->value);
    g->index = malloc((size_t)n * sizeof *g->index);
    g->corner = malloc((size_t)n * sizeof *g->corner);
    g->value = malloc(((size_t)n * g->bench->n_var + 1) * sizeof *g->value);
    g->capacity = g->index && g->corner && g->value ? n : 0;
    return g->capacity > 0;
}

static gal_status take(void *user, int32_t i, const double *metric, const gal_point_result *result,
                       gal_error *err) {
    gal_ngspice *g = user;
    const int32_t at = g->index[i];
    memcpy(g->metric + (size_t)at * g->bench->n_metric, metric,
           (size_t)g->bench->n_metric * sizeof *metric);
    g->result[at] = *result;
    if (!g->store) return GAL_OK;
    return gal_store_put(g->store, g->value + (size_t)i * g->bench->n_var, g->corner[i], 0, metric,
                         result, err);
}

static gal_status look_up(gal_ngspice *g, uint8_t *stored, const double *value,
                          const int32_t *corner, int32_t n, gal_error *err) {
    const size_t n_var = (size_t)g->bench->n_var, n_metric = (size_t)g->bench->n_metric;
    g->n = 0;
    for (int32_t i = 0; i < n; i++) {
        int found = 0;
        if (g->store)
            GAL_TRY(gal_store_get(&found, g->metric + i * n_metric, &g->result[i], g->store,
                                  value + i * n_var, corner[i], 0, err));
        stored[i] = (uint8_t)found;
        if (found) continue;
        memcpy(g->value + g->n * n_var, value + i * n_var, n_var * sizeof *value);
        g->corner[g->n] = corner[i];
        g->index[g->n++] = i;
    }
    return GAL_OK;
}

static gal_status run(void *user, double *metric, gal_point_result *result, uint8_t *stored,
                      const double *value, const int32_t *corner, int32_t n,
                      const gal_report *report, gal_error *err) {
    gal_ngspice *g = user;
    if (!reserve(g, n)) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulator");
    g->metric = metric;
    g->result = result;
    GAL_TRY(look_up(g, stored, value, corner, n, err));
    if (!g->n) return GAL_OK;
    const gal_points points = {.n = g->n, .value = g->value, .corner = g->corner};
    const gal_evaluate_options options = {.user = g, .done = take};
    gal_status status = gal_evaluator_run(NULL, NULL, g->evaluator, &points, &options, report, err);
    if (g->store) {
        const gal_status kept = gal_store_commit(g->store, status == GAL_OK ? err : NULL);
        if (status == GAL_OK) status = kept;
    }
    return status;
}

gal_simulator gal_ngspice_simulator(gal_ngspice *ngspice) {
    return (gal_simulator){ngspice, run};
}

int32_t gal_ngspice_workers(const gal_ngspice *ngspice) {
    return gal_sim_pool_size(ngspice->pool);
}
