#include "spice/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A point by its key, for finding equal ones. */
typedef struct keyed {
    uint64_t key;
    int32_t point;
} keyed;

typedef struct sweeper {
    gal_sweep *sweep;
    const gal_bench *bench;
    const gal_points *points;
    gal_store *store;
    keyed *key;    /* [n] of points not in the store, sorted */
    int32_t *todo; /* [n_todo] points to evaluate, ascending */
    double *value; /* [n_todo, n_var] and so on: those points as arrays */
    int32_t *corner;
    uint64_t *seed;
    int32_t n_key, n_todo;
} sweeper;

void gal_sweep_clear(gal_sweep *sweep) {
    free(sweep->metric);
    free(sweep->result);
    free(sweep->known);
    *sweep = (gal_sweep){0};
}

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a sweep");
}

static const double *value_of(const sweeper *s, int32_t i) {
    return s->points->value + (size_t)i * s->bench->n_var;
}
static int32_t corner_of(const sweeper *s, int32_t i) {
    return s->points->corner ? s->points->corner[i] : 0;
}
static uint64_t seed_of(const sweeper *s, int32_t i) {
    return s->points->seed ? s->points->seed[i] : 0;
}
static double *row_of(const sweeper *s, int32_t i) {
    return s->sweep->metric + (size_t)i * s->bench->n_metric;
}

static gal_status allocate(sweeper *s, gal_error *err) {
    const size_t n = (size_t)s->points->n + 1;
    const size_t n_metric = (size_t)s->bench->n_metric, n_var = (size_t)s->bench->n_var;
    gal_sweep *sweep = s->sweep;
    *sweep = (gal_sweep){.n = s->points->n};
    sweep->metric = malloc((n * n_metric + 1) * sizeof *sweep->metric);
    sweep->result = calloc(n, sizeof *sweep->result);
    sweep->known = calloc(n, 1);
    s->key = malloc(n * sizeof *s->key);
    s->todo = malloc(n * sizeof *s->todo);
    s->value = malloc((n * n_var + 1) * sizeof *s->value);
    s->corner = malloc(n * sizeof *s->corner);
    s->seed = malloc(n * sizeof *s->seed);
    if (!sweep->metric || !sweep->result || !sweep->known || !s->key || !s->todo || !s->value ||
        !s->corner || !s->seed)
        return nomem(err);
    for (size_t i = 0; i < n * n_metric; i++) sweep->metric[i] = NAN;
    return GAL_OK;
}

static gal_status look_up(sweeper *s, int retry, gal_error *err) {
    for (int32_t i = 0; i < s->points->n; i++) {
        int found = 0;
        gal_point_result *result = &s->sweep->result[i];
        if (s->store)
            GAL_TRY(gal_store_get(&found, row_of(s, i), result, s->store, value_of(s, i),
                                  corner_of(s, i), seed_of(s, i), err));
        if (retry && (result->status == GAL_POINT_CRASH || result->status == GAL_POINT_TIMEOUT))
            found = 0;
        s->sweep->known[i] = (uint8_t)found;
        s->sweep->n_stored += found;
        if (!found)
            s->key[s->n_key++] =
                (keyed){gal_store_key(s->bench, value_of(s, i), corner_of(s, i), seed_of(s, i)), i};
    }
    return GAL_OK;
}

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->point - y->point;
}

static int by_number(const void *a, const void *b) {
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* The first of equal points, and those alone as arrays. */
static void choose(sweeper *s) {
    const size_t n_var = (size_t)s->bench->n_var;
    qsort(s->key, (size_t)s->n_key, sizeof *s->key, by_key);
    for (int32_t k = 0; k < s->n_key; k++)
        if (k == 0 || s->key[k].key != s->key[k - 1].key) s->todo[s->n_todo++] = s->key[k].point;
    qsort(s->todo, (size_t)s->n_todo, sizeof *s->todo, by_number);
    for (int32_t k = 0; k < s->n_todo; k++) {
        const int32_t i = s->todo[k];
        if (n_var) memcpy(s->value + k * n_var, value_of(s, i), n_var * sizeof *s->value);
        s->corner[k] = corner_of(s, i);
        s->seed[k] = seed_of(s, i);
    }
}

static gal_status take(void *user, int32_t index, const double *metric,
                       const gal_point_result *result, gal_error *err) {
    sweeper *s = user;
    const int32_t i = s->todo[index];
    memcpy(row_of(s, i), metric, (size_t)s->bench->n_metric * sizeof *metric);
    s->sweep->result[i] = *result;
    s->sweep->known[i] = 1;
    s->sweep->n_evaluated++;
    return s->store ? gal_store_put(s->store, value_of(s, i), corner_of(s, i), seed_of(s, i),
                                    metric, result, err)
                    : GAL_OK;
}

static gal_status evaluate(sweeper *s, const gal_sweep_options *o, const gal_report *report,
                           gal_error *err) {
    gal_sim_pool *pool = NULL;
    gal_evaluator *evaluator = NULL;
    const gal_points points = {s->n_todo, s->value, s->corner, s->seed};
    const gal_evaluate_options options = {.user = s, .done = take};
    int32_t n_worker = o->n_worker > 0 ? o->n_worker : (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (n_worker > s->n_todo) n_worker = s->n_todo;
    gal_status status = gal_sim_pool_create(&pool, n_worker, o->deadline, err);
    if (status == GAL_OK) status = gal_evaluator_create(&evaluator, s->bench, pool, err);
    if (status == GAL_OK)
        status = gal_evaluator_run(NULL, NULL, evaluator, &points, &options, report, err);
    if (pool) s->sweep->count = gal_sim_pool_counts(pool);
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
    return status;
}

/* Equal points have equal results. */
static void spread(sweeper *s) {
    for (int32_t k = 1; k < s->n_key; k++) {
        const int32_t from = s->key[k - 1].point, to = s->key[k].point;
        if (s->key[k].key != s->key[k - 1].key || !s->sweep->known[from]) continue;
        memcpy(row_of(s, to), row_of(s, from), (size_t)s->bench->n_metric * sizeof(double));
        s->sweep->result[to] = s->sweep->result[from];
        s->sweep->known[to] = 1;
    }
}

gal_status gal_sweep_run(gal_sweep *sweep, const gal_bench *bench, const gal_points *points,
                         gal_store *store, const gal_sweep_options *options,
                         const gal_report *report, gal_error *err) {
    static const gal_sweep_options plain = {0};
    sweeper s = {.sweep = sweep, .bench = bench, .points = points, .store = store};
    if (!options) options = &plain;
    gal_status status = allocate(&s, err);
    if (status == GAL_OK) status = look_up(&s, options->retry, err);
    if (status == GAL_OK) choose(&s);
    if (status == GAL_OK && s.n_todo) status = evaluate(&s, options, report, err);
    spread(&s);
    if (store) { /* what is finished stays, whatever happened */
        const gal_status kept = gal_store_commit(store, status == GAL_OK ? err : NULL);
        if (status == GAL_OK) status = kept;
    }
    free(s.key);
    free(s.todo);
    free(s.value);
    free(s.corner);
    free(s.seed);
    return status;
}
